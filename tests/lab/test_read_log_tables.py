"""Read logs in tables of Debian's PostgreSQL and MariaDB, over TLS, read as their files are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation
from rempart.collectors import read_logs
from rempart.collectors.read_logs import preview, reader, server_table
from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.tally import Tally
from rempart.errors import (
    Limited,
    Privilege,
    Refused,
    Unreachable,
)
from rempart.observations.reading import ClockFacts, LogCoverage
from rempart.reading.batch import Batch
from rempart.scope import Scope, guarded
from rempart.transport import sql
from rempart.transport.access import Access
from rempart.transport.line import ROWS
from tests.lab.databases import PASSWORD, SERVERS, Served
from tests.read_logs import START, day, one

pytestmark = pytest.mark.lab

SEEN = frozenset(read_logs.BRINGS)


@pytest.fixture(scope="module", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.setenv("LAB_KEY", "a key of the lab, long enough")


@contextmanager
def reached(inventory: Any, id_: str = "table", *, gate: bool = True) -> Iterator[Access]:
    """Access to a subject of it, every connection through the gate."""
    scope = Scope.of(inventory.authorisation)
    subject = inventory.by_id[id_]
    held = guarded(scope) if gate else nullcontext()
    with held, Access.open(subject, inventory, scope) as access:
        yield access


def look(inventory: Any, id_: str = "table") -> list[Observation | Gap]:
    with reached(inventory, id_) as access:
        return list(read_logs.collect(access.subject, access, SEEN))


def filled(server: Served, name: str, log: str, moment: str, *, granted: bool = True) -> None:
    """A table of what stands in the lines of a log, in their order."""
    rows = [json.loads(line) for line in log.splitlines()]
    offset = {"timestamptz": "+00", "varchar(40)": "Z"}.get(moment, "")
    values = ",".join(
        f"('{row['ts'][:10]}{'T' if 'char' in moment else ' '}{row['ts'][11:19]}{offset}',"
        f"'{row['user']}','{row['nir']}','kept')"
        for row in rows
    )
    zone = "SET time_zone = '+00:00';" if server.scheme == "mysql" else ""
    server.run(
        f"DROP TABLE IF EXISTS audit.{name}; {zone}"  # noqa: S608
        f"CREATE TABLE audit.{name} (ts {moment}, login varchar(40), nir varchar(40),"
        f" other varchar(9)); INSERT INTO audit.{name} VALUES {values};"
    )
    if granted:
        columns = "(ts, login, nir)"  # least privilege: what is not needed is not granted
        server.run(f"GRANT SELECT {columns} ON audit.{name} TO {server.account};")


def alike(found: list[Observation | Gap], *, clock: bool = True) -> list[Observation]:
    """Observations without what tells a file from a table."""
    same: list[Observation] = []
    for each in found:
        assert isinstance(each, Observation)
        plain = replace(each, source="")
        if isinstance(plain, LogCoverage):
            plain = replace(plain, format="", files=0, size=0)
        if isinstance(plain, ClockFacts) and not clock:
            continue
        same.append(plain)
    return same


@pytest.mark.parametrize("kind", ["text", "moment"])
def test_a_table_says_what_its_file_says(served: Served, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "reads.jsonl"
    log = "".join(day(START + 86_400 * each, accounts=7, reads=40) for each in range(20))
    path.write_text(log, encoding="utf-8")
    native = "timestamptz" if served.scheme == "postgresql" else "timestamp"
    filled(served, "reads", log, "varchar(40)" if kind == "text" else native)
    inventory = served.inventory(path, "audit.reads")
    told = look(inventory)
    whole = one(told, LogCoverage)
    assert (whole.whole, whole.format, whole.lines) == (True, "table", 5600)
    assert alike(told, clock=kind == "text") == alike(look(inventory, "file"), clock=kind == "text")
    assert one(told, ClockFacts).zoned == 5600
    assert not [row for row in log.splitlines() if json.loads(row)["nir"] + "'" in repr(told)]


def test_its_mapping_is_told_before_an_audit(served: Served, tmp_path: Path) -> None:
    filled(served, "reads", day(START), "varchar(40)")
    inventory = served.inventory(tmp_path / "none", "audit.reads")
    subject = inventory.by_id["table"]
    assert list(preview.told(subject, inventory)) == [preview.LATER]
    (words,) = preview.told(subject, inventory, ask=True)
    assert words.startswith("guessed: format: table, account: login, person: nir, time: ts")


def test_what_may_not_be_read_is_said(served: Served, tmp_path: Path) -> None:
    filled(served, "closed", day(START), "varchar(40)", granted=False)
    with pytest.raises(Privilege, match="may not read"):
        look(served.inventory(tmp_path / "none", "audit.closed"))
    with pytest.raises((Unreachable, Privilege)):  # MariaDB does not tell one from the other
        look(served.inventory(tmp_path / "none", "audit.nothing"))


def test_who_may_not_sign_in_is_told_without_the_password(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_PASSWORD", "wrong-but-secret")
    with pytest.raises(Refused, match="account or password refused") as caught:
        look(served.inventory(tmp_path / "none", "audit.reads"))
    assert "secret" not in str(caught.value)


def test_an_untrusted_certificate_gets_no_password(served: Served, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="so nothing secret is sent"):
        look(served.inventory(tmp_path / "none", "audit.reads", ca=False))


def _grant(server: Served, name: str) -> None:
    server.run(f"GRANT SELECT ON audit.{name} TO {server.account};")


def test_a_view_that_never_answers_ends_in_time(served: Served, tmp_path: Path) -> None:
    _grant(served, "never")
    with pytest.raises(Limited, match="in the time allowed"):
        look(served.inventory(tmp_path / "none", "audit.never", seconds=int(read_logs.SPARE) + 2))


def test_reading_stops_at_the_rows_allowed(served: Served, tmp_path: Path) -> None:
    _grant(served, "many")
    inventory = served.inventory(tmp_path / "none", "audit.many")
    with (
        reached(inventory) as access,
        sql.opened(access, inventory.by_id["adh"], spare=5, most_rows=5000) as server,
    ):
        rows = server.rows("audit.many", server.columns("audit.many"))
        assert len(next(rows)) == ROWS
        with pytest.raises(Limited, match="rows allowed"):
            list(rows)


def test_nothing_can_be_written(served: Served, tmp_path: Path) -> None:
    served.run("DROP TABLE IF EXISTS audit.written; CREATE TABLE audit.written (n int);")
    served.run(f"GRANT ALL ON audit.written TO {served.account};")
    inventory = served.inventory(tmp_path / "none", "audit.written")
    with (
        reached(inventory) as access,
        sql.opened(access, inventory.by_id["adh"], spare=5) as server,
    ):
        session: Any = server
        with pytest.raises(Exception, match=r"(?i)read.only"):
            session._run("INSERT INTO audit.written VALUES (1)")
    assert served.run("SELECT count(*) FROM audit.written;").strip() == "0"


class _Ending:
    """Takes batches; at the first one the reader's connection is ended."""

    def __init__(self, server: Served) -> None:
        self.server, self.rows = server, 0

    def take(self, batch: Batch) -> None:
        if not self.rows and self.server.scheme == "postgresql":
            self.server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader';"
            )
        elif not self.rows:
            self.server.run("KILL USER reader;")
        self.rows += len(batch.times)


