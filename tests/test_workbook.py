import io
import zipfile
from xml.etree import ElementTree as Xml

import pytest
from openpyxl import load_workbook

from rempart.workbook import LONGEST, NAME, Sheet, column, workbook

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0", "\t=1", "'=1")


def one(*rows: tuple[str | int, ...]) -> bytes:
    return workbook([Sheet("Sheet", ("a", "b"), rows)])


def test_a_reader_finds_the_cells_again() -> None:
    found = load_workbook(io.BytesIO(one(("é <&>\"'", 42), ("", 0))))["Sheet"]
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["a", "b"],
        ["é <&>\"'", 42],
        [None, 0],
    ]
    assert found.freeze_panes == "A2"
    assert found.auto_filter.ref == "A1:B3"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_and_stays_text(text: str) -> None:
    content = one((text, 1))
    cell = load_workbook(io.BytesIO(content))["Sheet"]["A2"]
    assert cell.data_type != "f"
    assert cell.number_format == "@"
    assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["\x00\x1b[2J", "\ufffe\uffff\ud800", "\u202egnp", "]]><x/>"])
def test_every_part_is_well_formed_xml_whatever_stands_in_it(text: str) -> None:
    content = workbook([Sheet(text, (text,), [(text,)])])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            Xml.fromstring(archive.read(name))  # noqa: S314  (our own output)


def test_a_cell_holds_no_more_than_it_may() -> None:
    cell = load_workbook(io.BytesIO(one(("x" * 99_999, 1))))["Sheet"]["A2"]
    assert len(str(cell.value)) == LONGEST


def test_names_of_sheets_are_such_as_a_spreadsheet_takes() -> None:
    names = ["x" * 99, "x" * 99, "X" * 99, "a/b:c[d]?*\\'", "", "History\u202e"]
    made = load_workbook(io.BytesIO(workbook([Sheet(name, ("a",), []) for name in names])))
    assert len({name.casefold() for name in made.sheetnames}) == len(names)
    assert all(0 < len(name) <= NAME for name in made.sheetnames)
    assert not set("".join(made.sheetnames)) & set("[]:*?/\\'\u202e")


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered(place: int, letters: str) -> None:
    assert column(place) == letters


def test_the_same_sheets_give_the_same_bytes() -> None:
    assert one(("a", 1)) == one(("a", 1))
