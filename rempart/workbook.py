"""Workbooks of text and whole numbers as XLSX: nothing in them is ever a formula.

Cells are inline strings in the text format, so that a spreadsheet keeps them text even when
somebody edits them; the same sheets give the same bytes.
Source: ECMA-376, parts 1 and 2 (SpreadsheetML, OPC).
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from rempart.plain import plain

Cell: TypeAlias = str | int
LONGEST: Final = 32_767  # characters a cell may hold
NAME: Final = 31  # characters of a sheet's name
WIDEST: Final = 60
LINE, TALLEST = 14, 409  # points
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FITTED: Final = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
LANDSCAPE: Final = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
TEXT, HEADING, COUNT = 0, 1, 2  # styles of cells, in the order of STYLES
STYLES: Final = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="10"/><name val="Calibri"/></font>'
    '<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF1F3A5F"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'quotePrefix="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1" applyFill="1" quotePrefix="1"/>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyAlignment="1"><alignment vertical="top"/></xf>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its headings and its rows, as long as the headings."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an XLSX file; the first is shown."""
    names = _names(sheets)
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _links([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(names, sheets),
        "xl/_rels/workbook.xml.rels": _links(
            [
                *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": STYLES,
    }
    for place, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{place}.xml"] = "".join(_sheet(sheet, first=place == 1))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, text.encode())
    return out.getvalue()


def column(place: int) -> str:
    """The letters of a column, from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _names(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Names a spreadsheet takes, each once whatever the case."""
    taken: dict[str, str] = {}
    for sheet in sheets:
        name = re.sub(r"[\[\]:*?/\\']", " ", plain(sheet.name)).strip()[:NAME] or "-"
        ordinal = 2
        while name.casefold() in taken:
            name = f"{name[: NAME - 3]} {ordinal}"
            ordinal += 1
        taken[name.casefold()] = name
    return tuple(taken.values())


def _types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>{sheets}</Types>'
    )


def _links(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{place}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _book(names: Sequence[str], sheets: Sequence[Sheet]) -> str:
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(names, 1)
    )
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
        f"{escape(f'''{chr(39)}{name}{chr(39)}!{_area(sheet, fixed=True)}''')}</definedName>"
        for place, (name, sheet) in enumerate(zip(names, sheets, strict=True))
    )
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{entries}</sheets>'
        f"<definedNames>{filters}</definedNames></workbook>"
    )


def _area(sheet: Sheet, *, fixed: bool = False) -> str:
    mark = "$" if fixed else ""
    last = f"{mark}{column(len(sheet.headings) - 1)}{mark}{len(sheet.rows) + 1}"
    return f"{mark}A{mark}1:{last}"


def _sheet(sheet: Sheet, *, first: bool) -> Iterator[str]:
    selected = ' tabSelected="1"' if first else ""
    yield f'{HEAD}<worksheet xmlns="{MAIN}">{FITTED}'
    yield f'<sheetViews><sheetView workbookViewId="0"{selected}>'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews><cols>"
    widths = tuple(_widths(sheet))
    for place, width in enumerate(widths, 1):
        yield f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, sheet.headings, HEADING, 1)
    for place, row in enumerate(sheet.rows, 2):
        yield _row(place, row, TEXT, _lines(row, widths))
    yield f'</sheetData><autoFilter ref="{_area(sheet)}"/>{LANDSCAPE}</worksheet>'


def _widths(sheet: Sheet) -> Iterator[int]:
    for place, heading in enumerate(sheet.headings):
        longest = max((len(str(row[place])) for row in sheet.rows), default=0)
        yield min(WIDEST, max(len(heading) + 4, longest + 2))


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """How many lines the longest cell takes; spreadsheets do not all work it out."""
    return max(
        (
            sum(1 + max(len(part) - 1, 0) // (width - 2) for part in str(cell).split("\n"))
            for cell, width in zip(row, widths, strict=True)
        ),
        default=1,
    )


def _row(number: int, cells: Sequence[Cell], style: int, lines: int) -> str:
    inner = "".join(
        _cell(f"{column(place)}{number}", value, style) for place, value in enumerate(cells)
    )
    height = min(lines * LINE, TALLEST)
    return f'<row r="{number}" ht="{height}" customHeight="1">{inner}</row>'


def _cell(place: str, value: Cell, style: int) -> str:
    if isinstance(value, int):
        return f'<c r="{place}" s="{COUNT}"><v>{int(value)}</v></c>'
    text = escape(plain(value)[:LONGEST])
    shown = f'<is><t xml:space="preserve">{text}</t></is>' if text else ""
    return f'<c r="{place}" s="{style}" t="inlineStr">{shown}</c>' if shown else ""
