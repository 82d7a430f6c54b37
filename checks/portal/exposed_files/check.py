from collections.abc import Iterator

from rempart.check import Result, notapplicable
from rempart.judge.exposed import each_served
from rempart.observations.http import ExposedFile

# Questions of portal.interfaces, portal.admin_panels and portal.listings.
OTHERS = frozenset({"diagnosis", "interface description", "introspection", "panel", "listing"})


def check(files: tuple[ExposedFile, ...]) -> Iterator[Result]:
    asked = [file for file in files if file.kind not in OTHERS]
    if not asked:
        yield notapplicable("none of these was asked for", files[0].source, of="/")
        return
    yield from each_served(asked)
