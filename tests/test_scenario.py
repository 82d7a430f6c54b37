"""Breaches replayed: what stops a step, and how little is taken for granted."""

import re
from pathlib import Path

import pytest

from rempart.background import ReplayRecord
from rempart.card import Words
from rempart.check import Outcome, Severity, Vantage
from rempart.errors import ContentErrors, Reason
from rempart.frameworks import Frameworks
from rempart.replay import replays
from rempart.results import CheckRecord, Place, ResultRecord, SubjectRecord
from rempart.scenario import Scenario, load
from rempart.titles import Titles

AUDITS = Path(__file__).parent.parent / "audits"
WORDS = Words(title="t", rationale="r", remediation="m")
MFA = "cred.mfa.external"
TITLES = {MFA: Titles("Two factors", "Deux facteurs", "Zwei Faktoren")}
PRO = SubjectRecord("pro", "portal", "pro")
PARTNERS = SubjectRecord("partners", "portal", "partners")
READ_LOG = SubjectRecord("access", "read_log", "access", of=("pro",))
READING = "detect: [log.detect]\n    limit: [portal.extraction.limit]"
CLAIMS = SubjectRecord("claims-1", "host", "claims-1")
OWN = """schema: rempart.scenario/1
id: own
title: {en: Own, fr: Propre, de: Eigen}
summary: {en: S, fr: R, de: Z}
organisation: Payer
country: FR
role: payer
dates: {intrusion: '2024'}
people: {announced: none}
vector: phishing
facts: []
steps:
  - id: sign-in
    title: {en: Signs in, fr: Entre, de: Tritt ein}
    kind: portal
    certainty: confirmed
    would_break: two factors
    sources: []
    stop: [cred.mfa.external]
regulator: {body: CNIL, outcome: none}
note: ours
"""


@pytest.fixture(scope="module")
def shipped() -> dict[str, Scenario]:
    return dict(load([AUDITS / "scenarios"]))


@pytest.fixture
def own(tmp_path: Path) -> Scenario:
    (tmp_path / "own.yaml").write_text(OWN)
    return load([tmp_path])["own"]


def card(*controls: str) -> CheckRecord:
    return CheckRecord(1, Severity.HIGH, "major", "easy", controls, (), {"en": WORDS}, "d")


CHECKS = {
    "login.second_factor": card(MFA),
    "login.every_path": card(MFA, "cred.mfa.consistency"),
    "tls.versions": card("portal.tls.version"),
    "reading.detection": card("log.detect"),
    "reading.ceiling": card("portal.extraction.limit"),
}


def result(
    outcome: Outcome,
    subject: str = "pro",
    check: str = "login.second_factor",
    *,
    binding: bool = True,
    vantage: Vantage = Vantage.OBSERVED,
) -> ResultRecord:
    return ResultRecord(
        check=check,
        subject=subject,
        root="",
        instance="",
        authority=None,
        binding=binding,
        vantage=vantage,
        outcome=outcome,
        severity=Severity.HIGH,
        seen="",
        facts={},
        where=Place("portal"),
        reason=Reason.UNREACHABLE if outcome is Outcome.NOTCHECKED else None,
        fingerprint=f"{check}/{subject}/{outcome}",
        digest="d",
    )


def stated(outcome: Outcome, subject: str = "pro") -> ResultRecord:
    return result(outcome, subject, f"stated.{MFA}", vantage=Vantage.STATED)


def replayed(
    scenario: Scenario, *results: ResultRecord, on: tuple[SubjectRecord, ...] = (PRO,)
) -> ReplayRecord:
    return replays(results, CHECKS, on, [scenario], TITLES, "fr")[0]


def state(
    scenario: Scenario, *results: ResultRecord, on: tuple[SubjectRecord, ...] = (PRO,)
) -> tuple[str, str]:
    step = replayed(scenario, *results, on=on).steps[0]
    return step.stop[0].state, step.state


P, F, N, X, A = (
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.NOTCHECKED,
    Outcome.ERROR,
    Outcome.NOTAPPLICABLE,
)


