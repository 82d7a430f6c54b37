"""A run written in other formats: one module a format beside this file, found by its place.

A format has a `SUFFIX` and `export(run, *, template, language) -> bytes`, where only pages heed
the template. The longest suffix that fits the file's name chooses.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from rempart.card import LANGUAGES
from rempart.errors import Lacking, UsageError
from rempart.results import Run, not_written, write_private

OBSERVATIONS = ".observations.json"  # written by the audit itself: a run no longer holds them
_SUFFIX = re.compile(r'^SUFFIX(?:: \w+)? = "([^"]+)"', re.M)
TEAM = "team:"
WHOLE = ".json"  # the run file, with everything in it: not written for a mistyped format


class Export(Protocol):
    """What a format does."""

    def __call__(self, run: Run, *, template: str, language: str) -> bytes:
        """The run in that format."""


@lru_cache(maxsize=1)
def suffixes() -> Mapping[str, str]:
    """The module of each suffix, the longest first; read from their text, none is imported."""
    found: dict[str, str] = {}
    for place in map(Path, __path__):
        for file in place.glob("*.py"):
            said = _SUFFIX.search(file.read_text(encoding="utf-8"))
            if said is not None:
                found[said[1]] = f"{__name__}.{file.stem}"
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def formats() -> Mapping[str, Export]:
    """All formats by suffix, the longest first."""
    return {suffix: _export(module) for suffix, module in suffixes().items()}


def _export(module: str) -> Export:
    export: Export = importlib.import_module(module).export
    return export


def format_of(path: Path) -> Export:
    """The format a file's name asks for; raises UsageError listing those there are."""
    name = path.name.lower()
    known = suffixes()
    for suffix, module in known.items():
        if name.endswith(suffix) and name != suffix and not _mistyped(name, suffix):
            return _export(module)
    raise UsageError(f"{path}: expected a name that ends in one of {', '.join(sorted(known))}")


def _mistyped(name: str, suffix: str) -> bool:
    """Whether a name such as `x.oskal.json` means a format that is not there.

    A language or a number may stand there: `run.fr.json`, `run.2026-11-25.json`.
    """
    if suffix != WHOLE:
        return False
    named = re.fullmatch(r".*\.([a-z][a-z-]*)", name.removesuffix(suffix), re.DOTALL)
    return named is not None and named[1] not in LANGUAGES


def demand(paths: Iterable[Path], template: str, run: Run | None = None) -> None:
    """Raise UsageError for a file of no known format, or a template its format has not.

    With the run, the sheet of a team that has no measure in it is refused as well.
    """
    asked = [named for path in paths if (named := _located(path))]
    for named in asked:
        named(template or "report")
    if asked and run is not None and template.startswith(TEAM):
        from rempart.report.analysis import Analysis
        from rempart.report.findings import Findings
        from rempart.report.playbook import sheet

        sheet(Analysis(Findings(run)).sheets, template.removeprefix(TEAM))


def heeds(path: Path) -> bool:
    """Whether the format of that file heeds the template; raises UsageError for an unknown one."""
    return _located(path) is not None


def _located(path: Path) -> Callable[[str], object] | None:
    """What finds a template for that file's format, where it has any."""
    found: Callable[[str], object] | None
    found = getattr(sys.modules[format_of(path).__module__], "located", None)
    return found


def write_all(
    run: Run, paths: Iterable[Path], *, template: str = "report", language: str = ""
) -> Iterator[Path]:
    """Write each file and yield its path once it is there.

    A template that one of the formats has not, or the sheet of a team without measures, is refused
    before anything is written. What needs a
    library that is not installed is written as a page beside it; the Lacking that says so is raised
    when all the others are written.
    """
    paths = tuple(paths)
    demand(paths, template, run)
    lacking = []
    for path in paths:
        try:
            write(run, path, template=template, language=language)
        except Lacking as error:
            page = path.with_name(f"{path.name}.html")
            instead = "report" if template.lower().endswith(".docx") else template
            write(run, page, template=instead, language=language)
            lacking.append(f"{path}: {error}; {page} was written instead")
        else:
            yield path
    if lacking:
        raise Lacking("\n".join(lacking))


def write(run: Run, path: Path, *, template: str = "report", language: str = "") -> None:
    """Write the run to a file of mode 0600 in the format its name asks for.

    Raises UsageError for an unknown suffix, a folder that is not there or cannot be written.
    """
    content = format_of(path)(run, template=template, language=language or run.language)
    try:
        write_private(path, content)
    except OSError as error:
        raise UsageError(not_written(path, error)) from None
