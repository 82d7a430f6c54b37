"""What is counted of a log: what reads name, and who stands out."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart import archive
from rempart.check import Gap, Reason, Unknown
from rempart.collectors import read_logs
from rempart.collectors.read_logs.mapping import Declared
from rempart.errors import NotAuthorised, Unreachable
from rempart.inventory import Database, ReadLog
from rempart.inventory.values import Ceiling
from rempart.observations.reading import (
    AccountReading,
    LogCoverage,
    ReadingDistribution,
    RuleTrial,
)
from rempart.reading.batch import EXPOSED, READ, REFUSED, SIGNED_IN, STEP
from rempart.secrets import Reference
from rempart.transport.access import Access
from tests.read_logs import START, day, one, read, record, seen, subject


def test_names_what_each_read_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        record(START, "a", "1")
        + record(START, None, "1")
        + record(START, "a", "")
        + '{"ts":"yesterday","user":"a","nir":"1"}\n'
        + '{"user":"a","nir":"1"}\n'
    )
    facts, kept = read(path)
    assert (facts.lines, facts.reads, facts.named) == (5, 5, 1)
    assert (facts.without_account, facts.without_person, facts.without_time) == (1, 1, 2)
    assert kept.column("times") == [START, START, START, -1, -1]
    assert [bool(account) for account in kept.column("accounts")] == [True, False, True, True, True]


def test_tells_reads_from_sign_ins_refusals_and_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        record(START, "a", None, action="login", status=200)
        + record(START, "a", None, action="login", status=401)
        + record(START, "a", None, action="LOGIN_ERROR", status=None)
        + record(START, "a", "1", action="view", status=200)
        + record(START, "a", "2", action="view", status=403)
    )
    facts, kept = read(path)
    assert kept.column("flags") == [SIGNED_IN, REFUSED, REFUSED, READ, 0]
    assert [bool(person) for person in kept.column("people")] == [False] * 3 + [True, False]
    assert facts.reads == 1
    own = Declared(reads=("export",), fields={"action": "$.action"})
    path.write_text(
        record(START, "a", "1", action="view") + record(START, "a", "1", action="EXPORT")
    )
    assert read(path, own)[1].column("flags") == [0, READ]


def test_only_what_names_a_person_is_a_read_in_the_log_of_a_web_server(tmp_path: Path) -> None:
    line = '10.0.0.1 - a [02/Nov/2026:10:15:30 +0100] "GET {} HTTP/1.1" {} 7 "-" "-"\n'
    path = tmp_path / "access.log"
    path.write_text(
        line.format("/", 200)
        + line.format("/r?nir=185057800608491", 200)
        + line.format("/r?nir=185057800608491", 403)
        + line.format("/r?mail=jean.dupont%40payer.example", 200)
        + line.format("/img/1781012345678.png?_=1781012345678", 200)
        + line.format("/r?id_nir=1850578006084", 200)
    )
    facts, kept = read(path)
    assert kept.column("flags") == [0, READ | EXPOSED, EXPOSED, EXPOSED, 0, EXPOSED]
    assert (facts.urls, facts.exposed, facts.reads, facts.named) == (6, 4, 1, 1)


def test_marks_steps_to_the_number_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    people = [("a", "100"), ("b", "500"), ("a", "101"), ("b", "700"), ("a", "100"), ("a", "100")]
    people += [("w", "185057800608491"), ("w", "185057800608588"), ("w", "x1")]
    path.write_text("".join(record(START, *pair) for pair in people))
    _, kept = read(path)
    steps = [bool(bits & STEP) for bits in kept.column("flags")]
    assert steps == [False, False, True, False, True, False, False, True, False]


def test_counts_persons_that_are_hashed_already(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(record(START, "a", "0f" * 32) + record(START, "a", "0F" * 32))
    facts, kept = read(path)
    assert facts.hashed == 2
    assert len(set(kept.column("people"))) == 1


def test_a_person_is_the_same_however_the_number_is_spaced(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    written = ["185057800608491", "1 85 05 78 006 084 91", "1.85.05.78.006.084-91", 185057800608491]
    path.write_text("".join(record(START, "a", each) for each in written))
    assert len(set(read(path)[1].column("people"))) == 1
    path.write_text("".join(record(START, "a", each) for each in written[3:] + written[:1]))
    assert len(set(read(path)[1].column("people"))) == 1


def test_an_extraction_stands_out_under_a_pseudonym(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    quiet = [day(START + 86400 * number, accounts=30) for number in range(20)]
    thief = "".join(
        record(START + 86400 * 12 + 7 * number, "doc-3", f"9{number:06d}") for number in range(900)
    )
    path.write_text("".join([*quiet[:12], quiet[12] + thief, *quiet[13:]]))
    log = subject(path, ceiling=Ceiling("60 people/hour"), alarm=(Ceiling("200 people/hour"),))
    found = seen(log)
    accounts = [
        item for item in found if isinstance(item, AccountReading) and "ceiling" in item.why
    ]
    assert [account.key.startswith("account ") for account in accounts] == [True]
    assert accounts[0].people > 400
    hour = next(d for d in found if isinstance(d, ReadingDistribution) and d.key == "hour")
    assert (hour.accounts, hour.over, hour.ceiling) == (30, 1, 60)
    covered = one(found, LogCoverage)
    assert (covered.accounts, covered.whole, covered.format) == (30, True, "json")
    assert "doc-" not in repr(found)
    assert archive.decoded(archive.encoded(found)) == tuple(found)


def test_the_payers_key_keeps_pseudonyms_from_run_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDONYM_KEY", "kept by the payer")
    path = tmp_path / "a.jsonl"
    path.write_text(day(START))

    def keys(**more: Any) -> set[str]:
        return {
            item.key for item in seen(subject(path, **more)) if isinstance(item, AccountReading)
        }

    own = {"pseudonyms": Reference.parse("env:PSEUDONYM_KEY")}
    assert keys(**own) == keys(**own) != set()
    assert keys() != keys()


def test_a_deadline_leaves_a_part_that_proves_nothing_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(day(START, reads=5000))
    found = one(seen(subject(path), seconds=4.9), LogCoverage)
    assert isinstance(found.whole, Unknown)
    assert found.whole.reason is Reason.LIMIT
    assert 0 < found.lines < 30_000


def table(folder: Path, rows: list[tuple[Any, ...]]) -> Path:
    file = folder / "audit.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE reads (read_at TEXT, login TEXT, nir TEXT, note BLOB)")
        database.executemany("INSERT INTO reads VALUES (?, ?, ?, ?)", rows)
    database.close()
    return file


def asked(log: Any, url: str) -> list[Any]:
    access = Access.offline(log, seconds=60)
    access.inventory = SimpleNamespace(by_id={"adh": Database(id="adh", url=url)})
    return list(read_logs.collect(log, access, frozenset(read_logs.BRINGS)))


def from_table(**keys: Any) -> Any:
    return ReadLog(id="log", database="adh", **keys)


def test_reads_a_table(tmp_path: Path) -> None:
    rows = [("2026-11-02 10:15:30", f"doc-{n % 3}", str(n), b"\xff") for n in range(5000)]
    file = table(tmp_path, rows)
    found = one(asked(from_table(table="audit.reads"), f"sqlite:///{file}"), LogCoverage)
    assert (found.lines, found.named, found.accounts, found.guessed) == (5000, 5000, 3, True)
    assert found.format == "table"
    own = from_table(table="reads", account="login", person="note", time="read_at")
    assert one(asked(own, f"sqlite:///{file}"), LogCoverage).guessed is False


def test_says_what_a_table_lacks(tmp_path: Path) -> None:
    file = table(tmp_path, [])
    with pytest.raises(Unreachable, match="no column who"):
        asked(from_table(table="reads", account="who"), f"sqlite:///{file}")
    with pytest.raises(Unreachable, match="no table other"):
        asked(from_table(table="other"), f"sqlite:///{file}")
    with pytest.raises(NotAuthorised, match="no network"):
        asked(from_table(table="reads"), "postgresql://10.0.0.5/adh")
    with pytest.raises(Unreachable, match="no database file"):
        asked(from_table(table="reads"), f"sqlite:///{tmp_path}/none.sqlite")


def test_a_rule_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path, rules = tmp_path / "a.jsonl", tmp_path / "rules.yml"
    path.write_text(day(START))
    rules.write_text("a: [")
    found = one(seen(subject(path, rules=(rules,))), RuleTrial)
    assert isinstance(found.evaluated, Unknown)
    assert not any(isinstance(item, Gap) for item in seen(subject(path)))
