"""Waivers and statements: what people accept and say, and how it ends."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from rempart import inventory, statements, waivers
from rempart.check import Outcome, Severity, Vantage
from rempart.errors import ContentErrors, Reason
from rempart.inventory import Inventory
from rempart.results import Place, ResultRecord
from rempart.waivers import Waiver

TODAY = date(2026, 11, 25)
WAIVER = Waiver(
    id="W-1",
    check="ssh.*",
    subject="claims-*",
    reason="The new image comes in January.",
    owner="Production",
    approver="RSSI",
    until=date(2027, 1, 31),
)
MANDATE = """\
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
authorisation:
  reference: DEMO-2026-001
  granted_by: DSI
  contact: soc@payer.example
  valid: {from: 2026-11-01T00:00:00+01:00, until: 2026-12-31T23:59:59+01:00}
  scope: ["127.0.0.0/8"]
subjects:
  hosts: [{id: a, ssh: local}, {id: b, ssh: local}]
"""


def result(outcome: Outcome = Outcome.FAIL, instance: str = "", digest: str = "d1") -> ResultRecord:
    return ResultRecord(
        check="ssh.tries",
        subject="claims-1",
        root="",
        instance=instance,
        authority=None,
        binding=True,
        vantage=Vantage.OBSERVED,
        outcome=outcome,
        severity=Severity.HIGH,
        seen="MaxAuthTries 10",
        facts={},
        where=Place("sshd -T"),
        reason=None,
        fingerprint="f1",
        digest=digest,
    )


def changed(**fields: object) -> Waiver:
    return msgspec.structs.replace(WAIVER, **fields)


def test_an_accepted_failure_stays_a_failure_with_its_waiver() -> None:
    (judged,), (record,) = waivers.applied([result()], [WAIVER], TODAY)
    assert judged.outcome is Outcome.FAIL
    assert not judged.open
    assert judged.waiver is not None
    assert (judged.waiver.approver, judged.waiver.until) == ("RSSI", "2027-01-31")
    assert (record.used, record.changed, record.expired) == (1, 0, False)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.FAIL])
def test_only_failures_are_waived(outcome: Outcome) -> None:
    (judged,), (record,) = waivers.applied([result(outcome)], [WAIVER], TODAY)
    assert judged.waiver is None
    assert record.used == 0


@pytest.mark.parametrize(
    "other",
    [changed(check="tls.*"), changed(subject="db-*"), changed(instance="other")],
)
def test_a_waiver_for_something_else_does_not_apply(other: Waiver) -> None:
    (judged,), _ = waivers.applied([result(instance="x")], [other], TODAY)
    assert judged.open


def test_an_expired_waiver_does_not_apply_and_says_so() -> None:
    last_day = changed(until=TODAY)
    over = changed(until=date(2026, 11, 24))
    assert not waivers.applied([result()], [last_day], TODAY)[0][0].open
    (judged,), (record,) = waivers.applied([result()], [over], TODAY)
    assert judged.open
    assert (record.expired, record.used) == (True, 0)


def test_a_failure_whose_facts_changed_comes_back() -> None:
    bound = changed(digest="d1")
    assert not waivers.applied([result(digest="d1")], [bound], TODAY)[0][0].open
    (judged,), (record,) = waivers.applied([result(digest="d2")], [bound], TODAY)
    assert judged.open
    assert (record.used, record.changed) == (0, 1)


def test_an_address_with_brackets_is_a_name_before_it_is_a_pattern() -> None:
    bound = changed(instance="aws_db_instance.main[0]")
    (judged,), _ = waivers.applied([result(instance="aws_db_instance.main[0]")], [bound], TODAY)
    assert not judged.open


def test_the_first_waiver_in_force_is_the_one_used() -> None:
    many = [changed(id="old", until=date(2020, 1, 1)), changed(id="a"), changed(id="b")]
    (judged,), records = waivers.applied([result()], many, TODAY)
    assert judged.waiver is not None
    assert judged.waiver.id == "a"
    assert [record.used for record in records] == [0, 1, 0]


def test_a_waiver_needs_somebody_else_to_approve_it(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "schema: rempart.waivers/1\nwaivers:\n"
        "  - {id: W-1, check: a.b, subject: x, reason: long enough, owner: 'Team  A',\n"
        "     approver: team a, until: 2027-01-31}\n"
        "  - {id: W-1, check: a.b, subject: x, reason: long enough, owner: o, author: p,\n"
        "     approver: p, until: 2027-01-31}\n"
    )
    with pytest.raises(ContentErrors) as caught:
        waivers.load(file)
    assert [(error.line, error.message) for error in caught.value.errors] == [
        (4, 'waivers[0].approver: expected an approver other than the owner, found "team a"'),
        (5, 'waivers[1].id: expected each id once, found "W-1" again'),
        (6, 'waivers[1].approver: expected an approver other than the author, found "p"'),
    ]


@pytest.mark.parametrize("key", ["reason", "owner", "approver", "until", "check", "subject"])
def test_a_waiver_without_one_of_its_answers_is_refused(key: str, tmp_path: Path) -> None:
    fields = {
        "id": "W",
        "check": "a.b",
        "subject": "x",
        "reason": "long enough",
        "owner": "o",
        "approver": "p",
        "until": "2027-01-31",
    }
    file = tmp_path / "waivers.yaml"
    shown = ", ".join(f"{name}: {value}" for name, value in fields.items() if name != key)
    file.write_text(f"schema: rempart.waivers/1\nwaivers: [{{{shown}}}]\n")
    with pytest.raises(ContentErrors, match=f':2: .*expected the key "{key}", found none'):
        waivers.load(file)


def stating(folder: Path, **changes: str) -> Inventory:
    fields = {
        "control": "log.detect",
        "about": "[a, b]",
        "says": "Alarm at 200 people an hour",
        "by": "RSSI",
        "on": "2026-11-02",
        "evidence": "file:rule.pdf",
        "meets": "true",
        "valid": "12 months",
        **changes,
    }
    (folder / "rule.pdf").write_bytes(b"rule")
    file = folder / "mine.yaml"
    lines = "".join(f"    {name}: {value}\n" for name, value in fields.items())
    file.write_text(f"{MANDATE}statements:\n  -\n{lines}")
    return inventory.load(file)


def test_a_statement_is_a_result_of_its_own_kind_for_each_subject(tmp_path: Path) -> None:
    found = stating(tmp_path)
    (record,) = statements.records(found)
    assert (record.evidence, record.until) == ("rule.pdf", "2027-11-02")
    assert len(record.evidence_sha256) == 64
    results = tuple(statements.results(statements.records(found), TODAY))
    assert [(one.check, one.subject, one.vantage, one.outcome) for one in results] == [
        ("stated.log.detect", "a", Vantage.STATED, Outcome.PASS),
        ("stated.log.detect", "b", Vantage.STATED, Outcome.PASS),
    ]
    assert len({one.fingerprint for one in results}) == 2


def test_a_control_stated_as_not_met_fails(tmp_path: Path) -> None:
    stated = statements.records(stating(tmp_path, meets="false"))
    results = tuple(statements.results(stated, TODAY))
    assert {one.outcome for one in results} == {Outcome.FAIL}


def test_a_statement_expires(tmp_path: Path) -> None:
    found = stating(tmp_path, valid="2 weeks")
    assert (
        next(statements.results(statements.records(found), date(2026, 11, 16))).outcome
        is Outcome.PASS
    )
    late = next(statements.results(statements.records(found), TODAY))
    assert (late.outcome, late.reason) == (Outcome.NOTCHECKED, Reason.EXPIRED)
