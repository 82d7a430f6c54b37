"""The columns of an SQLite file, sampled and counted.

Hostile schemas are expected: views and virtual tables are not asked, functions in the schema are
not trusted, an authorizer lets only reads through, and a clock stops every statement.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rempart.check import Gap
from rempart.collectors.database.discovery.content import content
from rempart.collectors.text import clean
from rempart.collectors.values import Column
from rempart.errors import Limited, Privilege, Reason, Truncated
from rempart.observations.columns import TableContent
from rempart.observations.datastores import IdentifierColumn

ROWS: Final = 10_000  # rows sampled of one table
BLOCKS: Final = 100  # places of a long table they are taken from
TABLES: Final = 500
COLUMNS: Final = 100
LONGEST: Final = 1_000_000  # bytes of a value or of a statement
_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA}
)


def columns(
    path: Path,
    deadline: Any,  # noqa: ANN401
    environment: str = "",
) -> Iterator[IdentifierColumn | TableContent | Gap]:
    """One observation for each column and class of identifier, and one for each table.

    A Gap for a table not read.

    Raises Truncated where the file is damaged, Limited where no time was left.
    """
    with contextlib.closing(connected(path, deadline)) as connection:
        tables = _asked(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'", deadline)
        names = [raw for (raw,) in tables if not raw.startswith(b"sqlite_")]
        for raw in names[:TABLES]:
            yield from _table(connection, raw, deadline, environment)
        if len(names) > TABLES:
            detail = f"only {TABLES} of {len(names)} tables were read"
            yield Gap(IdentifierColumn.__name__, Reason.LIMIT, detail, source="sqlite_schema")


def connected(path: Path, deadline: Any) -> sqlite3.Connection:  # noqa: ANN401
    """A read-only connection. A file nobody writes is opened immutable: no lock, no side file."""
    quiet = not any(Path(f"{path}{suffix}").exists() for suffix in ("-wal", "-journal"))
    mode = "mode=ro&immutable=1" if quiet else "mode=ro"
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True)
    except sqlite3.Error:
        raise Privilege("the database cannot be opened read-only") from None
    connection.text_factory = bytes
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    connection.set_progress_handler(lambda: int(deadline.expired), 20_000)
    return connection


def _asked(connection: sqlite3.Connection, statement: str, deadline: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.OperationalError as error:
        if deadline.expired:
            raise Limited("no time left for the other tables") from None
        raise Truncated(f"SQLite: {clean(str(error))}") from None
    except sqlite3.DatabaseError:
        raise Truncated("the database is damaged or encrypted") from None


def _table(
    connection: sqlite3.Connection,
    raw: bytes,
    deadline: Any,  # noqa: ANN401
    environment: str,
) -> Iterator[IdentifierColumn | TableContent | Gap]:
    table = _quoted(raw)
    key = f"main.{_shown(raw)}"
    try:
        if _virtual(connection, raw):
            return
        names = [row[1] for row in _asked(connection, f"PRAGMA table_info({table})", deadline)]
        if len(names) > COLUMNS:
            detail = f"only {COLUMNS} of {len(names)} columns were read"
            yield Gap(IdentifierColumn.__name__, Reason.LIMIT, detail, key=key, source=key)
        chosen = names[:COLUMNS]
        counters = [Column(_shown(name)) for name in chosen]
        sample = _sampled(connection, table, chosen, counters, deadline)
    except Truncated as error:
        yield Gap(IdentifierColumn.__name__, error.reason, str(error), key=key, source=key)
        return
    for counter in counters:
        yield from _columns(f"{key}.{counter.name}", counter, sample)
    filled = [counter.name for counter in counters if counter.sampled]
    rows = max((counter.sampled for counter in counters), default=0) if sample == "all" else None
    found = [one for counter in counters for one in counter.counts()]
    yield content(key, rows, filled, found, environment)


def _columns(key: str, counter: Column, sample: str) -> Iterator[IdentifierColumn]:
    for count in counter.counts():
        yield IdentifierColumn(
            count.identifier,
            count.encoding,
            count.sampled,
            count.candidates,
            count.valid,
            count.test,
            sample,
            key=key,
            source=key,
        )


def _sampled(
    connection: sqlite3.Connection,
    table: str,
    names: list[bytes],
    counters: list[Column],
    deadline: Any,  # noqa: ANN401
) -> str:
    """Pass a sample of the rows to the counters; how it was chosen: all, spread or first."""
    fields = ", ".join(map(_short, names))
    sample, statements = "first", [_select(fields, table)]
    span = _span(connection, table, deadline)
    if span is not None:
        sample = "all"
        if span[1] - span[0] >= ROWS:
            sample, statements = "spread", _spread(fields, table, *span)
    for statement in statements:
        for row in _asked(connection, statement, deadline):
            for counter, value in zip(counters, row, strict=True):
                counter.add(value)
    return sample


def _span(
    connection: sqlite3.Connection,
    table: str,
    deadline: Any,  # noqa: ANN401
) -> tuple[int, int] | None:
    """The first and last row number; None for a table without, or with a column of that name."""
    try:
        ((low, high),) = _asked(connection, _select("min(rowid), max(rowid)", table), deadline)
    except Truncated:
        return None
    if low is None:
        return 0, 0
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _spread(fields: str, table: str, low: int, high: int) -> list[str]:
    """Rows from places spread evenly over the table, found by their number without a scan."""
    each = ROWS // BLOCKS
    starts = [low + (high - low + 1) * block // BLOCKS for block in range(BLOCKS)]
    ends = [*(start - 1 for start in starts[1:]), high]
    return [
        _select(fields, table, f"WHERE rowid BETWEEN {start} AND {end} ORDER BY rowid", each)
        for start, end in zip(starts, ends, strict=True)
    ]


def _select(fields: str, table: str, where: str = "", most: int = ROWS) -> str:
    """A SELECT; names come quoted, and nothing but reading is authorised."""
    return f"SELECT {fields} FROM {table} {where} LIMIT {most}"  # noqa: S608


def _virtual(connection: sqlite3.Connection, raw: bytes) -> bool:
    """Whether a table runs code when it is read: a virtual table has no page of its own."""
    statement = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?"
    row = connection.execute(statement, (raw.decode("utf-8", "replace"),)).fetchone()
    return row is None or not row[0]


def _quoted(name: bytes) -> str:
    return '"' + name.decode("utf-8", "replace").replace('"', '""') + '"'


def _short(name: bytes) -> str:
    """A column without its large objects: scans of documents may stand beside identifiers."""
    field = _quoted(name)
    return f"CASE WHEN typeof({field}) <> 'blob' OR length({field}) < 10000 THEN {field} END"


def _shown(name: bytes) -> str:
    return clean(name.decode("utf-8", "replace"), 100)
