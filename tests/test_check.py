"""Verdicts, grades and what evidence says."""

import msgspec
import pytest

from rempart.card import MATRIX, Exploitability, Impact
from rempart.check import (
    Evidence,
    Grade,
    Outcome,
    Severity,
    Vantage,
    graded,
    notapplicable,
    verdict,
)
from rempart.check import spoken as said
from rempart.observations.volumes import Volume

SRV = Volume(False, key="/srv", source="lsblk", line=4, vantage=Vantage.DECLARED)


def test_a_verdict_takes_place_key_and_vantage_from_the_observation() -> None:
    result = verdict(SRV.encrypted, "no crypt device", SRV)
    assert result.outcome is Outcome.FAIL
    assert result.where == Evidence("lsblk", 4)
    assert (result.of, result.vantage) == ("/srv", Vantage.DECLARED)


def test_a_discouraged_grade_fails_at_low_severity() -> None:
    result = verdict(Grade.DISCOURAGE, "TLSv1.1", SRV)
    assert (result.outcome, result.severity) == (Outcome.FAIL, Severity.LOW)


def test_a_tolerated_grade_passes() -> None:
    assert verdict(Grade.TOLERATE, "bcrypt", SRV).outcome is Outcome.PASS


def test_the_worst_grade_that_names_a_value_wins() -> None:
    lists = {"accept": ("TLSv1.2",), "forbid": ("TLSv1", "TLSv1.2")}
    assert graded("TLSv1.2", **lists) is Grade.FORBID
    assert graded("TLSv1.3", **lists) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "yes"), (None, "none"), (("a", 1), "a, 1"), ((), "none"), (7, "7")],
)
def test_evidence_reads_like_words(value: object, words: str) -> None:
    assert said(value) == words


def test_what_is_not_there_is_not_applicable() -> None:
    assert notapplicable("no swap", "/proc/swaps").outcome is Outcome.NOTAPPLICABLE


def test_observations_survive_json() -> None:
    raw = msgspec.json.encode(SRV)
    assert msgspec.json.encode(msgspec.json.decode(raw, type=Volume)) == raw


def test_severity_follows_the_anssi_matrix() -> None:
    table = {
        "minor": "low low medium high",
        "important": "low medium medium high",
        "major": "medium high high critical",
        "critical": "medium high critical critical",
    }
    for impact, row in table.items():
        assert MATRIX[Impact(impact)] == tuple(map(Severity, row.split()))
    assert len(Exploitability) == 4
