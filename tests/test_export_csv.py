import csv
import io

import pytest

from rempart.export.csv import COLUMNS, cell, export
from tests.infected import PAYLOADS, infected
from tests.samples import sample_run


def rows(language: str, **changes: object) -> list[list[str]]:
    text = export(sample_run(**changes), language=language).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter="," if language == "en" else ";"))


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_each_result_is_a_row_under_the_same_header(language: str) -> None:
    header, *found = rows(language)
    assert tuple(header) == COLUMNS
    assert len(found) == len(sample_run().results)
    assert {len(row) for row in found} == {len(COLUMNS)}


def test_words_are_in_the_language_asked_for() -> None:
    assert rows("de")[1][COLUMNS.index("title")] == "SSH verweigert root"


def test_spreadsheets_are_told_that_it_is_utf_8() -> None:
    assert export(sample_run()).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\x00=1", "%1"]
)
def test_a_formula_is_quoted(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["PermitRootLogin yes", "a=1", "39 bits", ""])
def test_other_text_stays(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_a_hostile_run_is_a_formula_or_breaks_its_row(payload: str) -> None:
    text = export(infected(sample_run(), payload, before=True), language="en").decode("utf-8-sig")
    header, *found = csv.reader(io.StringIO(text))
    assert len(found) == len(sample_run().results)
    for row in found:
        assert len(row) == len(header)
        for value in row:
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
            assert not set(value) & set("\x1b\x9b\x07\u202e\n\r")