def test_a_control_seen_to_hold_breaks_the_step(own: Scenario) -> None:
    assert state(own, result(P)) == ("pass", "broken")
    assert replayed(own, result(P)).verdict == "stopped"


def test_a_control_seen_to_be_missing_leaves_it_open(own: Scenario) -> None:
    assert state(own, result(F)) == ("fail", "open")
    assert replayed(own, result(F)).verdict == "open"


@pytest.mark.parametrize("outcome", [N, X])
def test_what_was_not_seen_is_unknown(own: Scenario, outcome: Outcome) -> None:
    assert state(own, result(outcome)) == ("notchecked", "unknown")
    assert replayed(own, result(outcome)).verdict == "unknown"


def test_a_control_no_check_spoke_of_is_not_checked(own: Scenario) -> None:
    assert state(own) == ("notchecked", "unknown")
    assert state(own, result(P, check="tls.versions")) == ("notchecked", "unknown")


def test_a_pass_on_another_kind_of_subject_proves_nothing(own: Scenario) -> None:
    results = result(P, "claims-1")
    assert state(own, results, on=(PRO, CLAIMS)) == ("notchecked", "unknown")


def test_without_a_subject_of_the_kind_nothing_is_known(own: Scenario) -> None:
    assert state(own, result(P, "claims-1"), on=(CLAIMS,)) == ("notchecked", "unknown")


def test_every_exposed_subject_must_hold(own: Scenario) -> None:
    both = (PRO, PARTNERS)
    assert state(own, result(P), result(P, "partners"), on=both) == ("pass", "broken")
    assert state(own, result(P), result(F, "partners"), on=both) == ("fail", "open")
    assert state(own, result(P), result(N, "partners"), on=both) == ("notchecked", "unknown")
    assert state(own, result(P), on=both) == ("notchecked", "unknown")


def test_every_check_of_the_control_must_pass(own: Scenario) -> None:
    other = "login.every_path"
    assert state(own, result(P), result(F, check=other)) == ("fail", "open")
    assert state(own, result(P), result(N, check=other)) == ("notchecked", "unknown")
    assert state(own, result(P), result(P, check=other)) == ("pass", "broken")


def test_not_applicable_neither_proves_nor_disproves(own: Scenario) -> None:
    assert state(own, result(A)) == ("notchecked", "unknown")
    assert state(own, result(P), result(A, check="login.every_path")) == ("pass", "broken")


def test_an_authority_that_only_informs_does_not_decide(own: Scenario) -> None:
    assert state(own, result(P), result(F, binding=False)) == ("pass", "broken")
    assert state(own, result(P, binding=False)) == ("notchecked", "unknown")


def test_a_statement_breaks_no_chain(own: Scenario) -> None:
    assert state(own, stated(P)) == ("stated", "unknown")


def test_a_statement_never_outweighs_what_was_observed(own: Scenario) -> None:
    assert state(own, stated(P), result(F)) == ("fail", "open")
    assert state(own, stated(P), result(N)) == ("notchecked", "unknown")
    assert state(own, stated(F), result(P)) == ("pass", "broken")


def test_an_admission_and_an_expired_statement_are_no_help(own: Scenario) -> None:
    assert state(own, stated(F)) == ("fail", "open")
    assert state(own, stated(N)) == ("notchecked", "unknown")


def test_the_worst_of_seen_stated_and_unseen_wins(own: Scenario) -> None:
    both = (PRO, PARTNERS)
    assert state(own, result(P), stated(P, "partners"), on=both) == ("stated", "unknown")
    assert state(own, result(N), stated(P, "partners"), on=both) == ("notchecked", "unknown")


