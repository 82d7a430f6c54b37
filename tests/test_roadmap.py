import pytest
from msgspec.structs import replace

from rempart.background import StepControl, StepRecord
from rempart.check import Severity
from rempart.errors import Reason
from rempart.report.findings import Findings
from rempart.report.roadmap import after, roadmap, spots
from rempart.results import ResultRecord, Run
from tests.sample_cards import CHECKS
from tests.samples import result, sample_run, unseen


def carded(severity: Severity, effort: str) -> Run:
    card = replace(CHECKS["ssh.root_login"], severity=severity, effort=effort)
    return sample_run(
        results=(result(severity=severity),), checks={**CHECKS, "ssh.root_login": card}
    )


@pytest.mark.parametrize(
    ("severity", "effort", "due", "interim"),
    [
        (Severity.CRITICAL, "S", 0, False),
        (Severity.CRITICAL, "M", 30, True),
        (Severity.CRITICAL, "L", 90, True),
        (Severity.HIGH, "S", 30, False),
        (Severity.HIGH, "L", 90, False),
        (Severity.MEDIUM, "", 90, False),
        (Severity.LOW, "S", 180, False),
    ],
)
def test_the_day_follows_from_level_and_effort(
    severity: Severity, effort: str, due: int, interim: bool
) -> None:
    (measure,) = roadmap(Findings(carded(severity, effort)))
    assert (measure.due, measure.interim) == (due, interim)


def test_measures_are_numbered_soonest_first_and_name_owners() -> None:
    measures = roadmap(Findings(sample_run()))
    assert [one.number for one in measures] == [1, 2, 3, 4]
    assert [one.due for one in measures] == sorted(one.due for one in measures)
    owners = {one.finding.check: one.owners for one in measures}
    assert owners["portal.hsts"] == ("Direction digitale",)
    assert owners["ssh.root_login"] == ()


def replayed(*results: ResultRecord) -> Run:
    root = StepControl("exp.ssh", "SSH", "fail", ())
    step = StepRecord("in", {"en": "In"}, "host", "confirmed", (root,), (), (), "open")
    run = sample_run(results=results)
    return replace(run, replays=(replace(run.replays[0], steps=(step,), verdict="open"),))


def test_what_is_repaired_within_the_days_breaks_the_chain() -> None:
    run = replayed(result(), result(subject="claims-2"))
    measures = roadmap(Findings(run))
    assert [one.verdict for one in after(run, measures, 30)] == ["stopped"]
    assert [one.verdict for one in after(run, measures, 0)] == ["open"]


def test_a_measure_proves_nothing_about_what_was_not_seen() -> None:
    run = replayed(result(), unseen("ssh.root_login", "claims-2", Reason.PRIVILEGE, "no"))
    assert [one.verdict for one in after(run, roadmap(Findings(run)), 180)] == ["unknown"]


def test_what_a_waiver_covers_is_not_repaired_by_a_measure() -> None:
    waiver = sample_run().results[10].waiver
    assert waiver is not None
    run = replayed(result(), result(subject="claims-2", waiver=waiver))
    assert [one.verdict for one in after(run, roadmap(Findings(run)), 180)] == ["open"]


def test_measures_stand_where_their_risk_and_their_effort_meet() -> None:
    rows = spots(roadmap(Findings(carded(Severity.HIGH, "S"))))
    assert [row[0].severity for row in rows] == [*Severity][::-1]
    assert {tuple(spot.effort for spot in row) for row in rows} == {("S", "M", "L")}
    filled = [spot for row in rows for spot in row if spot.measures]
    assert [(one.severity, one.effort, one.soon) for one in filled] == [(Severity.HIGH, "S", True)]


def test_an_unknown_effort_has_a_column_of_its_own() -> None:
    rows = spots(roadmap(Findings(carded(Severity.CRITICAL, ""))))
    (spot,) = (spot for row in rows for spot in row if spot.measures)
    assert (spot.effort, spot.soon) == ("", False)
    assert {len(row) for row in rows} == {4}
