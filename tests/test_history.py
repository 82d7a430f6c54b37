"""Two runs compared: nothing is repaired that was not seen, no check is mistaken for a system."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart import results
from rempart.accepted import Waived
from rempart.card import Words
from rempart.check import Outcome, Severity, Vantage
from rempart.cli.history import command
from rempart.errors import Reason
from rempart.history import Change, Difference, difference, listed
from rempart.report.comparison import markdown, text
from rempart.results import (
    AuditRecord,
    AuthorisationRecord,
    CheckRecord,
    Coverage,
    Place,
    ResultRecord,
    Run,
    SubjectRecord,
    Tool,
    fingerprint,
)

NIGHT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
P, F, N, X, A = (
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.NOTCHECKED,
    Outcome.ERROR,
    Outcome.NOTAPPLICABLE,
)
WAIVED = Waived("W1", "accepted", "DSI", "RSSI", "2026-12-31")


def card(revision: int = 1) -> CheckRecord:
    words = {
        "en": Words("SSH refuses root", "r", "m"),
        "fr": Words("SSH refuse root", "r", "m"),
    }
    return CheckRecord(revision, Severity.HIGH, "major", "easy", ("exp.ssh",), (), words, "d")


def result(
    outcome: Outcome,
    instance: str = "",
    *,
    subject: str = "claims-1",
    check: str = "ssh.root_login",
    authority: str | None = None,
    binding: bool = True,
    waiver: Waived | None = None,
    seen: str = "PermitRootLogin yes",
    severity: Severity = Severity.HIGH,
) -> ResultRecord:
    return ResultRecord(
        check=check,
        subject=subject,
        root="",
        instance=instance,
        authority=authority,
        binding=binding,
        vantage=Vantage.OBSERVED,
        outcome=outcome,
        severity=severity,
        seen=seen,
        facts={},
        where=Place("sshd -T"),
        reason=Reason.UNREACHABLE if outcome is N else None,
        fingerprint=fingerprint(check, authority, Vantage.OBSERVED, subject, "", instance),
        digest="d",
        waiver=waiver,
    )


def run(*found: ResultRecord, days: int = 0, **changed: object) -> Run:
    fields: dict[str, object] = {
        "id": f"run-{days}",
        "tool": Tool("rempart", "0.1.0"),
        "started": NIGHT + timedelta(days=days),
        "finished": NIGHT + timedelta(days=days, minutes=1),
        "language": "en",
        "organisation": "Tiers Payant Démonstration",
        "audit": AuditRecord("payer", {"en": "Payer"}, ("cnil",), (), (), Severity.HIGH),
        "authorisation": AuthorisationRecord(
            "DEMO", "DSI", "soc@payer.example", NIGHT, NIGHT, ("127.0.0.0/8",), (), (), "counts"
        ),
        "subjects": (SubjectRecord("claims-1", "host", "claims-1"),),
        "populations": {},
        "checks": {"ssh.root_login": card()},
        "controls": {},
        "settings": {},
        "waivers": (),
        "statements": (),
        "requests": (),
        "graphs": (),
        "results": found,
        "replays": (),
        "coverage": Coverage(1, len(found), {}),
        "connections": {},
    }
    return Run(**{**fields, **changed})  # type: ignore[arg-type]


def change(
    before: tuple[ResultRecord, ...], after: tuple[ResultRecord, ...], **changed: object
) -> list[tuple[str, str]]:
    found = difference(run(*before), run(*after, days=1, **changed))
    assert sum(found.counts.values()) == len(found.items)
    return [(item.change, item.instance) for item in found.items]


def test_a_failure_never_judged_before_is_new() -> None:
    assert change((result(P, "a"),), (result(P, "a"), result(F, "b"))) == [("new", "b")]
    assert change((result(N),), (result(F),)) == [("new", "")]


def test_a_failure_that_was_good_has_regressed() -> None:
    assert change((result(P),), (result(F),)) == [("regressed", "")]
    assert change((result(A),), (result(F),)) == [("regressed", "")]


def test_an_accepted_failure_whose_waiver_ended_has_regressed() -> None:
    assert change((result(F, waiver=WAIVED),), (result(F),)) == [("regressed", "")]


def test_a_failure_of_both_runs_is_still_open() -> None:
    assert change((result(F),), (result(F),)) == [("still open", "")]


def test_a_failure_seen_to_be_good_is_fixed() -> None:
    assert change((result(F),), (result(P),)) == [("fixed", "")]
    assert change((result(F),), (result(A),)) == [("fixed", "")]


def test_a_failure_a_waiver_covers_is_accepted() -> None:
    assert change((result(F),), (result(F, waiver=WAIVED),)) == [("accepted", "")]


@pytest.mark.parametrize("outcome", [N, X])
def test_what_could_not_be_looked_at_is_never_fixed(outcome: Outcome) -> None:
    assert change((result(F),), (result(outcome),)) == [("not seen", "")]


def test_a_thing_gone_from_a_subject_seen_whole_is_fixed() -> None:
    assert change((result(F, "a"), result(F, "b")), (result(F, "a"),)) == [
        ("still open", "a"),
        ("fixed", "b"),
    ]


def test_a_thing_gone_while_something_was_not_seen_is_not_fixed() -> None:
    assert change((result(F, "a"), result(F, "b")), (result(P, "a"), result(N))) == [
        ("not seen", "b"),
        ("fixed", "a"),
    ]


def test_a_subject_that_was_not_audited_is_not_fixed() -> None:
    assert change((result(F),), ()) == [("not seen", "")]
    assert change((result(F),), (result(P, subject="claims-2"),)) == [("not seen", "")]


def test_twins_are_told_apart() -> None:
    assert change((result(F), result(F)), (result(F), result(P))) == [
        ("still open", ""),
        ("fixed", ""),
    ]


def test_an_authority_that_only_informs_is_left_out() -> None:
    assert change((), (result(F, authority="nist", binding=False),)) == []


def test_a_good_thing_that_stays_good_or_unseen_is_no_news() -> None:
    assert change((result(P),), (result(P),)) == []
    assert change((result(P),), (result(N),)) == []


@pytest.mark.parametrize(("before", "after"), [((F,), (P,)), ((P,), (F,)), ((), (F,))])
def test_a_revised_check_is_not_a_changed_system(
    before: tuple[Outcome, ...], after: tuple[Outcome, ...]
) -> None:
    found = change(
        tuple(map(result, before)), tuple(map(result, after)), checks={"ssh.root_login": card(2)}
    )
    assert found == [("check changed", "")]


def test_a_revised_check_that_still_fails_is_still_open() -> None:
    assert change((result(F),), (result(F),), checks={"ssh.root_login": card(2)}) == [
        ("still open", "")
    ]


def test_a_check_set_otherwise_is_a_changed_check() -> None:
    settings = {"ssh.root_login": {"allow": "no"}}
    assert change((result(P),), (result(F),), settings=settings) == [("check changed", "")]


def test_what_a_new_check_finds_is_a_changed_check() -> None:
    checks = {"ssh.root_login": card(), "ssh.keys": card()}
    found = change((result(P),), (result(P), result(F, check="ssh.keys")), checks=checks)
    assert found == [("check changed", "")]


def test_an_item_says_what_it_was_and_is() -> None:
    found = difference(run(result(F)), run(result(N), days=1), "fr")
    item = found.items[0]
    assert (item.before, item.now, item.reason) == ("fail", "notchecked", "unreachable")
    assert item.title == "SSH refuse root"
    assert not found.worse


def test_the_worst_comes_first() -> None:
    after = (result(F, "a", severity=Severity.LOW), result(F, "b", severity=Severity.CRITICAL))
    assert change((), after) == [("new", "b"), ("new", "a")]


def test_says_why_two_runs_compare_badly() -> None:
    other = AuditRecord("gate", {"en": "Gate"}, (), (), (), Severity.HIGH)
    found = difference(run(days=2), run(days=1, audit=other, subjects=(), organisation="Autre"))
    told = "\n".join(found.remarks)
    assert "wrong way round" in told
    assert "two audits: payer and gate" in told
    assert "two organisations" in told
    assert "claims-1" in told


HOSTILE = "\x1b[31mroot\x1b[0m <img src=x> [a](http://evil.example) | `x` \u202e {{7*7}}"


@pytest.fixture
def hostile() -> Difference:
    return difference(run(), run(result(F, HOSTILE, seen=HOSTILE), days=1))


def test_a_terminal_shows_hostile_text_and_does_not_obey_it(hostile: Difference) -> None:
    told = text(hostile)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "{{7*7}}" in told


def test_markdown_shows_hostile_text_and_does_not_obey_it(hostile: Difference) -> None:
    told = markdown(hostile)
    assert "<img" not in told
    assert "[a](" not in told
    rows = [row for row in told.splitlines() if "root" in row]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 5


def saved(folder: Path, name: str, one: Run) -> str:
    results.save(one, folder / name)
    return str(folder / name)


def test_the_command_tells_and_can_fail_a_pipeline(tmp_path: Path) -> None:
    old = saved(tmp_path, "old.json", run(result(F, "a"), result(P, "b")))
    new = saved(tmp_path, "new.json", run(result(P, "a"), result(F, "b"), days=1))
    told = CliRunner().invoke(command, ["diff", old, new])
    assert told.exit_code == 0
    assert "REGRESSED (1)" in told.output
    assert "FIXED (1)" in told.output
    assert CliRunner().invoke(command, ["diff", old, new, "--fail-on-new"]).exit_code == 1
    assert CliRunner().invoke(command, ["diff", old, old, "--fail-on-new"]).exit_code == 0
    counts = json.loads(CliRunner().invoke(command, ["diff", old, new, "--format=json"]).output)
    assert counts["counts"]["regressed"] == 1
    assert set(counts["counts"]) == {str(one) for one in Change}
    assert "| severity |" in CliRunner().invoke(command, ["diff", old, new, "--format=md"]).output


def test_lists_the_runs_of_a_folder_and_says_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "nightly").mkdir()
    saved(tmp_path / "nightly", "b.json", run(result(F), result(N, "x"), days=1))
    saved(tmp_path, "a.json", run(result(P)))
    (tmp_path / "other.json").write_text("{}")
    found, others = listed(tmp_path)
    assert [one.path.name for one in found] == ["a.json", "b.json"]
    assert found[1].open[Severity.HIGH] == 1
    assert found[1].unseen == 1
    assert [Path(error.file).name for error in others] == ["other.json"]
    told = CliRunner().invoke(command, ["list", str(tmp_path)]).output.splitlines()
    assert len(told) == 2
    assert "high 1" in told[1]
    assert "not seen 1" in told[1]
