"""What was found lying about on a portal, judged path by path."""

from collections.abc import Iterator, Sequence
from typing import Final

from rempart.check import Result, notapplicable, unseen, verdict
from rempart.observations.http import ExposedFile

# The kinds each check asks about; whatever is none of them is a file.
INTERFACES: Final = frozenset({"diagnosis", "interface description", "introspection"})
PANELS: Final = frozenset({"panel"})
LISTINGS: Final = frozenset({"listing"})
NO_FILES: Final = INTERFACES | PANELS | LISTINGS


def of_kinds(files: Sequence[ExposedFile], kinds: frozenset[str]) -> Iterator[Result]:
    """Results for the files of these kinds; not applicable where none was asked for."""
    asked = [file for file in files if file.kind in kinds]
    if asked:
        yield from _each_served(asked)
    else:
        yield notapplicable("none of these was asked for", files[0].source, of="/")


def _each_served(files: Sequence[ExposedFile]) -> Iterator[Result]:
    """A result for each path that is served or was not seen, and one pass when there is neither."""
    count: dict[str, int | str] = {"asked": len(files)}
    telling = [file for file in files if unseen(file.found) or file.found == True]  # noqa: E712
    for file in telling:
        facts = {**count, "path": file.path, "kind": file.kind}
        absent = file.found == False  # noqa: E712  (three-valued)
        yield verdict(absent, f"{file.path} served ({file.kind})", file, facts=facts)
    if not telling:
        yield verdict(True, f"{len(files)} paths asked for", files[0].source, of="/", facts=count)