def test_what_came_before_a_server_went_away_stands(served: Served, tmp_path: Path) -> None:
    _grant(served, "many")
    inventory, ending = served.inventory(tmp_path / "none", "audit.many"), _Ending(served)
    with (
        reached(inventory, gate=False) as access,
        sql.opened(access, inventory.by_id["adh"], spare=5) as server,
    ):
        columns = server.columns("audit.many")
        records, mapped = server_table.read(server, "audit.many", columns, Declared())
        tally = Tally(Declared(), Accounts())
        facts = reader.read_records(records, mapped, tally, ending, lambda _: "")
    assert [reason for reason, _ in facts.missed] == ["truncated"]
    assert 0 < facts.lines == ending.rows < 900_000


@pytest.mark.parametrize("scheme", list(SERVERS))
def test_a_server_without_tls_is_read_on_loopback_alone(scheme: str, tmp_path: Path) -> None:
    with SERVERS[scheme](tls=False) as plain:
        filled(plain, "reads", day(START), "varchar(40)")
        inventory = plain.inventory(tmp_path / "none", "audit.reads", ca=False)
        assert one(look(inventory), LogCoverage).lines == 120
        with pytest.raises(Refused, match="offers no TLS"):
            look(plain.inventory(tmp_path / "none", "audit.reads"))
    with pytest.raises(Unreachable):
        look(inventory)
