"""The page on paper: cover, contents with page numbers, running headers, tags for readers."""

from pathlib import Path
from typing import TYPE_CHECKING

from rempart.results import Run, run_digest

if TYPE_CHECKING:
    from rempart.paper import Heading

SUFFIX = ".pdf"
FRONT = "front.html.j2"
SHEET = "{{ stylesheet('styles/paper.css').text }}"
SECTIONS = 60  # above as many, the contents list chapters alone
MEMORY = 3 << 30  # bytes and seconds that a template from elsewhere may take
SECONDS = 300


def export(run: Run, *, template: str = "report", language: str = "") -> bytes:
    """The PDF a template makes of the run, the same bytes for the same run.

    Raises Lacking where WeasyPrint or Pango is not installed.
    """
    from rempart.paper import engine
    from rempart.report import confined
    from rempart.report.render import PAPER, render
    from rempart.report.render import located as placed

    engine()
    told = language or run.language
    page = render(run, template or "report", told, medium=PAPER)
    folder, _, ours = placed(template or "report")
    if ours:
        return printed(page, run, folder, told)
    return confined.call(printed, page, run, folder, told, memory=MEMORY, seconds=SECONDS)


def printed(page: str, run: Run, folder: Path, told: str) -> bytes:
    """A page on paper behind the front of that folder, or ours, in this process."""
    from rempart.catalogue import built_in
    from rempart.paper import laid_out, margins
    from rempart.paper.binding import bound
    from rempart.paper.thrift import thrifty
    from rempart.report.language import language
    from rempart.report.render import PAPER, context, refusals, sandbox

    spoken = language(told)
    folders = tuple(dict.fromkeys((folder, built_in() / "reports")))
    foot = spoken.say("paper.footer", version=run.tool.version, run=run.id)
    foot += f" · SHA-256 {run_digest(run)[:16]}…"
    with refusals(FRONT):
        sheet = sandbox(folder).from_string(SHEET).render() + margins(run.organisation, foot)
    with thrifty():
        body = laid_out(page, sheet, folders)
        with refusals(FRONT):
            front = sandbox(folder).get_template(FRONT)
            cover = front.render(
                context(run, spoken, PAPER),
                contents=_listed(body.headings),
                title=body.title,
                kind=body.kind,
            )
        front_pages = laid_out(cover, sheet, folders, beside=body)
        return bound(front_pages.document, body.document)


def _listed(headings: tuple["Heading", ...]) -> tuple["Heading", ...]:
    deepest = 0 if len(headings) > SECTIONS else 1
    return tuple(heading for heading in headings if heading.depth <= deepest)


def located(template: str) -> None:
    """Raise UsageError where there is no such template."""
    from rempart.report.render import located as page

    page(template)
