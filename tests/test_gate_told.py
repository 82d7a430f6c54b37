"""What a gate tells: comments that fit, annotations nobody forges, lines without secrets."""

import pytest

from rempart.check import Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.exit_code import CLEAN, INCOMPLETE, exit_code
from rempart.export import comment
from rempart.gate.annotations import annotations
from rempart.gate.excerpts import masked
from rempart.gated import GateRecord
from rempart.results import Place, ResultRecord
from tests.samples import result, sample_run


def finding(number: int, instance: str = "") -> ResultRecord:
    return result(
        subject="infra",
        instance=instance or f"aws_db_instance.n{number}",
        vantage=Vantage.DECLARED,
        outcome=Outcome.FAIL,
        severity=Severity.HIGH,
        where=Place("main.tf", number + 1),
    )


def test_a_comment_fits_every_code_host() -> None:
    run = sample_run(results=tuple(finding(number) for number in range(3000)))
    text = comment.export(run, language="en").decode()
    assert len(text) <= 65_536
    assert "more findings" in text
    assert text.startswith("<!-- rempart:gate:")


@pytest.mark.parametrize("name", ["a|b", "`x`", "<img src=x>", "@all", "a\n::error::b", "a\r\n#b"])
def test_names_stay_in_their_cell(name: str) -> None:
    run = sample_run(results=(finding(1, name),))
    (row,) = [one for one in comment.export(run).decode().split("\n") if "main.tf:2" in one]
    assert row.count(" | ") == 4
    (told,) = annotations(run)
    assert "\n" not in told
    assert told.startswith("::error file=main.tf,line=2,endLine=2,title=")


def test_a_step_shows_ten_annotations_of_a_kind() -> None:
    assert len(list(annotations(sample_run(results=tuple(map(finding, range(30))))))) == 10


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        "url: postgres://app:hunter2@db/x?sslmode=disable",
        "DB_PASSWORD=hunter2",
        "token => 'hunter2'",
    ],
)
def test_lines_are_shown_without_their_secrets(line: str) -> None:
    assert "hunter2" not in masked(line)
    assert masked("  storage_encrypted = false") == "  storage_encrypted = false"
    assert "\x1b" not in masked("a\x1b[2Jb")


def test_a_file_that_may_not_be_read_is_trouble_for_a_gate_alone() -> None:
    closed = result(outcome=Outcome.NOTCHECKED, reason=Reason.PRIVILEGE, where=Place("b.tf"))
    held = sample_run(results=(closed,), gate=GateRecord(), waivers=(), retest=None)
    assert exit_code(held, Severity.HIGH) == INCOMPLETE
    live = sample_run(results=(closed,), gate=None, waivers=(), retest=None)
    assert exit_code(live, Severity.HIGH) == CLEAN
