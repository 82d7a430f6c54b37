"""Discovery in real servers: what stands in its way, and what that is called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.check import Gap
from rempart.collectors.database import discovery
from rempart.collectors.database.grants import script
from rempart.errors import CollectError, Reason
from rempart.observations.columns import (
    SealedColumn,
    TableReaders,
)
from rempart.observations.datastores import IdentifierColumn
from tests.column_estate import nir
from tests.lab.databases import PASSWORD, Served
from tests.lab.discovering import (
    CHANCE,
    EVERYTHING,
    PEOPLE,
    POSTGRESQL,
    fill,
    look,
    of,
    people,
    proven,
    quoted,
    session,
    table,
)

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_secrets")]


def test_a_view_that_never_returns_is_a_gap_and_nothing_stays_locked(
    served: Served, tmp_path: Path
) -> None:
    table(served, "people", PEOPLE, people())
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
    table(served, "secret", PEOPLE, people())
    served.run("REVOKE ALL ON secret FROM reader; GRANT SELECT (nom) ON secret TO reader;")
    found = look(served, tmp_path)
    gaps = [one for one in found if isinstance(one, Gap) and one.key == "public.secret"]
    assert [gap.reason for gap in gaps] == [Reason.PRIVILEGE]
    assert "3 of 4 columns" in gaps[0].detail
    assert of(found, IdentifierColumn)["secret.nom"].sampled == 120
    served.run("DROP TABLE secret;")


@POSTGRESQL
def test_rows_that_a_policy_hides_are_not_taken_for_all(served: Served, tmp_path: Path) -> None:
    table(served, "guarded", PEOPLE, people())
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
        table(served, name, PEOPLE, people(30))
    with session(served, tmp_path, gate=False) as (asked, subject, access):
        found = discovery.collect(asked, subject, access, EVERYTHING)
        next(found)
        ENDS[served.scheme](served)
        with pytest.raises(CollectError) as ended:
            list(found)
    assert ended.value.reason is Reason.UNREACHABLE
    fill(served, "DROP TABLE one; DROP TABLE two;")


def test_the_printed_grants_are_all_that_is_needed(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, people(40))
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


@POSTGRESQL
def test_a_column_that_cannot_be_written_costs_no_other(served: Served, tmp_path: Path) -> None:
    served.run(
        "CREATE TYPE odd AS ENUM ('a'); CREATE FUNCTION never(odd) RETURNS text LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE 'no'; END $$; CREATE CAST (odd AS text) WITH FUNCTION never(odd);"
    )
    table(served, "people", f"{PEOPLE}, mood odd", [(*row, "a") for row in people(60)])
    found = look(served, tmp_path)
    gaps = {one.key: one.reason for one in found if isinstance(one, Gap)}
    assert gaps["public.people.mood"] is Reason.REFUSED
    assert proven(found)["people.nir"] == ("nir", "clear")
    assert of(found, IdentifierColumn)["people.nom"].sampled == 60
    served.run("DROP TABLE people; DROP TYPE odd CASCADE;")


def test_a_table_that_goes_away_ends_nothing(served: Served, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        table(served, name, PEOPLE, people(30))
    with session(served, tmp_path, gate=False) as (asked, subject, access):
        found = discovery.collect(asked, subject, access, EVERYTHING)
        first = next(found)
        fill(served, "DROP TABLE two;")
        seen = [first, *found]
    gaps = {one.key.split(".")[-1]: one.reason for one in seen if isinstance(one, Gap)}
    assert gaps["two"] is Reason.UNREACHABLE
    assert {"one.nir", "three.nir"} <= proven(seen).keys()
    fill(served, "DROP TABLE one; DROP TABLE three;")
