"""What a run left open, judged again: on records, and by the command line on files."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rempart.accepted import Waived
from rempart.catalogue import built_in
from rempart.check import Outcome, Severity
from rempart.demo import data
from rempart.errors import Reason
from rempart.exit_code import exit_code
from rempart.export.md import export
from rempart.report.render import render
from rempart.results import ResultRecord, Run
from rempart.retest import left_open, retested, text
from rempart.review import Retested
from tests.sample_cards import CHECKS
from tests.samples import SUBJECTS, result, sample_run, unseen
from tests.test_auditing import INVENTORY
from tests.test_cli import rempart

ROOT, OTHER = result(), result(subject="claims-2")


def again(*now: ResultRecord, before: tuple[ResultRecord, ...] = (ROOT,), **changes: Any) -> Run:
    old = sample_run(results=before, id="old")
    return retested(old, sample_run(results=now, waivers=(), **changes))


def item(run: Run) -> Retested:
    assert run.retest is not None
    (found,) = run.retest.items
    return found


def test_what_is_seen_to_be_good_is_fixed() -> None:
    run = again(replace(ROOT, outcome=Outcome.PASS))
    assert (item(run).state, item(run).before, item(run).now) == ("fixed", "fail", "pass")
    assert exit_code(run, Severity.HIGH) == 0


def test_what_fails_still_is_open() -> None:
    run = again(ROOT)
    assert item(run).state == "open"
    assert exit_code(run, Severity.HIGH) == 1


def test_what_fails_less_badly_is_partly_fixed() -> None:
    run = again(replace(ROOT, severity=Severity.LOW))
    assert (item(run).state, item(run).severity_now) == ("partly", Severity.LOW)


def test_what_could_not_be_seen_is_never_fixed() -> None:
    run = again(unseen("ssh.root_login", "claims-1", Reason.UNREACHABLE, "no answer"))
    assert (item(run).state, item(run).reason) == ("not_retestable", Reason.UNREACHABLE)
    assert exit_code(run, Severity.HIGH) == 3


def test_a_subject_that_left_the_inventory_is_never_fixed() -> None:
    here = tuple(one for one in SUBJECTS if one.id != "claims-1")
    assert item(again(subjects=here)).why == "subject_gone"


def test_a_check_that_is_gone_fixes_nothing() -> None:
    checks = {id_: card for id_, card in CHECKS.items() if id_ != "ssh.root_login"}
    assert item(again(checks=checks)).why == "check_gone"


def test_a_revised_check_fixes_nothing() -> None:
    checks = CHECKS | {"ssh.root_login": replace(CHECKS["ssh.root_login"], revision=2)}
    found = item(again(replace(ROOT, outcome=Outcome.PASS), checks=checks))
    assert (found.state, found.why) == ("not_retestable", "check_changed")


def test_what_a_waiver_covers_now_still_stands() -> None:
    waiver = Waived("W", "r", "o", "a", "2026-12-31")
    found = item(again(replace(ROOT, waiver=waiver)))
    assert (found.state, found.why) == ("open", "accepted")


def test_a_finding_is_partly_fixed_when_some_of_its_things_are() -> None:
    run = again(replace(ROOT, outcome=Outcome.PASS), OTHER, before=(ROOT, OTHER))
    assert run.retest is not None
    assert [(one.check, one.state) for one in run.retest.findings] == [("ssh.root_login", "partly")]
    assert run.retest.counts == {"fixed": 1, "partly": 0, "open": 1, "not_retestable": 0}


def test_only_what_was_open_is_left_in_the_run() -> None:
    passed = result("portal.cookies", "pro", Outcome.PASS)
    waived = result("swap.encrypted", waiver=Waived("W", "r", "o", "a", "2026-12-31"))
    old = sample_run(results=(ROOT, passed, waived))
    assert left_open(old) == {("ssh.root_login", "claims-1")}
    run = retested(old, sample_run(results=(ROOT, passed, waived)))
    assert run.results == (ROOT,)
    assert run.coverage.results == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "toujours ouvert"), ("en", "still open"), ("de", "weiterhin offen")],
)
def test_the_report_and_the_terminal_tell_each_state(language: str, words: str) -> None:
    run = again(ROOT)
    assert words in text(run, language)
    page = render(run, "report", language)
    assert 'id="retest-h"' in page
    assert words in page


def test_an_earlier_run_that_left_nothing_open_says_so() -> None:
    assert text(again(before=()), "en") == "The earlier audit had left nothing open.\n"


# On files and a repository, by the command line.


@pytest.fixture
def payer(tmp_path: Path) -> Path:
    data.write(tmp_path)
    shutil.copytree(built_in() / "inventories/demo/infra", tmp_path / "infra")
    inventory = INVENTORY.replace("UNTIL", "2046-01-01T00:00:00Z").replace("HOSTS", "")
    (tmp_path / "inventory.yaml").write_text(inventory)
    done = called(tmp_path, "audit", "inventory.yaml", "-o", "run.json")
    assert done == 1
    return tmp_path


def called(folder: Path, *arguments: str) -> int:
    done = rempart(*arguments, cwd=folder, XDG_STATE_HOME=str(folder / "state"))
    assert done.returncode != 2, done.stderr
    return done.returncode


def test_repairs_are_seen_and_nothing_else_is_judged(payer: Path) -> None:
    for file in (payer / "exports").iterdir():
        file.unlink()
    code = called(payer, "retest", "run.json", "inventory.yaml", "-o", "again.json")
    old = json.loads((payer / "run.json").read_text())
    new = json.loads((payer / "again.json").read_text())
    states = {one["fingerprint"]: one["state"] for one in new["retest"]["items"]}
    was = [one for one in old["results"] if one["outcome"] == "fail" and one["binding"]]
    exports = [states[one["fingerprint"]] for one in was if one["subject"] == "exports"]
    infra = [states[one["fingerprint"]] for one in was if one["subject"] == "infra"]
    assert code == 1
    assert set(exports) == {"fixed"}
    assert set(infra) == {"open"}
    pairs = {(one["check"], one["subject"]) for one in was}
    assert {(one["check"], one["subject"]) for one in new["results"]} <= pairs


def test_markdown_tells_each_state() -> None:
    gone = unseen("ssh.root_login", "claims-1", Reason.UNREACHABLE, "no answer")
    text = export(again(gone), language="en").decode()
    assert "## Retest" in text
    assert "| not retestable | Unreachable |" in text
