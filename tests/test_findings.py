from rempart.accepted import Waived
from rempart.card import Words
from rempart.check import Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.report.findings import Findings, said, words
from rempart.report.language import language
from rempart.results import ResultRecord
from tests.samples import result, sample_run, unseen

WAIVER = Waived("W", "r", "o", "a", "2026-12-31")


def found(*results: ResultRecord) -> Findings:
    return Findings(sample_run(results=results))


def test_one_check_on_several_things_is_one_finding() -> None:
    (finding,) = found(result(), result(subject="claims-2")).open
    assert finding.subjects == ("claims-1", "claims-2")
    assert len(finding.occurrences) == 2


def test_verdicts_of_several_authorities_are_one_occurrence_the_binding_first() -> None:
    (finding,) = found(
        result(authority="nist", binding=False), result(authority="cnil", binding=True)
    ).open
    assert [item.authority for item in finding.occurrences[0].results] == ["cnil", "nist"]
    assert finding.authorities == ("cnil", "nist")


def test_equal_things_stay_apart() -> None:
    (finding,) = found(result(seen="first"), result(seen="second")).open
    assert [item.first.seen for item in finding.occurrences] == ["first", "second"]


def test_an_authority_that_informs_makes_no_finding() -> None:
    groups = found(
        result(authority="cnil", outcome=Outcome.PASS),
        result(authority="nist", binding=False, severity=Severity.CRITICAL),
    )
    assert groups.open == ()
    assert groups.stricter[0].severity is Severity.CRITICAL


def test_an_accepted_failure_is_not_open() -> None:
    groups = found(result(waiver=WAIVER))
    assert groups.open == ()
    assert len(groups.accepted) == 1


def test_the_worst_comes_first_then_the_easiest_to_use() -> None:
    groups = found(
        result("portal.hsts", severity=Severity.MEDIUM),
        result("volumes.encrypted"),
        result("ssh.root_login"),
        result("accounts.password_policy", severity=Severity.CRITICAL),
    )
    assert [item.check for item in groups.open] == [
        "accounts.password_policy",
        "ssh.root_login",
        "volumes.encrypted",
        "portal.hsts",
    ]


def test_a_lowered_severity_counts_at_its_own_level() -> None:
    groups = found(result(severity=Severity.LOW), result(subject="claims-2"))
    assert groups.counted == (
        (Severity.CRITICAL, 0, 0),
        (Severity.HIGH, 1, 1),
        (Severity.MEDIUM, 0, 0),
        (Severity.LOW, 0, 1),
    )


def test_the_threshold_of_the_audit_says_what_is_serious() -> None:
    groups = found(result("portal.hsts", severity=Severity.MEDIUM), result())
    assert [item.check for item in groups.serious] == ["ssh.root_login"]


def test_what_was_not_checked_is_grouped_by_reason_in_their_order() -> None:
    groups = found(
        unseen("b.b", "x", Reason.TRUNCATED, ""),
        unseen("a.a", "x", Reason.UNREACHABLE, ""),
        unseen("a.a", "y", Reason.UNREACHABLE, ""),
    )
    assert [(item.reason, item.check, len(item.results)) for item in groups.unseen] == [
        (Reason.UNREACHABLE, "a.a", 2),
        (Reason.TRUNCATED, "b.b", 1),
    ]
    assert groups.incomplete


def test_what_is_only_stated_is_no_finding_and_no_pass() -> None:
    groups = found(
        result("stated.log.detect", vantage=Vantage.STATED),
        result("stated.log.detect", vantage=Vantage.STATED, outcome=Outcome.PASS, instance="b"),
    )
    assert groups.open == ()
    assert groups.passed == ()
    assert len(groups.stated) == 2


def test_every_result_is_tallied_for_its_subject() -> None:
    run = sample_run()
    tallies = Findings(run).tallies
    assert sum(sum(counts.values()) for counts in tallies.values()) == len(run.results)
    assert list(tallies)[: len(run.subjects)] == [subject.id for subject in run.subjects]


def test_the_card_s_sentence_is_said_with_its_facts() -> None:
    run = sample_run()
    policy = run.results[2]
    assert said(run, policy, language("fr")) == "39 bits garantis"
    assert said(run, policy, language("de")) == policy.seen


def test_a_sentence_whose_facts_are_missing_gives_way_to_what_was_seen() -> None:
    bare = result("accounts.password_policy", seen="39 bits")
    assert said(sample_run(results=(bare,)), bare, language("fr")) == "39 bits"


def test_a_check_without_a_card_is_called_by_its_id() -> None:
    assert words(sample_run(), "odd.check", language("fr")) == Words("odd.check", "", "")


def test_a_statement_is_called_by_its_control() -> None:
    title = words(sample_run(), "stated.log.detect", language("fr")).title
    assert title == "Une lecture massive déclenche une alarme"
