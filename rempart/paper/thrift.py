"""WeasyPrint made to do nothing twice: the same pages for less time and less memory.

Each of these stands in for a function of WeasyPrint or pydyf while a document is made, and gives
what that one gives: a line of the same text in the same style is shaped once and drawn once, pages
of one kind share their styles, and the boxes of a page are let go once its tags are made. A test
holds the documents made with and without to the same content. With a WeasyPrint these were not
written for, nothing is replaced and a document only takes longer. Imports WeasyPrint.
"""
# ruff: noqa: ANN401  (WeasyPrint and pydyf have no types)

import copy
import gc
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import pydyf
import weasyprint
from weasyprint import pdf as writing
from weasyprint.css.properties import Dimension
from weasyprint.draw import text as drawing
from weasyprint.layout import inline, page, percent, preferred
from weasyprint.text import line_break

KNOWN = ("70.", "0.13.")  # WeasyPrint, pydyf
LINES = 200_000  # kept at most, of those shaped and of those drawn
# What a line of text looks like and where it may break.
SHAPE = (
    *("font_family", "font_style", "font_stretch", "font_weight", "font_size", "font_kerning"),
    *("font_variant_ligatures", "font_variant_position", "font_variant_caps"),
    *("font_variant_numeric", "font_variant_alternates", "font_variant_east_asian"),
    *("font_feature_settings", "font_variation_settings", "font_language_override", "lang"),
    *("direction", "white_space", "hyphens", "hyphenate_character", "hyphenate_limit_chars"),
    *("hyphenate_limit_zone", "overflow_wrap", "word_break", "word_spacing", "letter_spacing"),
    *("text_decoration_line", "tab_size"),
)


@contextmanager
def thrifty() -> Iterator[None]:
    """Everything below in force, and no search for dead cycles: a document is all alive."""
    with ExitStack() as stack:
        stack.enter_context(_unswept())
        if weasyprint.__version__.startswith(KNOWN[0]) and pydyf.VERSION.startswith(KNOWN[1]):
            for place, name, better in _replacements():
                stack.callback(setattr, place, name, getattr(place, name))
                setattr(place, name, better)
        yield


@contextmanager
def _unswept() -> Iterator[None]:
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _replacements() -> Iterator[tuple[Any, str, Any]]:
    lines, layouts = Lines(), line_break.Layout
    for place in (line_break, inline, preferred):
        yield place, "split_first_line", lines.split
    yield drawing, "draw_first_line", lines.drawn
    yield layouts, "reactivate", lambda layout, style: setattr(layout, "style", style)
    yield layouts, "deactivate", _put_away
    yield percent, "resolve_one_percentage", _resolve
    yield page, "set_page_type_computed_styles", PageStyles().set
    yield writing, "add_tags", _tagging
    yield pydyf.PDF, "page_references", property(References().of)
    yield pydyf, "_to_bytes", _as_bytes
    yield pydyf, "zlib", SimpleNamespace(compressobj=lambda level: zlib.compressobj(min(level, 6)))


class Lines:
    """Lines of text by what they say and how they look: broken once, drawn once."""

    def __init__(self) -> None:
        self.known: dict[Any, Any] = {}
        self.ink: dict[Any, list[tuple[str, tuple[Any, ...]]]] = {}
        self.shapes: dict[Any, int] = {}
        self.break_line, self.draw_line = line_break.split_first_line, drawing.draw_first_line

    def shape(self, style: Any) -> int:
        """A number for all styles in which a text looks and breaks the same."""
        number = style.__dict__.get("_shape")
        if number is None:
            key = (id(style.font_config), repr([style[name] for name in SHAPE]))
            number = style._shape = self.shapes.setdefault(key, len(self.shapes))
        return int(number)

    def split(
        self, text: str, style: Any, context: Any, max_width: Any, spacing: Any,
        is_line_start: bool = True, minimum: bool = False,
    ) -> Any:  # fmt: skip
        """The first line of the text, as WeasyPrint breaks it."""
        key = (text, self.shape(style), max_width, spacing, is_line_start, minimum)
        found = self.known.get(key)
        if found is None:
            found = self.break_line(
                text, style, context, max_width, spacing, is_line_start, minimum
            )
            if len(self.known) < LINES:
                self.known[key] = found
            return found
        layout, *rest = found
        return (copy.copy(layout), *rest)

    def drawn(self, stream: Any, box: Any, overflow: str, ellipsis: str, matrix: Any) -> Any:
        """Draw the line, from what was noted where the same was drawn before."""
        layout, plain = box.pango_layout, overflow != "ellipsis" and ellipsis == "none"
        key = (
            layout.text,
            self.shape(box.style),
            layout.justification_spacing,
            box.text.strip() != "",
        )
        if plain and key in self.ink:
            stream.set_text_matrix(*matrix.values)
            for name, told in self.ink[key]:
                getattr(stream, name)(*told)
            return []
        layout.setup(box.style)
        layout.set_text(layout.text, justify=True)
        noting = Noting(stream)
        emojis = self.draw_line(noting, box, overflow, ellipsis, matrix)
        if plain and not emojis and noting.told and len(self.ink) < LINES:
            self.ink[key] = noting.told
        return emojis