def test_what_a_read_log_shows_of_logging_holds_for_its_portal(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("stop: [cred.mfa.external]", READING))
    logged, on = load([tmp_path])["own"], (PRO, READ_LOG)
    detection, ceiling = "reading.detection", "reading.ceiling"

    def states(*results: ResultRecord) -> tuple[str, str]:
        (step,) = replayed(logged, *results, on=on).steps
        return step.detect[0].state, step.limit[0].state

    seen = [result(P, "access", detection), result(P, "access", ceiling)]
    assert states(*seen) == ("pass", "notchecked")
    assert states(result(F, "access", detection), result(F, "access", ceiling)) == ("fail", "fail")
    assert states(result(P, "other", detection)) == ("notchecked", "notchecked")


def test_names_the_results_that_decided(own: Scenario) -> None:
    step = replayed(own, result(P), result(F, "partners"), on=(PRO, PARTNERS)).steps[0]
    assert step.stop[0].results == (f"login.second_factor/partners/{F}",)


def test_speaks_the_language_of_the_run_and_keeps_the_others(own: Scenario) -> None:
    record = replayed(own, result(P))
    assert record.steps[0].stop[0].title == "Deux facteurs"
    assert record.steps[0].stop[0].titles["de"] == "Zwei Faktoren"
    assert record.title == {"en": "Own", "fr": "Propre", "de": "Eigen"}


def test_the_2024_breach_is_stopped_by_a_second_factor_nobody_can_phish(
    shipped: dict[str, Scenario],
) -> None:
    checks = {"login.phishing": card("cred.mfa.phishing_resistant")}
    results = [result(P, check="login.phishing")]
    record = replays(results, checks, [PRO], [shipped["viamedis-2024"]], {})[0]
    assert record.verdict == "stopped"
    assert [step.state for step in record.steps] == [
        "broken",
        "unknown",
        "unknown",
        "open",  # what the database hands out: nothing at rest stops it
        "unknown",
        "open",
    ]


def test_a_step_nothing_stops_is_open(shipped: dict[str, Scenario]) -> None:
    record = replays([], {}, [PRO], [shipped["aok-moveit-2023"]], {})[0]
    assert record.verdict == "open"


def test_any_subject_speaks_for_the_organisation(shipped: dict[str, Scenario]) -> None:
    said = result(P, check="stated.proc.supplier.audit", vantage=Vantage.STATED)
    record = replays([said], {}, [PRO], [shipped["harvest-2025"]], {})[0]
    states = {control.control: control.state for control in record.steps[0].limit}
    assert states == {"proc.supplier.audit": "stated", "proc.notify.client": "notchecked"}


def test_brings_fifteen_breaches_with_their_sources(shipped: dict[str, Scenario]) -> None:
    assert len(shipped) == 15
    for scenario in shipped.values():
        assert scenario.steps
        assert scenario.sources
        assert all(re.fullmatch(r"https?://\S+", source) for source in scenario.sources)
        assert "our analysis" in scenario.note


def test_scenarios_cite_controls_that_exist(shipped: dict[str, Scenario]) -> None:
    neutral = Frameworks.load([AUDITS / "frameworks"]).neutral
    for scenario in shipped.values():
        for step in scenario.steps:
            cited = [*step.stop, *step.detect, *step.limit]
            assert cited, (scenario.id, step.id)
            assert set(cited) <= set(neutral)
            assert len(cited) == len(set(cited))
            assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", one) for one in step.attack)


def test_steps_speak_three_languages(shipped: dict[str, Scenario]) -> None:
    for scenario in shipped.values():
        words = [scenario.title, scenario.summary, *(step.title for step in scenario.steps)]
        for one in words:
            assert len(set(one.every().values())) == 3
            assert "'" not in one.fr
            assert not re.search(r" [:;?!»]", one.fr), one.fr
        assert len({step.id for step in scenario.steps}) == len(scenario.steps)


def test_an_unknown_key_is_reported_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("    stop:", "    stops:"))
    with pytest.raises(ContentErrors, match=r"own\.yaml:19: .*stops"):
        load([tmp_path])


def test_a_scenario_is_named_after_its_file(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(OWN)
    with pytest.raises(ContentErrors, match=r"other\.yaml:2: .*file's name"):
        load([tmp_path])
