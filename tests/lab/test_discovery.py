"""Discovery in Debian's PostgreSQL and MariaDB: what is found by counts, and what goes wrong."""

import gzip
import random
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.database import discovery
from rempart.collectors.database.discovery import keys, statistics
from rempart.collectors.database.discovery.dialects import DIALECTS
from rempart.collectors.database.grants import script
from rempart.collectors.values import sure
from rempart.errors import CollectError, Reason
from rempart.inventory import Database
from rempart.inventory.values import Period
from rempart.observations.columns import (
    HashedColumn,
    OldRows,
    SealedColumn,
    StatisticsColumn,
    TableContent,
    TableReaders,
)
from rempart.observations.datastores import IdentifierColumn, IdentifierCount
from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.spelling import compact
from rempart.scope import Scope, guarded
from rempart.transport import sql
from rempart.transport.access import Access
from tests.column_estate import DRAWS, estate, nir, score, statements
from tests.lab.databases import PASSWORD, SERVERS, Served

pytestmark = pytest.mark.lab

EVERYTHING = frozenset(discovery.BRINGS)
GRANT = {
    "postgresql": "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ANALYZE;",
    "mysql": "",
}
CHANCE = random.Random(20240129)  # noqa: S311


@pytest.fixture(scope="module", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with SERVERS[request.param]() as running:
        yield running


POSTGRESQL = pytest.mark.parametrize("served", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.setenv("LAB_KEY", "a key of the lab, long enough")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def fill(server: Served, script: str) -> None:
    use = "USE adh; " if server.scheme == "mysql" else ""
    server.run(f"{use}{script} {GRANT[server.scheme]}")


def table(server: Served, name: str, columns: str, rows: list[tuple[str, ...]]) -> None:
    listed = ", ".join("(" + ", ".join(map(quoted, row)) + ")" for row in rows)
    drop = f"DROP TABLE IF EXISTS {name}; "
    fill(server, f"{drop}CREATE TABLE {name} ({columns}); INSERT INTO {name} VALUES {listed};")  # noqa: S608


@contextmanager
def session(
    server: Served, tmp_path: Path, *, transit: str = "counts", gate: bool = True, **changed: Any
) -> Iterator[tuple[sql.Server, Database, Access]]:
    inventory = server.inventory(tmp_path / "log", "t")
    mandate = msgspec.structs.replace(inventory.authorisation, transit=transit)
    inventory = replace(inventory, authorisation=mandate)
    subject = msgspec.structs.replace(inventory.by_id["adh"], **changed)
    scope = Scope.of(mandate)
    with (
        guarded(scope) if gate else nullcontext(),
        Access.open(subject, inventory, scope) as access,
        sql.opened(access, subject, spare=2, counts=True) as asked,
    ):
        yield asked, subject, access


def look(server: Served, tmp_path: Path, **changed: Any) -> list[Observation | Gap]:
    with session(server, tmp_path, **changed) as (asked, subject, access):
        return list(discovery.collect(asked, subject, access, EVERYTHING))


def of(found: list[Observation | Gap], kind: type[Any]) -> dict[str, Any]:
    return {one.key.split(".", 1)[-1]: one for one in found if isinstance(one, kind)}


def proven(found: list[Observation | Gap]) -> dict[str, tuple[str, str]]:
    return {
        one.key.split(".", 1)[1]: (one.identifier, one.encoding)
        for one in found
        if isinstance(one, IdentifierColumn) and _sure(one)
    }


def _sure(one: IdentifierColumn) -> bool:
    figures = (one.sampled, one.candidates, one.valid)
    return sure(IdentifierCount("", one.identifier, one.encoding, *figures))


def _disturbed(name: str) -> str:
    letters = list(compact(DRAWS[name](CHANCE)))
    for _ in range(CHANCE.choice((0, 0, 1, 2, len(letters)))):
        place = CHANCE.randrange(len(letters))
        kind = string.digits if letters[place].isdecimal() else string.ascii_uppercase
        letters[place] = CHANCE.choice(kind)
    if CHANCE.random() < 0.1:
        letters[CHANCE.randrange(len(letters))] = CHANCE.choice("é/A0")
    return "".join(letters)


def test_the_server_judges_every_number_as_python_does(served: Served, tmp_path: Path) -> None:
    values = {name: [_disturbed(name) for _ in range(700)] for name in BY_NAME}
    values["birth"] += ["20121985", "31/12/1985", "30021985", "19850230", "19850229", "1985/2/30"]
    values["nir"] += ["190012A00405509", "288072B03301727", "277076322082910"]
    fill(
        served,
        "".join(
            f"CREATE TABLE v_{name} (v VARCHAR(40));"  # noqa: S608
            f"INSERT INTO v_{name} VALUES {', '.join(f'({quoted(one)})' for one in listed)};"
            for name, listed in values.items()
        ),
    )
    with session(served, tmp_path) as (asked, _, _):
        dialect = DIALECTS[asked.dialect]
        for name, listed in values.items():
            known = BY_NAME[name]
            shaped = [one for one in listed if len(one) in known.lengths and known.shape(one)]
            ((total,),) = asked.ask(f"SELECT {keys.counted(dialect, name, 'v')} FROM v_{name}")  # noqa: S608
            expected = (len(shaped), sum(map(known.valid, shaped)))
            assert (name, keys.parted(total)) == (name, expected)
    fill(served, "".join(f"DROP TABLE v_{name};" for name in values))


def test_an_estate_of_300_columns_is_told_apart(served: Served, tmp_path: Path) -> None:
    columns = estate()
    fill(served, statements(columns, quoted))
    claims: dict[tuple[str, str], set[str]] = {}
    for one in look(served, tmp_path):
        if isinstance(one, IdentifierColumn):
            _, name, column = one.key.split(".")
            claims.setdefault((name, column), set()).update({one.identifier} if _sure(one) else ())
    fill(served, "".join(f"DROP TABLE {name};" for name in {one.table for one in columns}))
    found = score(columns, claims)
    assert len(columns) == 300
    assert (found.precision, found.false) == (1.0, ())
    assert len(found.missed) <= 1


def _people(count: int = 120) -> list[tuple[str, ...]]:
    return [
        (nir(CHANCE), f"19{CHANCE.randrange(40, 99)}-03-0{CHANCE.randrange(1, 9)}", "M1", "Nom")
        for _ in range(count)
    ]


PEOPLE = "nir VARCHAR(20), date_naissance DATE, mutuelle VARCHAR(9), nom VARCHAR(9)"


def test_hashes_are_compared_with_clear_values_in_the_server(
    served: Served, tmp_path: Path
) -> None:
    table(served, "people", PEOPLE, _people())
    postgres = served.scheme == "postgresql"
    salted = "'s'||nir" if postgres else "concat('s', nir)"
    sha = "encode(sha256(({})::bytea), 'hex')" if postgres else "sha2({}, 256)"
    fill(
        served,
        f"CREATE TABLE claims AS SELECT {sha.format('nir')} AS person, md5(substr(nir, 1, 13)) AS"  # noqa: S608
        f" short, {sha.format(salted)} AS keyed_hash FROM people;",
    )
    found = of(look(served, tmp_path), HashedColumn)
    assert (found["claims.person"].algorithm, found["claims.person"].matched) == ("SHA-256", 120)
    assert (found["claims.short"].algorithm, found["claims.short"].matched) == ("MD5", 120)
    assert (found["claims.keyed_hash"].compared, found["claims.keyed_hash"].matched) == (120, 0)
    fill(served, "DROP TABLE people;")
    alone = of(look(served, tmp_path), HashedColumn)["claims.person"]
    assert isinstance(alone.matched, Unknown)
    fill(served, "DROP TABLE claims;")


def test_what_stands_together_and_how_old_it_is(served: Served, tmp_path: Path) -> None:
    rows = [(*row, f"20{10 + at % 17}-05-01 10:00:00") for at, row in enumerate(_people(170))]
    table(served, "people", f"{PEOPLE}, updated TIMESTAMP NULL", rows)
    found = look(served, tmp_path, environment="test", retention=Period("36 months"))
    content = of(found, TableContent)["people"]
    assert (content.identities, content.births, content.insurers, content.names) == (
        *(("nir",), ("birth",), ("mutuelle",), ("nom",)),
    )
    aged = of(found, OldRows)["people"]
    assert (aged.rows, aged.expired, aged.oldest) == (170, 140, "2010-05")
    readers = of(found, TableReaders)["people"]
    if served.scheme == "postgresql":
        assert (readers.everyone, readers.accounts, readers.administrators) == (False, 2, 1)
    else:
        assert readers.everyone.reason is Reason.PRIVILEGE
    fill(served, "DROP TABLE people;")


def test_ciphertext_is_told_by_header_and_by_repetition(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, _people())
    if served.scheme == "postgresql":
        served.run("CREATE EXTENSION IF NOT EXISTS pgcrypto;")
        town = "encrypt(substr(nir, 1, 2)::bytea, 'k', 'aes')"
        seal = "pgp_sym_encrypt(nir, 'k')"
        old = "pgp_sym_encrypt(nir, 'k', 'cipher-algo=3des, s2k-mode=1')"
        wrapped = "armor(pgp_sym_encrypt(nir, 'k', 'sess-key=1, cipher-algo=aes256'))"
        extra = f", {seal} AS pgp, {old} AS old, {wrapped} AS armoured"
    else:
        town, extra = "aes_encrypt(substr(nir, 1, 2), 'k')", ""
    fill(served, f"CREATE TABLE sealed AS SELECT {town} AS town{extra} FROM people;")  # noqa: S608
    found = of(look(served, tmp_path), SealedColumn)
    assert found["sealed.town"].form == "cipher"
    assert found["sealed.town"].repeated > 10
    if served.scheme == "postgresql":
        pgp, old, armoured = (found[f"sealed.{name}"] for name in ("pgp", "old", "armoured"))
        assert (pgp.cipher, pgp.s2k, pgp.repeated) == ("AES128", "iterated", 0)
        assert (old.cipher, old.s2k) == ("3DES", "salted")
        assert armoured.cipher == "AES256"
    fill(served, "DROP TABLE people; DROP TABLE sealed;")


@POSTGRESQL
def test_statistics_are_counted_where_they_lie(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, _people(400))
    found = of(look(served, tmp_path), StatisticsColumn)
    kept = found["people.nir"]
    assert kept.identifier == "nir"
    assert kept.kept == kept.valid > 50
    assert found["people.nom"].valid == 0
    with session(served, tmp_path) as (asked, _, _):
        assert len(list(statistics.kept(asked, 5))) >= 4


@POSTGRESQL
def test_statistics_tell_without_reading_a_row(served: Served, tmp_path: Path) -> None:
    table(served, "people", "nir VARCHAR(20), j VARCHAR(40)", [(n, n) for n, *_ in _people()])
    scans = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = 'people'"
    before = served.run(scans)
    found = look(served, tmp_path, transit="statistics")
    modes = {one.mode for one in found if isinstance(one, IdentifierColumn)}
    assert modes == {"statistics"}
    assert proven(found)["people.nir"] == ("nir", "clear")
    assert served.run(scans) == before


def test_a_sample_finds_what_is_packed_only_where_it_is_allowed(
    served: Served, tmp_path: Path
) -> None:
    kind, start = ("BYTEA", "\\x") if served.scheme == "postgresql" else ("BLOB", "")
    rows = [gzip.compress(f"<soin><nir>{nir(CHANCE)}</nir></soin>".encode()) for _ in range(60)]
    values = ", ".join(f"('{start}{row.hex()}')" if start else f"(0x{row.hex()})" for row in rows)
    fill(served, f"CREATE TABLE packed (body {kind}); INSERT INTO packed VALUES {values};")  # noqa: S608
    assert "packed.body" not in proven(look(served, tmp_path))
    found = look(served, tmp_path, transit="sample")
    assert proven(found)["packed.body"] == ("nir", "packed")
    fill(served, "DROP TABLE packed;")


def test_a_view_that_never_returns_is_a_gap_and_nothing_stays_locked(
    served: Served, tmp_path: Path
) -> None:
    table(served, "people", PEOPLE, _people())
    slow = "pg_sleep(9)::text" if served.scheme == "postgresql" else "sleep(9)"
    fill(served, f"CREATE VIEW never AS SELECT nom, {slow} AS nir FROM people;")  # noqa: S608
    with session(served, tmp_path, gate=False) as (asked, subject, access):
        found = list(discovery.collect(asked, subject, access, EVERYTHING))
        fill(served, "DROP VIEW never; ALTER TABLE people ADD more INT; DROP TABLE people;")
    gaps = {
        one.key.split(".")[-1]: one.reason
        for one in found
        if isinstance(one, Gap) and "." in one.key
    }
    assert gaps["never"] is Reason.LIMIT
    assert proven(found)["people.nir"] == ("nir", "clear")


def test_hostile_names_stay_names(served: Served, tmp_path: Path) -> None:
    mark = '"' if served.scheme == "postgresql" else "`"
    names = ["x'; DROP TABLE y; --", 'a"b`c', "%s {0} :name \\", "1" * 20, "nir\x1b[31m"]
    columns = ", ".join(f"{named(name, mark)} VARCHAR(20)" for name in names)
    rows = [tuple(nir(CHANCE) for _ in names) for _ in range(30)]
    hostile = named("t'`\"; --", mark)
    table(served, hostile, columns, rows)
    found = [one for one in look(served, tmp_path) if isinstance(one, IdentifierColumn)]
    assert [one.identifier for one in found] == ["nir"] * 5
    assert all(one.key.isprintable() and "1" * 20 not in one.key for one in found)
    fill(served, f"DROP TABLE {hostile};")


def named(name: str, mark: str) -> str:
    return mark + name.replace(mark, mark * 2) + mark


@POSTGRESQL
def test_a_table_without_privileges_is_a_gap(served: Served, tmp_path: Path) -> None:
    table(served, "secret", PEOPLE, _people())
    served.run("REVOKE ALL ON secret FROM reader; GRANT SELECT (nom) ON secret TO reader;")
    found = look(served, tmp_path)
    gaps = [one for one in found if isinstance(one, Gap) and one.key == "public.secret"]
    assert [gap.reason for gap in gaps] == [Reason.PRIVILEGE]
    assert "3 of 4 columns" in gaps[0].detail
    assert of(found, IdentifierColumn)["secret.nom"].sampled == 120
    served.run("DROP TABLE secret;")


@POSTGRESQL
def test_rows_that_a_policy_hides_are_not_taken_for_all(served: Served, tmp_path: Path) -> None:
    table(served, "guarded", PEOPLE, _people())
    served.run("ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;")
    gaps = [one for one in look(served, tmp_path) if isinstance(one, Gap)]
    assert ("public.guarded", Reason.PRIVILEGE) in [(gap.key, gap.reason) for gap in gaps]
    served.run("DROP TABLE guarded;")


ENDS: dict[str, Callable[[Served], str]] = {
    "postgresql": lambda server: server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader';"
    ),
    "mysql": lambda server: server.run("KILL USER reader;"),
}


def test_a_server_that_goes_away_leaves_a_reason(served: Served, tmp_path: Path) -> None:
    for name in ("one", "two"):
        table(served, name, PEOPLE, _people(30))
    with session(served, tmp_path, gate=False) as (asked, subject, access):
        found = discovery.collect(asked, subject, access, EVERYTHING)
        next(found)
        ENDS[served.scheme](served)
        with pytest.raises(CollectError) as ended:
            list(found)
    assert ended.value.reason is Reason.UNREACHABLE
    fill(served, "DROP TABLE one; DROP TABLE two;")


def test_the_printed_grants_are_all_that_is_needed(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, _people(40))
    served.run(script(served.scheme, "auditor", "adh"))
    password = "ALTER {} IDENTIFIED BY" if served.scheme == "mysql" else "ALTER {} PASSWORD"
    role = "USER auditor@'%'" if served.scheme == "mysql" else "ROLE auditor"
    served.run(f"{password.format(role)} '{PASSWORD}';")
    url = f"{served.scheme}://auditor@127.0.0.1:{served.port}/adh"
    found = look(served, tmp_path, url=url)
    slow = ("audit.never", "catalogue")  # of a view that never returns, and those it leaves open
    assert [one for one in found if isinstance(one, Gap) and one.key not in slow] == []
    assert proven(found)["people.nir"] == ("nir", "clear")
    readers = of(found, TableReaders)["people"]
    assert readers.accounts >= 2
    with session(served, tmp_path, url=url) as (asked, _, _), pytest.raises(CollectError):
        asked.ask("DELETE FROM people")
    served.run("DROP TABLE people;" if served.scheme == "postgresql" else "DROP TABLE adh.people;")


def test_what_was_not_read_never_passes(served: Served, tmp_path: Path) -> None:
    kind, start = ("BYTEA", "\\x") if served.scheme == "postgresql" else ("BLOB", "")
    pages = [b"%PDF-1.7\n" + CHANCE.randbytes(300) for _ in range(40)]
    noise = [CHANCE.randbytes(41) for _ in range(40)]
    long = "rien " * 900

    def hexed(raw: bytes) -> str:
        return f"'{start}{raw.hex()}'" if start else f"0x{raw.hex()}"

    rows = ", ".join(
        f"({hexed(page)}, {hexed(other)}, {quoted(long)}, 'bref')"
        for page, other in zip(pages, noise, strict=True)
    )
    columns = f"page {kind}, noise {kind}, story TEXT, note TEXT"
    fill(served, f"CREATE TABLE scans ({columns}); INSERT INTO scans VALUES {rows};")  # noqa: S608
    found = look(served, tmp_path)
    gaps = {
        one.key.split(".", 1)[1]: one.reason
        for one in found
        if isinstance(one, Gap) and "." in one.key
    }
    assert gaps["scans.page"] is Reason.NO_COLLECTOR
    assert gaps["scans.noise"] is Reason.NO_COLLECTOR
    assert gaps["scans.story"] is Reason.LIMIT
    assert {one for one in of(found, IdentifierColumn) if "scans" in one} == {"scans.note"}
    assert of(found, SealedColumn)["scans.page"].form == "document"
    fill(served, "DROP TABLE scans;")
