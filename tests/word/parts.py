"""What the Word templates are put together from: paragraphs, tables, fields, with Jinja in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from rempart.export.docx import dated

INK, SOFT, WALL, LINE, PALE = "17212B", "55636F", "12293B", "D8DFE5", "A9C0D1"
WIDTH = 174  # millimetres between the margins
MADE = datetime(2026, 1, 1, tzinfo=UTC)
TEXT, CODE = "Calibri", "Consolas"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: what stands at its head and in each row, and how wide it is."""

    head: str
    cell: str
    width: int
    shade: str = ""  # an expression for the background
    bold: bool = False


@dataclass(slots=True)
class Paper:
    """A Word template in the making."""

    document: Word = field(default_factory=Document)
    marks: int = 0

    def __post_init__(self) -> None:
        _page(self.document)
        _styles(self.document)

    def tag(self, text: str) -> None:
        """A paragraph that is a Jinja tag and vanishes."""
        self.document.add_paragraph("{%p " + text + " %}")

    def prose(self, text: str) -> None:
        """A paragraph of an expression whose `code` is set as code."""
        self.text("{{r runs(" + text + ") }}")

    def text(self, text: str, style: str = "Normal") -> Paragraph:
        """A paragraph."""
        made: Paragraph = self.document.add_paragraph(text, style=style)
        return made

    def labelled(self, label: str, text: str, style: str = "Normal") -> None:
        """A paragraph that begins with a label in bold."""
        made = self.text("", style)
        made.add_run(label).bold = True
        made.add_run(" " + text)

    def heading(self, text: str, level: int = 1, mark: str = "", *, apart: bool = False) -> None:
        """A heading, marked so that the contents can point to it; `apart` begins a page."""
        made = self.text("", f"Heading {level}")
        made.paragraph_format.page_break_before = apart or None
        if mark:
            self.marks += 1
            made._p.append(_element("w:bookmarkStart", id=str(self.marks), name=mark))
        made.add_run(text)
        if mark:
            made._p.append(_element("w:bookmarkEnd", id=str(self.marks)))

    def entry(self, text: str, mark: str, style: str) -> None:
        """A line of the contents: the text and the page where its mark fell."""
        made = self.text("", style)
        link = _element("w:hyperlink", anchor=mark, history="1")
        made._p.append(link)
        run = made.add_run(text)
        tab = made.add_run("\t")
        link.extend([run._r, tab._r])
        _field(made, f"PAGEREF {mark} \\h", "·", into=link)

    def table(self, columns: Sequence[Column], loop: str = "", style: str = "Table Grid") -> None:
        """A table with a head that repeats; with `loop`, one row for each of the things."""
        rows = 4 if loop else 2
        made = self.document.add_table(rows, len(columns))
        made.style, made.alignment, made.autofit = style, WD_TABLE_ALIGNMENT.LEFT, False
        body = 2 if loop else 1
        if loop:
            made.rows[1].cells[0].text = "{%tr for " + loop + " %}"
            made.rows[3].cells[0].text = "{%tr endfor %}"
        for row in made.rows:
            row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        made.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
        for place, column in enumerate(columns):
            made.columns[place].width = Mm(column.width)
            for row in made.rows:
                row.cells[place].width = Mm(column.width)
            _write(made.rows[0].cells[place], column.head, "Table head")
            cell = f"{{% cellbg {column.shade} %}}{column.cell}" if column.shade else column.cell
            _write(made.rows[body].cells[place], cell, "Table text", bold=column.bold)
        _edges(made._tbl)
        self.text("", "Gap")

    def band(self, lines: Sequence[tuple[str, str]]) -> None:
        """A dark block with lines of text, each in a style."""
        made = self.document.add_table(1, 1)
        made.autofit, made.rows[0].height = False, Mm(120)
        cell = made.rows[0].cells[0]
        made.columns[0].width = cell.width = Mm(WIDTH)
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=WALL))
        for place, (text, style) in enumerate(lines):
            _write(cell, text, style, first=place == 0)
        self.text("", "Gap").paragraph_format.space_after = Pt(30)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels and what they name, side by side."""
        made = self.document.add_table(len(rows), 2)
        made.autofit = False
        made.columns[0].width, made.columns[1].width = Mm(50), Mm(WIDTH - 50)
        for row, (label, text) in zip(made.rows, rows, strict=True):
            row.cells[0].width, row.cells[1].width = Mm(50), Mm(WIDTH - 50)
            _write(row.cells[0], label, "Label")
            _write(row.cells[1], text, "Table text")
        _edges(made._tbl)
        self.text("", "Gap")

    def body(self, kind: str) -> None:
        """End the cover: what follows has a header, which names the kind, and a footer."""
        self.document.add_section(WD_SECTION.NEW_PAGE)
        section = self.document.sections[-1]
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        head = section.header.paragraphs[0]
        head.style, head.text = "Header", "{{ run.organisation }}\t" + kind
        foot = section.footer.paragraphs[0]
        foot.style = "Footer"
        foot.add_run('{{ say("paper.footer", version=run.tool.version, run=run.id) }}\t')
        _field(foot, "PAGE", "1")
        foot.add_run(" / ")
        _field(foot, "NUMPAGES", "1")

    def saved(self) -> bytes:
        """The file, the same bytes each time."""
        properties = self.document.core_properties
        properties.title, properties.author = "{{ title }}", "{{ author }}"
        properties.comments, properties.last_modified_by = "", "rempart"
        properties.created = properties.modified = MADE
        settings = self.document.settings.element
        settings.append(_element("w:updateFields", val="true"))
        out = BytesIO()
        self.document.save(out)
        return dated(out, MADE)


def _element(name: str, /, **attributes: str) -> BaseOxmlElement:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _field(
    paragraph: Paragraph, code: str, shown: str, into: BaseOxmlElement | None = None
) -> None:
    """A field, and what is shown until Word works it out."""
    runs = [paragraph.add_run() for _ in range(5)]
    runs[0]._r.append(_element("w:fldChar", fldCharType="begin"))
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    runs[1]._r.append(instruction)
    runs[2]._r.append(_element("w:fldChar", fldCharType="separate"))
    runs[3].text = shown
    runs[4]._r.append(_element("w:fldChar", fldCharType="end"))
    if into is not None:
        into.extend([run._r for run in runs])


def _write(cell: _Cell, text: str, style: str, *, bold: bool = False, first: bool = True) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    paragraph.style = style
    paragraph.add_run(text).bold = bold or None


def _edges(table: CT_Tbl) -> None:
    """Thin lines between rows and no others."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        drawn = side in ("bottom", "insideH")
        borders.append(
            _element(f"w:{side}", val="single" if drawn else "nil", sz="4", space="0", color=LINE)
        )
    table.tblPr.append(borders)


