import pytest

from rempart.accepted import Waived
from rempart.background import FrameworkRecord, RequirementRecord
from rempart.check import Outcome, Vantage
from rempart.errors import Reason
from rempart.report.compliance import Compliance, Gap, Table, overall, parted
from rempart.report.findings import Findings
from rempart.results import ResultRecord
from tests.samples import result, sample_run, unseen

WAIVED = Waived("W", "r", "o", "a", "2026-12-31")
SSH = RequirementRecord("R1", "SSH", ("exp.ssh",))
BOTH = RequirementRecord("R2", "SSH and more", ("exp.ssh", "proc.contact"))


def passed(subject: str = "claims-1", **more: object) -> ResultRecord:
    return result(subject=subject, outcome=Outcome.PASS, **more)  # type: ignore[arg-type]


def table(*results: ResultRecord, asked: tuple[RequirementRecord, ...] = (SSH,)) -> Table:
    record = FrameworkRecord("G", "P", "1", "https://a.example", "verified", asked)
    (found,) = Compliance(sample_run(results=results, frameworks={"gdpr": record})).tables
    return found


def stated(outcome: Outcome) -> ResultRecord:
    return result("stated.exp.ssh", "claims-1", outcome, vantage=Vantage.STATED)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((), "untested"),
        ((passed(),), "met"),
        ((result(),), "unmet"),
        ((result(), passed(instance="b")), "partial"),
        ((unseen("ssh.root_login", "claims-1", Reason.PRIVILEGE, "no"),), "untested"),
        (
            (passed(), unseen("ssh.root_login", "claims-1", Reason.PRIVILEGE, "no")),
            "partial",
        ),
        ((result(waiver=WAIVED),), "waived"),
        ((result(waiver=WAIVED), passed(instance="b")), "waived"),
        ((stated(Outcome.PASS),), "stated"),
        ((stated(Outcome.FAIL),), "unmet"),
        ((stated(Outcome.NOTCHECKED),), "untested"),
        ((stated(Outcome.PASS), result()), "unmet"),
        ((result(outcome=Outcome.NOTAPPLICABLE),), "untested"),
        ((result(outcome=Outcome.ERROR),), "untested"),
        ((result(authority="nist", binding=False), passed(authority="cnil")), "met"),
    ],
)
def test_a_requirement_is_in_the_state_its_evidence_shows(
    results: tuple[ResultRecord, ...], state: str
) -> None:
    (row,) = table(*results).rows
    assert row.state == state


def test_nothing_is_met_while_a_control_it_asks_for_was_not_looked_at() -> None:
    (row,) = table(passed(), asked=(BOTH,)).rows
    assert (row.state, row.cells, row.looked) == ("partial", {"claims-1": "met"}, ("exp.ssh",))


def test_a_gap_names_the_checks_that_show_it() -> None:
    found = table(result(), passed("claims-2"))
    assert found.gaps == (Gap(("R1",), "partial", ("ssh.root_login",)),)
    assert found.subjects == ("claims-1", "claims-2")
    assert found.counts["partial"] == 1


def test_requirements_with_the_same_gap_stand_together() -> None:
    other = RequirementRecord("R3", "SSH again", ("exp.ssh",))
    found = table(result(), asked=(SSH, BOTH, other))
    assert [gap.ids for gap in found.gaps] == [("R1", "R2", "R3")]


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        (("met", "untested"), "partial"),
        (("unmet", "untested"), "unmet"),
        (("met", "waived"), "waived"),
        (("stated", "untested"), "untested"),
        (("stated", "met"), "partial"),
    ],
)
def test_subjects_together(states: tuple[str, ...], whole: str) -> None:
    assert overall(states) == whole


def test_frameworks_stand_in_the_order_of_the_audit() -> None:
    record = FrameworkRecord("G", "P", "1", "https://a.example", "verified", (SSH,))
    run = sample_run(frameworks={"anssi-ssh": record, "cnil-2022-100": record, "gdpr": record})
    assert [one.id for one in Compliance(run).tables] == ["gdpr", "cnil-2022-100", "anssi-ssh"]


def test_authorities_that_disagree_are_named() -> None:
    (item,) = parted(Findings(sample_run()))
    assert item.first.subject == "claims-2"
    assert [one.outcome for one in item.results] == [Outcome.PASS, Outcome.FAIL]
