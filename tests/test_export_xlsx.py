import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from rempart.background import FrameworkRecord, RequirementRecord
from rempart.export.csv import COLUMNS
from rempart.export.xlsx import export
from rempart.report.findings import Findings
from rempart.results import Run
from tests.exports import HARMFUL, every
from tests.infected import PAYLOADS, infected
from tests.samples import sample_run

FRAMEWORK = FrameworkRecord(
    "Example", "Example", "1", "https://example.org", "verified",
    (RequirementRecord("1.1", "No root over SSH", ("exp.ssh",)),
     RequirementRecord("1.2", "Nobody looks at this", ("org.training",))),
)  # fmt: skip


def opened(run: Run, language: str = "en") -> Workbook:
    return load_workbook(io.BytesIO(export(run, language=language)))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_every_result_is_a_row_under_the_columns_of_the_csv() -> None:
    header, *rows = cells(opened(every())["Results"])
    assert tuple(header) == COLUMNS
    assert len(rows) == len(every().results)


def test_findings_stand_first_and_the_worst_first() -> None:
    book = opened(every())
    header, *rows = cells(book.worksheets[0])
    assert header[0] == "Severity"
    assert len(rows) == len(Findings(every()).open)
    assert rows[0][0] == "Critical"
    assert isinstance(rows[0][7], int)


def test_every_framework_has_its_matrix_in_letters() -> None:
    run = sample_run(frameworks={"gdpr": FRAMEWORK})
    header, first, second = cells(opened(run)["gdpr"])
    assert header[:2] == ["Requirement", "Title"]
    assert "claims-1" in header
    assert first[0] == "1.1"
    assert first[3] == "read at its source"
    assert any(first[4:])
    assert not any(second[4:])


def test_what_was_not_seen_has_a_sheet_with_the_reason() -> None:
    reasons = {row[0] for row in cells(opened(sample_run())["Not checked"])[1:]}
    assert {"Missing privilege", "Truncated answer", "error"} == reasons


@pytest.mark.parametrize("language", ["fr", "de"])
def test_sheets_speak_the_language_asked_for(language: str) -> None:
    name = {"fr": "Constats", "de": "Befunde"}[language]
    assert opened(every(), language).sheetnames[0] == name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_a_hostile_run_is_a_formula(payload: str) -> None:
    for before in (False, True):
        for sheet in opened(infected(every(), payload, before=before)).worksheets:
            for row in sheet.iter_rows():
                assert not any(cell.data_type == "f" for cell in row)
                assert not any(set(str(cell.value)) & HARMFUL for cell in row)


def test_an_empty_run_is_a_workbook_too() -> None:
    run = sample_run(results=(), subjects=(), waivers=(), statements=(), checks={}, controls={})
    assert len(cells(opened(run)["Results"])) == 1
