import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import Wanted, database
from rempart.demo import data
from rempart.errors import Limited, Reason, Unreachable
from rempart.judge.identifiers import proven
from rempart.observations.columns import OldRows, TableContent
from rempart.observations.datastores import DataStoreFile, IdentifierColumn
from rempart.observations.identifiers.french import nir_key
from rempart.transport.access import Access

WANTED: Wanted = frozenset({IdentifierColumn, DataStoreFile})


def seen(
    url: str, *, seconds: float = 60, inventory: Path | None = None, wanted: Wanted = WANTED
) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="db", kind="database", url=url, on="", environment="test")
    access = Access.offline(subject, seconds=seconds)
    access.inventory = SimpleNamespace(file=inventory) if inventory else None
    return list(database.collect(subject, access, wanted))


def columns(path: Path) -> dict[str, IdentifierColumn]:
    found = seen(f"sqlite:///{path}")
    return {item.key: item for item in found if isinstance(item, IdentifierColumn)}


def sure(found: dict[str, IdentifierColumn]) -> list[str]:
    return [k for k, c in found.items() if proven(c.identifier, c.candidates, c.valid)]


def made(path: Path, *statements: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    return connection


def numbers(count: int) -> Iterator[tuple[str]]:
    for order in range(count):
        body = f"185057{order % 999 + 1:04d}000"
        yield (f"{body}{nir_key(body):02d}",)


def test_finds_the_clear_column_of_the_demonstration_and_no_other(tmp_path: Path) -> None:
    data.write(tmp_path)
    found = columns(tmp_path / "claims.sqlite")
    assert sure(found) == ["main.beneficiary.nir"]
    assert found["main.claim.beneficiary_token"].candidates == 0
    assert found["main.claim.reference"].candidates > 100
    told = msgspec.json.encode(list(found.values())).decode()
    assert not any(len(run) > 6 for run in "".join(c if c.isdigit() else " " for c in told).split())


def test_reads_without_leaving_a_trace(tmp_path: Path) -> None:
    data.write(tmp_path)
    path = tmp_path / "claims.sqlite"
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir()))
    columns(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before


def test_sees_what_a_writer_has_not_yet_folded_in(tmp_path: Path) -> None:
    path = tmp_path / "wal.db"
    with closing(made(path, "PRAGMA journal_mode = WAL", "CREATE TABLE t (nir TEXT)")) as writer:
        writer.executemany("INSERT INTO t VALUES (?)", numbers(50))
        writer.commit()
        assert sure(columns(path)) == ["main.t.nir"]


def test_a_long_table_is_sampled_from_all_over(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    with closing(made(path, "CREATE TABLE t (nir TEXT)")) as writer:
        writer.executemany("INSERT INTO t VALUES (?)", (("x",) for _ in range(20_000)))
        writer.executemany("INSERT INTO t VALUES (?)", numbers(20_000))
        writer.commit()
    column = columns(path)["main.t.nir"]
    assert (column.sample, column.sampled) == ("spread", 10_000)
    assert 4_000 < column.valid < 6_000


def test_integers_blobs_and_tables_without_rowid_count_too(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    statements = (
        "CREATE TABLE a (n INTEGER)",
        "CREATE TABLE b (n TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE c (rowid TEXT, n BLOB)",
    )
    with closing(made(path, *statements)) as writer:
        rows = list(numbers(60))
        writer.executemany("INSERT INTO a VALUES (?)", ((int(n),) for (n,) in rows))
        writer.executemany("INSERT INTO b VALUES (?)", rows)
        writer.executemany("INSERT INTO c VALUES ('z', ?)", ((n.encode(),) for (n,) in rows))
        writer.commit()
    assert sure(columns(path)) == ["main.a.n", "main.b.n", "main.c.n"]


def test_large_objects_and_floats_hide_no_identifiers(tmp_path: Path) -> None:
    with closing(
        made(tmp_path / "x.db", "CREATE TABLE scans (nir REAL, note TEXT, page BLOB)")
    ) as db:
        rows = [(float(number), f"assuré {number}", bytes(1_500_000)) for (number,) in numbers(12)]
        db.executemany("INSERT INTO scans VALUES (?, ?, ?)", rows)
        db.commit()
    found = columns(tmp_path / "x.db")
    assert sure(found) == ["main.scans.nir", "main.scans.note"]


def test_names_in_a_hostile_schema_stay_names(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    name = 'x"; DROP TABLE y; --<b>\x1b[31m'
    quoted = '"' + name.replace('"', '""') + '"'
    with closing(made(path, f"CREATE TABLE {quoted} ({quoted} TEXT)", "CREATE TABLE y (a)")) as db:
        db.execute("CREATE VIEW v AS SELECT load_extension('/tmp/x') AS n")
        db.commit()
    found = columns(path)
    assert len(found) == 2
    assert all(key.isprintable() for key in found)


def test_an_encrypted_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "sealed.db"
    path.write_bytes(os.urandom(65_536))
    file, gap = seen(f"sqlite:///{path}")
    assert isinstance(file, DataStoreFile)
    assert file.encrypted is True
    assert isinstance(gap, Gap)
    assert (gap.type, gap.reason) == ("IdentifierColumn", Reason.PRIVILEGE)


def test_a_file_that_is_no_database_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("hello" * 1000)
    file = seen(f"sqlite:///{path}")[0]
    assert isinstance(file, DataStoreFile)
    assert isinstance(file.encrypted, Unknown)


def test_a_damaged_database_is_a_gap(tmp_path: Path) -> None:
    data.write(tmp_path)
    path = tmp_path / "claims.sqlite"
    raw = bytearray(path.read_bytes())
    raw[4096:] = os.urandom(len(raw) - 4096)
    path.write_bytes(raw)
    found = seen(f"sqlite:///{path}")
    assert any(isinstance(item, Gap) and item.reason is Reason.TRUNCATED for item in found)
    assert not [item for item in found if isinstance(item, IdentifierColumn)]


def test_no_time_left_ends_the_statement(tmp_path: Path) -> None:
    path = tmp_path / "slow.db"
    with closing(made(path, "CREATE TABLE t (a, b, c)")) as writer:
        writer.executemany("INSERT INTO t VALUES (1, 2, 3)", (() for _ in range(30_000)))
        writer.commit()
    with pytest.raises(Limited):
        seen(f"sqlite:///{path}", seconds=0)


def test_a_relative_url_starts_at_the_inventory(tmp_path: Path) -> None:
    data.write(tmp_path)
    found = seen("sqlite:///claims.sqlite", inventory=tmp_path / "demo.yaml")
    assert len(found) > 5


def test_a_link_a_person_named_is_followed(tmp_path: Path) -> None:
    data.write(tmp_path)
    (tmp_path / "link.db").symlink_to(tmp_path / "claims.sqlite")
    assert sure(columns(tmp_path / "link.db")) == ["main.beneficiary.nir"]


def test_what_stands_together_in_a_table_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(made(path, "CREATE TABLE p (nir TEXT, date_naissance TEXT, mutuelle TEXT)")) as db:
        rows = [(number, "1985-05-12", "M1") for (number,) in numbers(40)]
        db.executemany("INSERT INTO p VALUES (?, ?, ?)", rows)
        db.commit()
    table, *gaps = seen(f"sqlite:///{path}", wanted=frozenset({TableContent, OldRows}))[::-1]
    assert isinstance(table, TableContent)
    assert (table.identities, table.births, table.insurers) == (("nir",), ("birth",), ("mutuelle",))
    assert (table.environment, table.rows) == ("test", 40)
    assert [gap.reason for gap in gaps if isinstance(gap, Gap)] == [Reason.NO_COLLECTOR]


def test_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        seen(f"sqlite:///{tmp_path}")
    with pytest.raises(Unreachable):
        seen(f"sqlite:///{tmp_path}/none.db")
