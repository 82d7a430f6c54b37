"""What the columns of a server's tables hold, found by questions that only counts answer.

A table that may not be read, or does not answer in its time, is a gap of its own; the others are
still looked at. Views come last: they run code of somebody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.discovery.content import content, old_rows, readers
from rempart.collectors.database.discovery.counts import Counted, clear
from rempart.collectors.database.discovery.encoded import decoded, inside
from rempart.collectors.database.discovery.hashes import Clear, Hashed, compared
from rempart.collectors.database.discovery.samples import Sample, sample
from rempart.collectors.database.discovery.schema import Table, tables
from rempart.collectors.database.discovery.seals import HASHES, sealed
from rempart.collectors.values import sure
from rempart.errors import CollectError, Limited, Privilege, Reason
from rempart.observations.columns import (
    HashedColumn,
    OldRows,
    SealedColumn,
    TableContent,
    TableReaders,
)
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import PERSONAL

BRINGS: tuple[type[Observation], ...] = (
    *(IdentifierColumn, SealedColumn, HashedColumn),
    *(TableContent, OldRows, TableReaders),
)
TABLES: Final = 5_000
SECONDS: Final = 15.0  # that one statement about a table may take
LAZY: Final = 3.0  # that one about a view may take
LAST: Final = 1.0  # seconds in which no other table is begun
SCHEMA: Final = "catalogue"


def collect(session: Any, subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """The columns of every table. Raises CollectError where the catalogue cannot be read."""
    listed = list(tables(session))
    known = Known()
    for place, table in enumerate(listed[:TABLES]):
        if access.deadline.remaining() < LAST:
            left = len(listed) - place
            yield from _over(known, f"no time left for {left} of {len(listed)} tables")
            break
        try:
            yield from _table(session, subject, table, known)
        except CollectError as error:
            known.missed.append(error)
            yield _gap(error, table.key)
            if error.reason is Reason.UNREACHABLE:
                raise
    if len(listed) > TABLES:
        yield from _over(known, f"only {TABLES} of {len(listed)} tables were read")
    if HashedColumn in wanted:
        yield from compared(session, known.hashed, known.clear, SECONDS)
    yield from _others(known)


@dataclass(slots=True)
class Known:
    """What later questions need of the tables seen so far."""

    clear: list[Clear] = field(default_factory=list)
    hashed: list[Hashed] = field(default_factory=list)
    missed: list[CollectError] = field(default_factory=list)


def _table(session: Any, subject: Any, table: Table, known: Known) -> Iterator[Seen]:  # noqa: ANN401
    hidden = [field.shown for field in table.fields if not field.readable]
    if hidden:
        detail = f"the account may not read {len(hidden)} of {len(table.fields)} columns"
        known.missed.append(Privilege(detail))
        yield _gap(Privilege(detail), table.key)
    if not table.readable:
        return
    seconds = SECONDS if table.view == "table" else LAZY
    rows = sample(session, table)
    read, columns = clear(session, rows, seconds)
    if read == rows.most:
        rows = replace(rows, chosen="first")
    decoded(session, rows, columns, seconds)
    inside(session, rows, columns, seconds)
    for column in columns:
        yield from _columns(rows, column)
        yield from _seals(session, rows, column, known, seconds)
    if table.view != "view":
        yield from _whole(session, subject, rows, columns)


def _columns(rows: Sample, column: Counted) -> Iterator[Seen]:
    key = f"{rows.table.key}.{column.field.shown}"
    for one in column.counts():
        yield IdentifierColumn(
            one.identifier,
            one.encoding,
            one.sampled,
            one.candidates,
            one.valid,
            one.test,
            rows.chosen,
            "counts",
            key=key,
            source=key,
        )


def _seals(
    session: Any,  # noqa: ANN401
    rows: Sample,
    column: Counted,
    known: Known,
    seconds: float,
) -> Iterator[Seen]:
    """What cannot be read in a column, where nothing readable is proven in it."""
    proven = [one for one in column.counts() if sure(one)]
    if rows.table.view == "view":
        return
    known.clear += [
        Clear(rows, column.field, one.identifier)
        for one in proven
        if one.encoding == "clear" and one.identifier in PERSONAL
    ]
    if proven:
        return
    found = sealed(session, rows, column, seconds)
    if found is None:
        return
    if found.shortest == found.longest in HASHES and found.form in ("hash", "cipher", "opaque"):
        sure_of = found.form == "hash"
        known.hashed.append(Hashed(rows, column.field, found.longest, found.sampled, sure_of))
    if found.form != "hash":
        key = f"{rows.table.key}.{column.field.shown}"
        yield replace(found, key=key, source=key)


def _whole(
    session: Any,  # noqa: ANN401
    subject: Any,  # noqa: ANN401
    rows: Sample,
    columns: list[Counted],
) -> Iterator[Seen]:
    """The table as a whole, where people stand in it."""
    filled = [column.field.shown for column in columns if column.sampled]
    counts = [one for column in columns for one in column.counts()]
    found = content(rows.table.key, rows.table.rows, filled, counts, subject.environment)
    yield found
    if found.identities:
        yield old_rows(session, rows, columns, subject.retention)
        yield readers(session, rows, found.identities)


def _gap(error: CollectError, key: str) -> Gap:
    return Gap(IdentifierColumn.__name__, error.reason, str(error), key=key, source=key)


def _over(known: Known, words: str) -> Iterator[Gap]:
    known.missed.append(Limited(words))
    yield _gap(Limited(words), SCHEMA)


def _others(known: Known) -> Iterator[Gap]:
    """One gap for each other type, where a table was not seen."""
    if known.missed:
        detail = f"tables not seen, or not whole: {len(known.missed)}"
        for kind in BRINGS[1:]:
            yield Gap(kind.__name__, known.missed[0].reason, detail, key=SCHEMA, source=SCHEMA)