def _page(document: Word) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def _styles(document: Word) -> None:
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = TEXT, Pt(10)
    normal.font.color.rgb = RGBColor.from_string(INK)
    normal.paragraph_format.space_after = Pt(5)
    for name, size, colour, before, after, bold in (
        ("Heading 1", 18, WALL, 18, 6, True),
        ("Heading 2", 12.5, WALL, 12, 3, True),
        ("Heading 3", 10.5, WALL, 7, 2, True),
        ("Kind", 10, PALE, 0, 6, False),
        ("Organisation", 30, "FFFFFF", 0, 8, True),
        ("Subtitle", 14, PALE, 0, 0, False),
        ("Lead", 13, INK, 0, 6, True),
        ("Verdict", 10, INK, 0, 6, True),
        ("Tight", 10, INK, 0, 1, False),
        ("Intro", 10, SOFT, 0, 6, False),
        ("Meta", 8.5, SOFT, 0, 4, False),
        ("Under heading", 8.5, SOFT, 0, 4, False),
        ("Label", 9, SOFT, 2, 2, False),
        ("Table head", 8.5, SOFT, 2, 2, True),
        ("Table text", 9, INK, 2, 2, False),
        ("Code", 8.5, INK, 2, 6, False),
        ("Source", 8, SOFT, 0, 1, False),
        ("Step label", 10, INK, 4, 1, True),
        ("Gap", 4, INK, 0, 2, False),
        ("Contents heading", 18, WALL, 0, 10, True),
        ("Contents 1", 10, INK, 6, 1, True),
        ("Contents 2", 9.5, SOFT, 0, 1, False),
    ):
        if name not in [style.name for style in styles]:
            styles.add_style(name, 1).base_style = normal
        style = styles[name]
        style.font.name, style.font.size, style.font.bold = TEXT, Pt(size), bold
        style.font.italic = False
        style.font.color.rgb = RGBColor.from_string(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = (
            Pt(before),
            Pt(after),
        )
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    styles["Code"].font.name = CODE
    styles["Kind"].font.all_caps = True
    for name in ("Kind", "Organisation", "Subtitle"):
        styles[name].paragraph_format.left_indent = Mm(10)
    for name in ("Table head", "Under heading", "Intro", "Step label"):
        styles[name].paragraph_format.keep_with_next = True
    for name, indent in (("Contents 1", 0), ("Contents 2", 6)):
        form = styles[name].paragraph_format
        form.left_indent = Mm(indent)
        form.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    for name in ("Header", "Footer"):
        form = styles[name].paragraph_format
        styles[name].font.size = Pt(8)
        styles[name].font.color.rgb = RGBColor.from_string(SOFT)
        form.tab_stops.clear_all()
        form.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    form = styles["List Bullet"].paragraph_format
    form.space_after = Pt(3)
    styles["Normal"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
