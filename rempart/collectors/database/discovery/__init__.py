"""What the columns of a server's tables hold, found by questions that only counts answer.

A table that may not be read, or does not answer in its time, is a gap of its own; the others are
still looked at. Views come last: they run code of somebody else.
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.discovery.counts import Counted, clear
from rempart.collectors.database.discovery.encoded import decoded, inside
from rempart.collectors.database.discovery.samples import Sample, sample
from rempart.collectors.database.discovery.schema import Table, tables
from rempart.errors import CollectError, Limited, Privilege, Reason
from rempart.observations.datastores import IdentifierColumn

BRINGS: tuple[type[Observation], ...] = (IdentifierColumn,)
TABLES: Final = 5_000
SECONDS: Final = 15.0  # that one statement about a table may take
LAZY: Final = 3.0  # that one about a view may take
SCHEMA: Final = "catalogue"


def collect(session: Any, subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """The columns of every table. Raises CollectError where the catalogue cannot be read."""
    listed = list(tables(session))
    for place, table in enumerate(listed[:TABLES]):
        if access.deadline.remaining() < 1:
            left = len(listed) - place
            yield _gap(Limited(f"no time left for {left} of {len(listed)} tables"), SCHEMA)
            return
        try:
            yield from _table(session, table)
        except CollectError as error:
            yield _gap(error, table.key)
            if error.reason is Reason.UNREACHABLE:
                raise
    if len(listed) > TABLES:
        yield _gap(Limited(f"only {TABLES} of {len(listed)} tables were read"), SCHEMA)


def _table(session: Any, table: Table) -> Iterator[Seen]:  # noqa: ANN401
    hidden = [field.shown for field in table.fields if not field.readable]
    if hidden:
        detail = f"the account may not read {len(hidden)} of {len(table.fields)} columns"
        yield _gap(Privilege(detail), table.key)
    if not table.readable:
        return
    seconds = SECONDS if table.view == "table" else LAZY
    rows = sample(session, table)
    columns = list(clear(session, rows, seconds))
    decoded(session, rows, columns, seconds)
    inside(session, rows, columns, seconds)
    for column in columns:
        yield from _columns(rows, column)


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
            key=key,
            source=key,
        )


def _gap(error: CollectError, key: str) -> Gap:
    return Gap(IdentifierColumn.__name__, error.reason, str(error), key=key, source=key)
