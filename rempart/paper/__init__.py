"""Pages laid out on paper: HTML becomes a PDF with a front, page numbers, outline and tags.

The body is laid out first and tells on which page each heading fell; the front (cover and
contents) is then made with those numbers, so that nothing is laid out twice. Nothing is fetched but
the fonts of the reports folders and `data:` images.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rempart.errors import Lacking, RenderError
from rempart.plain import line

if TYPE_CHECKING:
    from weasyprint import Document

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
SVG = "{http://www.w3.org/2000/svg}"
HEADINGS = ("h2", "h3")
BADGES = frozenset(
    {"badge", "chip", "not", "delta", "here", "secondary"}
)  # beside a heading, no part of it
MARGIN = 130  # characters


@dataclass(frozen=True, slots=True)
class Heading:
    """One line of the contents: its depth (0 is a chapter), where it leads, the page it is on."""

    depth: int
    text: str
    anchor: str
    page: int


@dataclass(frozen=True, slots=True)
class Part:
    """Pages laid out, numbered from 1, and the headings on them."""

    document: "Document"
    headings: tuple[Heading, ...]
    kind: str  # what the page calls itself, in its element of class `kind`

    @property
    def title(self) -> str:
        """What the page says of itself."""
        return self.document.metadata.title or ""


def engine() -> ModuleType:
    """WeasyPrint; raises Lacking, with the line that installs it, where it cannot work."""
    try:
        import weasyprint  # half a second, and the system's Pango
    except ModuleNotFoundError:
        raise Lacking("a PDF needs WeasyPrint: pip install 'rempart[pdf]'") from None
    except (ImportError, OSError):  # a half-installed binding says ImportError
        raise Lacking(f"a PDF needs Pango: apt-get install {' '.join(PANGO)}") from None
    for name in ("weasyprint", "fontTools"):  # each rule meant for a browser would be a warning
        logging.getLogger(name).setLevel(logging.ERROR)
    module: ModuleType = weasyprint
    return module


def laid_out(page: str, sheet: str, folders: Sequence[Path], beside: Part | None = None) -> Part:
    """The page on paper, with `sheet` as the last of its style sheets.

    `folders` are reports folders to take fonts from; with `beside`, the fonts loaded for that part
    are used again. Raises RenderError where the page asks for anything else from outside.
    """
    engine()
    from cssselect2 import ElementWrapper

    from rempart.paper.fetching import Fetcher
    from rempart.paper.page import Page
    from rempart.paper.vectors import paint

    fetcher = Fetcher(folders)
    source = Page(string=page, url_fetcher=fetcher)
    root = source.etree_element
    _styled(root, sheet)
    headings = list(_headings(root))
    kinds = (one for one in root.iter() if "kind" in one.get("class", "").split())
    _titled(root)
    paint(root, (style.text or "" for style in root.iter("style")))
    source.wrapper_element = ElementWrapper.from_html_root(root)
    document = source.render(font_config=beside.document.font_config if beside else None)
    if fetcher.refused:
        raise RenderError(f"a page on paper may not load {fetcher.refused[0]}")
    pages = {name: n for n, one in enumerate(document.pages, 1) for name in one.anchors}
    return Part(
        document,
        tuple(
            Heading(depth, text, anchor, pages[anchor])
            for depth, text, anchor in headings
            if anchor in pages
        ),
        "".join(_told(next(kinds, root.makeelement("p", {})))).strip(),
    )


def margins(header: str, footer: str) -> str:
    """The rule that prints these two at the top and at the foot of every page."""
    return (
        f"@page {{ @top-left {{ content: {_quoted(header)} }}"
        f" @bottom-left {{ content: {_quoted(footer)} }} }}"
        " @page cover { @top-left { content: none } @bottom-left { content: none } }"
    )


def _quoted(text: str) -> str:
    """The text as a CSS string, cut to what a margin holds."""
    shown = line(text)
    shown = shown if len(shown) <= MARGIN else f"{shown[: MARGIN - 1]}…"
    return '"' + "".join(c if c.isalnum() else f"\\{ord(c):06x}" for c in shown) + '"'


def _styled(root: Any, sheet: str) -> None:  # noqa: ANN401
    head = root.find("head")
    style = head.makeelement("style", {})
    style.text = sheet
    head.append(style)


def _titled(root: Any) -> None:  # noqa: ANN401
    """Give each drawing a title, that of what it stands beside where it has none."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for drawing in list(root.iter(f"{SVG}svg")):
        if drawing.find(f"{SVG}title") is None:
            title = drawing.makeelement(f"{SVG}title", {})
            title.text = line("".join(parents[drawing].itertext())) or "–"
            drawing.insert(0, title)


def _headings(root: Any) -> Iterator[tuple[int, str, str]]:  # noqa: ANN401
    """Depth, text and anchor of chapters and sections; one without an id is given one."""
    found = (element for element in root.iter() if element.tag in HEADINGS)
    for number, element in enumerate(found):
        text = re.sub(r"\s+", " ", "".join(_told(element))).strip()
        if text:
            anchor = element.get("id") or f"heading-{number}"
            element.set("id", anchor)
            yield HEADINGS.index(element.tag), text, anchor


def _told(element: Any) -> Iterator[str]:  # noqa: ANN401
    """The text of an element without the badges in it."""
    yield element.text or ""
    for child in element:
        if not BADGES & {*child.get("class", "").split()}:
            yield from _told(child)
        yield child.tail or ""