class Noting:
    """A stream of a page that notes what it is told about text."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.told: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def show_text(self, *told: Any) -> None:
        """Show glyphs."""
        self._tell("show_text", told)

    def set_font_size(self, *told: Any) -> None:
        """Go on in that font."""
        self._tell("set_font_size", told)

    def set_text_rise(self, *told: Any) -> None:
        """Go on above or below the line."""
        self._tell("set_text_rise", told)

    def _tell(self, name: str, told: tuple[Any, ...]) -> None:
        self.told.append((name, told))
        getattr(self.stream, name)(*told)


class PageStyles:
    """Styles of pages and margins, worked out once for all pages of one kind."""

    def __init__(self) -> None:
        self.work_out = page.set_page_type_computed_styles
        self.kinds: dict[Any, tuple[Any, list[Any]]] = {}

    def set(self, kind: Any, html: Any, style_for: Any) -> None:
        """Give the page what the first page of its kind was given."""
        key = (id(style_for), kind.side, kind.blank, kind.name, kind.index == 0)
        if key not in self.kinds:
            self.work_out(kind, html, style_for)
            names = [name for one, name in style_for.get_cascaded_styles() if one == kind]
            if not any(_counted(sheet) for sheet, *_ in style_for._sheets):
                self.kinds[key] = kind, [*{None, *names}]
            return
        first, names = self.kinds[key]
        styles = style_for.get_computed_styles()
        for name in names:
            styles[kind, name] = styles[first, name]


def _counted(sheet: Any) -> bool:
    """Whether a rule of the sheet speaks of the n-th page."""
    return any(found.index is not None for _, chosen, _ in sheet.page_rules for *_, found in chosen)


class References:
    """The references of all pages; pydyf works them all out again for each tag."""

    def __init__(self) -> None:
        self.work_out = pydyf.PDF.page_references.fget
        self.known: dict[tuple[int, int], Sequence[bytes]] = {}

    def of(self, pdf: Any) -> Sequence[bytes]:
        """Those of this document as it is now."""
        key = (id(pdf), len(pdf.pages["Kids"]))
        if key not in self.known:
            self.known[key] = self.work_out(pdf)
        return self.known[key]


class LetGo(list[Any]):
    """Pages that lose their boxes once they were passed."""

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            yield one
            one._page_box = None


def _tagging(
    pdf: Any, document: Any, version: Any, streams: Any, tag: Any = writing.add_tags
) -> None:
    document.pages = LetGo(document.pages)
    tag(pdf, document, version, streams)


def _put_away(layout: Any) -> None:
    for name in ("layout", "language", "style"):
        layout.__dict__.pop(name, None)


def _resolve(box: Any, name: str, whole: Any, general: Any = percent.percentage) -> None:
    value = box.style[name]
    if value.__class__ is Dimension:
        number, unit = value
        used = whole * number / 100 if unit == "%" else number
    else:
        used = general(value, box.style, whole)
        if used == "auto" and name in ("min_width", "min_height"):
            used = 0
    box.__dict__[name] = used


def _as_bytes(item: Any, general: Any = pydyf._to_bytes) -> Any:
    kind = item.__class__
    if kind is bytes:
        return item
    if kind is str:
        return item.encode("ascii")
    if kind is int:
        return b"%d" % item
    return general(item)
