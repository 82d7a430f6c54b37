"""A database of the lab looked at: what the tests of discovery share."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.check import Gap, Observation
from rempart.collectors.database import discovery
from rempart.collectors.values import sure
from rempart.inventory import Database
from rempart.observations.datastores import IdentifierColumn, IdentifierCount
from rempart.scope import Scope, guarded
from rempart.transport import sql
from rempart.transport.access import Access
from tests.column_estate import nir
from tests.lab.databases import Served

EVERYTHING = frozenset(discovery.BRINGS)
GRANT = {
    "postgresql": "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ANALYZE;",
    "mysql": "",
}
CHANCE = random.Random(20240129)  # noqa: S311


POSTGRESQL = pytest.mark.parametrize("served", ["postgresql"], indirect=True)


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
        if isinstance(one, IdentifierColumn) and certain(one)
    }


def certain(one: IdentifierColumn) -> bool:
    figures = (one.sampled, one.candidates, one.valid)
    return sure(IdentifierCount("", one.identifier, one.encoding, *figures))


def people(count: int = 120) -> list[tuple[str, ...]]:
    return [
        (nir(CHANCE), f"19{CHANCE.randrange(40, 99)}-03-0{CHANCE.randrange(1, 9)}", "M1", "Nom")
        for _ in range(count)
    ]


PEOPLE = "nir VARCHAR(20), date_naissance DATE, mutuelle VARCHAR(9), nom VARCHAR(9)"
