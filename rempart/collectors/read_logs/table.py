"""A table of reads in an SQLite file, as the same columns a file gives.

Nothing but the wanted columns is asked for, in the order rows were written.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rempart.collectors.database.sqlite import connected
from rempart.collectors.read_logs.fields import Field, Parsed, by_role
from rempart.collectors.read_logs.mapping import Declared, Mapped, by_name
from rempart.collectors.read_logs.sources import Missing
from rempart.collectors.text import clean
from rempart.errors import Truncated, Unreachable

ROWS: Final = 2000  # that come at once
SAMPLE: Final = 200


@contextlib.contextmanager
def opened(path: Path, deadline: Any) -> Iterator[sqlite3.Connection]:  # noqa: ANN401
    """The database, read-only. Raises Unreachable where there is none."""
    if not path.is_file():
        raise Unreachable("no database file there")
    with contextlib.closing(connected(path, deadline)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
        yield connection


def mapped(connection: sqlite3.Connection, table: str, declared: Declared) -> Mapped:
    """Which column is what: as declared, else by its name."""
    names = _names(connection, table)
    listed = ", ".join(map(_quoted, names))
    rows = _asked(connection, f"SELECT {listed} FROM {_table(table)} LIMIT {SAMPLE}")  # noqa: S608
    seen = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return by_columns(seen, declared)


def by_columns(seen: Mapping[str, Sequence[Any]], declared: Declared) -> Mapped:
    """The mapping of a table with these columns, and what stands in their first rows."""
    own = {role: Field.parse(text) for role, text in declared.fields.items() if text}
    for role, field in own.items():
        if field.name not in seen:
            raise Unreachable(f"the table has no column {clean(field.name)} ({role})")
    guess = {role: Field.parse(name) for role, name in by_name(seen, "").items()}
    guessed = not (own.get("account") or own.get("person"))
    return Mapped("table", {**guess, **own}, guessed)


def records(
    connection: sqlite3.Connection,
    table: str,
    fields: Mapping[str, Field],
    deadline: Any,  # noqa: ANN401
) -> Iterator[Parsed]:
    """The rows of the table, some thousand at a time. Raises Truncated where it is damaged,
    Missing where the time is up.
    """
    names = list(dict.fromkeys(field.name for field in fields.values()))
    listed = ", ".join(map(_quoted, names)) or "1"
    cursor = connection.execute(f"SELECT {listed} FROM {_table(table)}")  # noqa: S608  (quoted names)
    while True:
        try:
            rows = cursor.fetchmany(ROWS)
        except sqlite3.Error:
            if deadline.expired:
                raise Missing("limit", "the table did not answer in the time allowed") from None
            raise Truncated("the table is damaged") from None
        if not rows:
            return
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        yield Parsed(len(rows), by_role(fields, columns))


def _names(connection: sqlite3.Connection, table: str) -> list[str]:
    name = table.rpartition(".")[2]
    found = [row[1] for row in _asked(connection, f"PRAGMA table_info({_quoted(name)})")]
    if not found:
        raise Unreachable(f"no table {clean(table)} in the database")
    return found


def _asked(connection: sqlite3.Connection, statement: str) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.Error:
        raise Truncated("the database is damaged or encrypted") from None


def _table(name: str) -> str:
    return (
        ".".join(map(_quoted, name.split(".")[-2:]))
        if name.startswith("main.")
        else _quoted(name.rpartition(".")[2])
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
