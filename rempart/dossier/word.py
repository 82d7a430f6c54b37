"""A draft as a Word document: A4, in the draft's language, in the fonts of the Word reports."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from rempart.dossier.sheets import LABEL, Block, runs

LOCALES: Final = {"en": "en-GB", "fr": "fr-FR", "de": "de-DE"}
LETTERS, CODE = "Calibri", "Consolas"
WIDE: Final = 170  # millimetres between the margins
NARROWEST: Final = 24  # of a column, for its longest word


def document(held: Iterable[Block], language: str) -> bytes:
    """The blocks as a document."""
    made = Document()
    _prepare(made, LOCALES.get(language, language))
    for block in held:
        if block.kind == "table":
            _table(made, block)
        elif block.kind == "rule":
            _ruled(made.add_paragraph())
        else:
            for (line,) in block.lines:
                _write(_paragraph(made, block), line)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _prepare(made: Any, locale: str) -> None:  # noqa: ANN401
    for section in made.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(22)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = LETTERS, Pt(10.5)
    for name in ("Title", *(f"Heading {depth}" for depth in range(1, 9))):
        made.styles[name].font.name = LETTERS
    for one in made.styles.element.iter(qn("w:rFonts")):  # a theme's font would win
        for place in [name for name in one.attrib if name.endswith("Theme")]:
            del one.attrib[place]
    for one in made.styles.element.iter(qn("w:lang")):
        one.set(qn("w:val"), locale)


def _paragraph(made: Any, block: Block) -> Any:  # noqa: ANN401
    if block.kind == "heading":
        return made.add_heading(level=min(block.depth - 1, 8))
    styles = {"quote": "Intense Quote", "list": "List Bullet"}
    paragraph = made.add_paragraph(style=styles.get(block.kind))
    if block.kind == "paragraph" and LABEL.fullmatch(block.lines[0][0]):
        paragraph.paragraph_format.keep_with_next = True
    if block.kind == "quote":
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(0)
    return paragraph


def _ruled(paragraph: Any) -> None:  # noqa: ANN401
    edges, edge = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "888888")):
        edge.set(qn(f"w:{name}"), value)
    edges.append(edge)
    paragraph._p.get_or_add_pPr().append(edges)


def _table(made: Any, block: Block) -> None:  # noqa: ANN401
    wide = len(block.lines[0])
    table = made.add_table(rows=0, cols=wide, style="Table Grid")
    table.autofit = False
    widths = _widths(block, wide)
    for place, line in enumerate(block.lines):
        row = table.add_row()
        _whole(row, heads=place == 0)
        for cell, text, width in zip(row.cells, line[:wide], widths, strict=False):
            cell.width = Mm(width)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            _write(cell.paragraphs[0], text, bold=place == 0)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    made.add_paragraph().paragraph_format.space_after = Pt(0)  # else the text after it touches


def _widths(block: Block, wide: int) -> list[float]:
    """Millimetres of each column: none under NARROWEST, the rest by what stands in it."""
    least = min(NARROWEST, WIDE / wide)
    texts = [[len(line[n]) for line in block.lines if n < len(line)] for n in range(wide)]
    shares = [max(found, default=0) ** 0.5 + 1 for found in texts]
    return [least + (WIDE - least * wide) * share / sum(shares) for share in shares]


def _whole(row: Any, *, heads: bool) -> None:  # noqa: ANN401
    """Keep the row on one page; the first is told again on the next."""
    told = row._tr.get_or_add_trPr()
    told.append(OxmlElement("w:cantSplit"))
    if heads:
        told.append(OxmlElement("w:tblHeader"))


def _write(paragraph: Any, text: str, *, bold: bool = False) -> None:  # noqa: ANN401
    for run in runs(text):
        added = paragraph.add_run(run.text)
        added.bold = bold or run.look == "strong" or None
        added.italic = run.look == "em" or None
        if run.look == "code":
            added.font.name = CODE
