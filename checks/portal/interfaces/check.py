from collections.abc import Iterator

from rempart.check import Result, notapplicable
from rempart.judge.exposed import each_served
from rempart.observations.http import ExposedFile

KINDS = frozenset({"diagnosis", "interface description", "introspection"})


def check(files: tuple[ExposedFile, ...]) -> Iterator[Result]:
    asked = [file for file in files if file.kind in KINDS]
    if not asked:
        yield notapplicable("none of these was asked for", files[0].source, of="/")
        return
    yield from each_served(asked)
