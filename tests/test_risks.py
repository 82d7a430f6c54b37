from msgspec.structs import replace

from rempart.card import Exploitability, Impact
from rempart.check import Severity
from rempart.report.findings import Findings
from rempart.report.risks import matrix, risks
from rempart.results import Run
from rempart.review import Review
from tests.samples import result, sample_run


def found(run: Run) -> Findings:
    return Findings(run)


def test_findings_are_gathered_by_what_an_attacker_gains_the_worst_first() -> None:
    told = risks(found(sample_run()))
    assert [(one.number, one.family, one.severity) for one in told] == [
        (1, "cred", Severity.CRITICAL),
        (2, "exp", Severity.HIGH),
        (3, "enc", Severity.HIGH),
    ]


def test_people_are_those_of_the_stores_concerned_else_an_upper_bound() -> None:
    store = result("volumes.encrypted", "adh")
    (direct,) = risks(found(sample_run(results=(store,))))
    assert (direct.direct, dict(direct.people)) == (True, {"insured": 8_000_000})
    (bound,) = risks(found(sample_run(results=(result(),))))
    assert (bound.direct, dict(bound.people)) == (
        False,
        {"insured": 8_000_000, "professionals": 200_000},
    )


def test_nobody_is_counted_where_nothing_is_declared() -> None:
    (risk,) = risks(found(sample_run(results=(result(),), populations={})))
    assert dict(risk.people) == {}


def test_each_finding_stands_once_in_the_matrix_where_its_level_is_right() -> None:
    findings = found(sample_run())
    cells = [cell for row in matrix(findings) for cell in row]
    assert len(cells) == 16
    assert sorted(n for cell in cells for n in cell.numbers) == [1, 2, 3, 4]
    for cell in cells:
        for number in cell.numbers:
            assert findings.open[number - 1].severity == cell.severity


def test_a_reviewers_rating_moves_a_finding_in_the_matrix() -> None:
    review = Review(severity=Severity.HIGH, impact="minor", exploitability="hard")
    rated = replace(result(severity=Severity.LOW), review=review)
    (placed,) = (
        cell for row in matrix(found(sample_run(results=(rated,)))) for cell in row if cell.numbers
    )
    assert (placed.impact, placed.exploitability) == (Impact.MINOR, Exploitability.HARD)
    assert placed.severity is Severity.LOW
