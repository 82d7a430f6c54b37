"""A Word document from a .docx template: the part of the report a consultant goes on editing.

docxtpl fills the template, in rempart's sandbox: body, headers, footers, notes and properties.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from markupsafe import Markup

from rempart.errors import Lacking, RenderError, UsageError
from rempart.plain import plain
from rempart.results import Run

SUFFIX = ".docx"
SAME = {"technical": "report"}  # pages that share a Word template
MEMORY = 1 << 30  # bytes and seconds that a template from elsewhere may take
SECONDS = 120
CODE = Markup('<w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/><w:sz w:val="18"/></w:rPr>')
LOCALES = {"fr": "fr-FR", "en": "en-GB", "de": "de-DE"}


def export(run: Run, *, template: str = "report", language: str = "") -> bytes:
    """The document a template makes of the run, the same bytes for the same run.

    `template` is a name in `reports/docx/` of a layer, or the path of a .docx file. Raises
    UsageError where there is none, Lacking where docxtpl is not installed, RenderError where the
    template asks for what is not there or not allowed.
    """
    from rempart.report import confined

    _engine()
    file, ours = located(template or "report")
    told, team = language or run.language, team_of(template)
    if ours:
        return filled(run, file, told, team)
    return confined.call(filled, run, file, told, team, memory=MEMORY, seconds=SECONDS)


def filled(run: Run, file: Path, told: str, team: str = "") -> bytes:
    """The template filled, in this process."""
    from rempart.report.language import language
    from rempart.report.render import PAPER, context, refusals, sandbox

    spoken = language(told)
    folder = file.parent.parent if file.parent.name == "docx" else file.parent
    values = context(run, spoken, PAPER, team)
    kind = f"{file.stem}.title" if f"{file.stem}.title" in spoken.sentences else "report.title"
    named = spoken.word("team", team)
    title = spoken.say(kind, organisation=run.organisation, team=named)
    values |= {
        "runs": runs,
        "title": title,
        "author": (run.document and run.document.auditor) or run.tool.name,
    }
    document = _opened(file)
    try:
        with refusals(file.name):
            document.render(values, jinja_env=sandbox(folder), autoescape=True)
    except RenderError as error:
        raise RenderError(f"{error}{_near(error, file)}") from None
    _describe(document, run, LOCALES[spoken.id])
    out = BytesIO()
    document.save(out)
    return dated(out, run.finished)


def runs(text: str) -> Markup:
    """Text as runs of Word, with what stands between backticks as code; for `{{r runs(text) }}`."""
    parts = re.split(r"`([^`]+)`", plain(text))
    made = (
        Markup('<w:r>{}<w:t xml:space="preserve">{}</w:t></w:r>').format(CODE if odd else "", part)
        for part, odd in zip(parts, cycle((False, True)), strict=False)
        if part
    )
    return Markup("").join(made)


def _engine() -> Any:  # noqa: ANN401  (docxtpl has no types)
    try:
        import docxtpl
    except ModuleNotFoundError:
        raise Lacking("a Word document needs docxtpl: pip install 'rempart[docx]'") from None
    return docxtpl


def located(template: str) -> tuple[Path, bool]:
    """The file of a template, and whether it is rempart's own."""
    from rempart.catalogue import built_in, layers

    path = Path(template)
    team = team_of(template)
    if not team and (path.suffix.lower() == SUFFIX or len(path.parts) > 1):
        if not path.is_file():
            raise UsageError(f"{template}: there is no such template")
        return path.resolve(), False
    name = (
        "team" if team_of(template) else "" if template == "team" else SAME.get(template, template)
    )
    folders = [layer.folder / "reports" / "docx" for layer in layers()]
    for folder in folders:
        if (folder / f"{name}{SUFFIX}").is_file():
            return folder / f"{name}{SUFFIX}", folder == built_in() / "reports" / "docx"
    names = {file.stem for folder in folders for file in folder.glob(f"*{SUFFIX}")}
    known = sorted("team:NAME" if one == "team" else one for one in names)
    raise UsageError(f"no Word template {template!r}; there are: {', '.join(known)}")


def team_of(template: str) -> str:
    """The team whose sheet `team:NAME` asks for; empty for every other template."""
    return template.removeprefix("team:") if template.startswith("team:") else ""


def _opened(file: Path) -> Any:  # noqa: ANN401
    from docx.opc.exceptions import PackageNotFoundError

    document = _engine().DocxTemplate(str(file))
    try:
        document.init_docx()
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError):
        raise RenderError(f"{file.name}: expected a Word document (.docx)") from None
    return document


def undeclared(file: Path) -> frozenset[str]:
    """The names a template leaves to others to set, in every part of the file."""
    from rempart.report.render import refusals, sandbox

    document = _opened(file)
    with refusals(file.name):
        environment = sandbox(file.parent)
        found = document.get_undeclared_template_variables(jinja_env=environment)
        return frozenset(found) - environment.globals.keys()


def near(name: str, file: Path) -> str:
    """The words around a name, for a message; a line number means nothing to Word."""
    words = " ".join(" ".join(_asking(f"`{name}`", file)).split())
    return f" (near “{words[:160]}”)" if words else ""


def _near(error: RenderError, file: Path) -> str:
    """The words of the template around the fault; a line number means nothing to Word."""
    lines = getattr(error.__context__, "docx_context", ()) or _asking(str(error), file)
    words = " ".join(" ".join(lines).split())
    return f" (near “{words[:160]}”)" if words else ""


def _asking(fault: str, file: Path) -> tuple[str, ...]:
    """The first paragraph that asks for the last name the fault speaks of."""
    names = re.findall(r"['`]([\w.]+)['`]", fault)
    if names:
        for paragraph in _paragraphs(_opened(file).docx):
            text = "".join(node.text or "" for node in paragraph.iter("{*}t"))
            if "{" in text and names[-1] in text:
                return (text,)
    return ()


def _paragraphs(document: Any) -> Iterator[Any]:  # noqa: ANN401
    """The paragraphs of the body, then those of the headers and footers."""
    yield from document.element.body.iter("{*}p")
    for section in document.sections:
        for part in (section.header, section.footer):
            yield from part._element.iter("{*}p")


def _describe(document: Any, run: Run, locale: str) -> None:  # noqa: ANN401
    """Dates, language and plain text for what Word shows of the file."""
    from docx.oxml.ns import qn

    properties = document.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        setattr(properties, name, Markup(getattr(properties, name)).unescape()[:250])  # noqa: S704
    properties.created = properties.modified = run.finished.astimezone(UTC).replace(tzinfo=None)
    properties.language, properties.last_modified_by = locale, plain(run.tool.name)[:250]
    for element in document.docx.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), locale)


def dated(packed: BytesIO, when: datetime) -> bytes:
    """The same files, dated when the run ended and not now."""
    moment = when.astimezone(UTC)
    stamp = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, 0)
    out = BytesIO()
    with ZipFile(packed) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, stamp)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            target.writestr(entry, source.read(name))
    return out.getvalue()
