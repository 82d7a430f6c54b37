"""Templates of the user's own, rehearsed: rendered from a synthetic run, every unknown name found.

The synthetic run has something of everything, so that few branches stay untried; names are also
looked for in the branches that were not taken.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rempart import brand, export
from rempart.card import LANGUAGES
from rempart.catalogue import built_in
from rempart.documents.faults import suggestion
from rempart.errors import ContentError, ContentErrors, Lacking, RempartError, UsageError
from rempart.paper import Heading
from rempart.report import confined
from rempart.report.language import language
from rempart.report.render import PAPER, SCREEN, SUFFIX, context, refusals, rendered, sandbox
from rempart.report.template_names import FRONT, fault, strange
from rempart.results import Coverage, Run, load

SYNTHETIC = "synthetic.json"
DOCX = ".docx"
MEDIA = (SCREEN, PAPER)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was rendered, how often, what could not be tried, and every fault with its place."""

    pages: tuple[str, ...]
    renderings: int
    untried: tuple[str, ...]
    faults: tuple[ContentError, ...]


def synthetic() -> Run:
    """A run with something of everything; nothing in it is real."""
    return load(built_in() / "reports" / SYNTHETIC)


def bare(run: Run) -> Run:
    """The same run with nothing in it: what a template must survive too."""
    lists = ("results", "waivers", "statements", "replays", "graphs", "requests", "earlier")
    tables = ("populations", "checks", "connections", "settings")
    nothing: dict[str, object] = dict.fromkeys(lists, ()) | {name: {} for name in tables}
    nothing |= {"document": None, "retest": None, "subjects": ()}
    coverage = Coverage.of(0, ())
    return msgspec.structs.replace(run, **nothing, coverage=coverage)


def rehearse(folder: Path) -> Rehearsed:
    """Every template of a folder, tried in each language.

    Raises UsageError where there is none, ContentErrors for a `brand.yaml` that is not usable.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder with templates")
    folder = folder.resolve()
    brand.load(folder)
    files = sorted(folder.rglob("*.j2"))
    pages = [file.name for file in files if file.parent == folder and file.name.endswith(SUFFIX)]
    papers = sorted(file for file in folder.glob(f"*{DOCX}"))
    if not pages and not papers:
        raise UsageError(f"{folder}: expected a file *{SUFFIX} or *{DOCX}, found none")
    names = [str(file.relative_to(folder)) for file in files]
    faults = confined.call(strange, folder, names, synthetic()) if names else []
    renderings = 0
    runs = (synthetic(), bare(synthetic()))
    for name in pages:
        texts = _confined(folder, name, runs)
        renderings += len(runs) * len(LANGUAGES) * len(MEDIA)
        faults += [fault(folder, name, text) for text in texts]
    untried = []
    for paper in papers:
        reason, wrong = _typeset(paper, runs)
        faults += wrong
        renderings += 0 if reason else len(runs) * len(LANGUAGES)
        untried += [f"{paper.name}: {reason}"] if reason else []
    once = {(one.file, one.line, one.message): one for one in faults}
    found = (*pages, *(paper.name for paper in papers))
    return Rehearsed(found, renderings, tuple(untried), tuple(once.values()))


def _confined(folder: Path, name: str, runs: tuple[Run, ...]) -> list[str]:
    try:
        return confined.call(tried, folder, name, runs)
    except RempartError as error:  # too much memory or time
        return [str(error)]


def tried(folder: Path, name: str, runs: tuple[Run, ...]) -> list[str]:
    """What goes wrong with a page, in each language, on screen and on paper."""
    texts = []
    for run in runs:
        for told in LANGUAGES:
            for medium in MEDIA:
                try:
                    _front(run, folder, told) if name == FRONT else rendered(
                        run, folder, name, told, medium
                    )
                except RempartError as error:
                    texts.append(str(error))
    return texts


def _front(run: Run, folder: Path, told: str) -> None:
    """The front of a PDF, which alone sees what the page was found to hold."""
    contents = (Heading(0, "A chapter", "a", 1), Heading(1, "A part of it", "b", 2))
    with refusals(FRONT):
        seen = context(run, language(told), PAPER)
        front = sandbox(folder).get_template(FRONT)
        front.render(seen, contents=contents, title="A title", kind="A kind")


def _typeset(paper: Path, runs: tuple[Run, ...]) -> tuple[str, list[ContentError]]:
    """Why a Word template could not be tried, or what is wrong with it."""
    write = export.formats().get(DOCX)
    if write is None:
        return "this rempart writes no Word documents", []
    faults = []
    try:
        faults = _unknown(paper, runs[0])
    except Lacking as error:
        return str(error), []
    except RempartError:
        pass  # rendering says it better
    for run in runs:
        for told in LANGUAGES:
            try:
                write(run, template=str(paper), language=told)
            except Lacking as error:
                return str(error), []
            except ContentErrors as several:
                faults += several.errors
            except RempartError as error:
                text = str(error).removeprefix(f"{paper.name}: ")
                if not any(f"'{name}' is undefined" in text for name in _named(faults)):
                    faults.append(ContentError(text, file=paper))
    return "", faults


def _unknown(paper: Path, run: Run) -> list[ContentError]:
    """Names nobody sets, wherever in a Word template."""
    from rempart.export.docx import near, undeclared

    known = {*context(run, language("en"), PAPER), "runs", "title", "author", "caller", "loop"}
    return [
        ContentError(
            f'expected a name of the data contract, found "{name}"'
            f"{suggestion(name, known)}{near(name, paper)}",
            file=paper,
        )
        for name in sorted(undeclared(paper) - known)
    ]


def _named(faults: list[ContentError]) -> list[str]:
    return [found[1] for one in faults if (found := re.search(r'found "(\w+)"', one.message))]
