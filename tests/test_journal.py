"""The journal: a subject is done or it is not, whatever happens to the process."""

import random
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.check import Outcome, Severity, Vantage
from rempart.errors import RempartError, ResumeRefused, UsageError
from rempart.journal import Count, Journal, state_folder
from rempart.results import Place, ResultRecord

ROOT = Path(__file__).parent.parent
PINS = {"inventory": "i1", "audit": "a1", "checks": "c1"}
EACH = 40  # results a subject


def result(check: str, subject: str = "pro", **changed: object) -> ResultRecord:
    fields: dict[str, object] = {
        "check": check,
        "subject": subject,
        "root": "",
        "instance": "",
        "authority": None,
        "binding": True,
        "vantage": Vantage.OBSERVED,
        "outcome": Outcome.PASS,
        "severity": Severity.HIGH,
        "seen": "TLSv1.3",
        "facts": {},
        "where": Place("portal"),
        "reason": None,
        "fingerprint": f"{check}-{subject}",
        "digest": "d",
    }
    return ResultRecord(**{**fields, **changed})  # type: ignore[arg-type]


def begun(folder: Path, *, resume: bool = False, **pins: str) -> Journal:
    return Journal.open(folder, {**PINS, **pins}, of="demo", resume=resume)


def test_a_saved_subject_is_there_after_reopening(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.save("pro", b"seen", [result("tls.versions"), result("tls.lifetime")], 3)
        assert not journal.resumed
    with begun(tmp_path, resume=True) as journal:
        assert journal.resumed
        saved = journal.done()["pro"]
        assert (saved.observations, saved.connections, saved.results) == (b"seen", 3, 2)
        assert {one.check for one in journal.results("pro")} == {"tls.versions", "tls.lifetime"}


def test_equal_results_are_all_kept_and_counted(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        twins = [result("ssh.root_login", authority="anssi"), result("ssh.root_login")]
        journal.save("pro", b"", [*twins, *twins], 0)
        assert journal.count() == Count(subjects=1, announced=4, rows=4)


def test_saving_twice_changes_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.save("pro", b"first", [result("tls.versions")], 1)
        journal.save("pro", b"second", [result("tls.versions"), result("tls.lifetime")], 9)
        assert journal.done()["pro"].observations == b"first"
        assert journal.count() == Count(1, 1, 1)


def test_a_subject_that_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        broken = [result("tls.versions"), result("tls.versions", fingerprint=None)]
        with pytest.raises(sqlite3.IntegrityError):
            journal.save("pro", b"", broken, 0)
        assert journal.count() == Count(0, 0, 0)
        journal.save("pro", b"", [result("tls.versions")], 0)
        assert journal.count() == Count(1, 1, 1)


@pytest.mark.parametrize("changed", ["inventory", "audit", "checks"])
def test_resuming_is_refused_when_something_changed(tmp_path: Path, changed: str) -> None:
    begun(tmp_path).close()
    with pytest.raises(ResumeRefused, match=f"changed since: {changed};"):
        begun(tmp_path, resume=True, **{changed: "other"})
    begun(tmp_path).close()  # the refusal let go of the lock


def test_a_pin_that_appeared_is_a_change(tmp_path: Path) -> None:
    begun(tmp_path).close()
    with pytest.raises(ResumeRefused, match="scope"):
        begun(tmp_path, resume=True, scope="s1")


def test_nothing_to_resume_starts_afresh(tmp_path: Path) -> None:
    with begun(tmp_path, resume=True) as journal:
        assert not journal.resumed
        journal.save("pro", b"", [], 0)
        journal.finish()
    with begun(tmp_path, resume=True) as journal:
        assert not journal.resumed
        assert journal.done() == {}


def test_without_resume_a_new_run_begins_and_the_old_one_stays_until_it_is_finished(
    tmp_path: Path,
) -> None:
    with begun(tmp_path) as journal:
        journal.save("pro", b"old", [], 0)
    with begun(tmp_path, audit="a2") as journal:
        assert journal.done() == {}
        journal.finish()
    with begun(tmp_path, resume=True) as journal:
        assert not journal.resumed


def test_two_audits_of_one_inventory_do_not_run_at_once(tmp_path: Path) -> None:
    with begun(tmp_path), pytest.raises(UsageError, match="another audit"):
        begun(tmp_path)
    begun(tmp_path).close()


def test_audits_of_two_inventories_do(tmp_path: Path) -> None:
    with (
        Journal.open(tmp_path, PINS, of="a") as one,
        Journal.open(tmp_path, PINS, of="b") as other,
    ):
        one.save("pro", b"", [], 0)
        assert other.done() == {}


def test_an_attempt_outlives_the_process_that_made_it(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.attempt("pro", "sign-in canary-a")
        journal.attempt("pro", "sign-in canary-b")
    with begun(tmp_path, resume=True) as journal:
        assert journal.attempted("pro") == ("sign-in canary-a", "sign-in canary-b")
        assert journal.attempted("other") == ()


def test_only_its_owner_reads_a_journal(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with begun(folder) as journal:
        journal.save("pro", b"", [], 0)
        files = sorted(folder.iterdir())
        assert [path.suffix for path in files] == [
            ".lock",
            ".sqlite",
            ".sqlite-shm",
            ".sqlite-wal",
        ]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_is_no_journal_is_said_to_be_none(tmp_path: Path) -> None:
    begun(tmp_path).close()
    next(tmp_path.glob("*.sqlite")).write_bytes(b"not a database at all" * 100)
    with pytest.raises(RempartError, match="move it away"):
        begun(tmp_path, resume=True)


def test_the_state_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/var/lib/state")
    assert state_folder() == Path("/var/lib/state/rempart")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/auditor")
    assert state_folder() == Path("/home/auditor/.local/state/rempart")


AUDITOR = f"""
import sys
from pathlib import Path
from tests.test_journal import EACH, begun, result

with begun(Path(sys.argv[1]), resume=True) as journal:
    for number in range(int(sys.argv[2])):
        subject = f"host-{{number}}"
        if subject not in journal.done():
            checks = (f"check.{{n}}" for n in range({EACH}))
            journal.save(subject, b"seen", [result(check, subject) for check in checks], 1)
            print(subject, flush=True)
    journal.finish() if sys.argv[3] == "finish" else None
"""


@pytest.fixture
def auditor(tmp_path: Path) -> Callable[[int, str], subprocess.Popen[str]]:
    def started(subjects: int, end: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(AUDITOR), str(tmp_path), str(subjects), end],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    return started


def test_kill_nine_loses_nothing_doubles_nothing_and_leaves_nothing_half_done(
    tmp_path: Path, auditor: Callable[[int, str], subprocess.Popen[str]]
) -> None:
    chance, subjects = random.Random(2024), 120  # noqa: S311  (a seed, so that it repeats)
    told: list[str] = []
    for _ in range(6):
        with auditor(subjects, "stay") as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 15)):
                told.append(process.stdout.readline().strip())
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().split()
        with begun(tmp_path, resume=True) as journal:
            done = journal.done()
            assert journal.resumed
            assert set(told) <= set(done)
            assert len(done) - len(told) <= 6  # written, killed before it could say so
            assert journal.count() == Count(len(done), EACH * len(done), EACH * len(done))
    with auditor(subjects, "stay") as process:
        assert process.wait() == 0
    with begun(tmp_path, resume=True) as journal:
        assert set(journal.done()) == {f"host-{number}" for number in range(subjects)}
        assert journal.count() == Count(subjects, EACH * subjects, EACH * subjects)
    assert len(told) == len(set(told))


def test_what_is_sent_seldom_is_remembered_beyond_its_run(tmp_path: Path) -> None:
    with Journal.open(tmp_path, {"inventory": "a"}) as journal:
        journal.attempt("pro", "sign-in of canary-c")
        journal.attempt("pro", "seldom: lock of canary-c")
        assert journal.last("pro", "seldom: lock of canary-c")
        journal.finish()
    for _ in range(2):
        with Journal.open(tmp_path, {"inventory": "a"}) as journal:
            assert journal.last("pro", "seldom: lock of canary-c")
            assert journal.last("pro", "sign-in of canary-c") == ""
            assert journal.attempted("pro") == ()
            journal.finish()
