"""What the columns of a server's tables hold, found by questions that only counts answer.

A table that may not be read, or does not answer in its time, is a gap of its own; the others are
still looked at. Views come last: they run code of somebody else.
"""

from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from msgspec import structs

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.discovery.counts import GARBLED, Counted, clear
from rempart.collectors.database.discovery.dialects import dialect_of
from rempart.collectors.database.discovery.encoded import decoded, inside
from rempart.collectors.database.discovery.hashes import compared
from rempart.collectors.database.discovery.known import Known
from rempart.collectors.database.discovery.samples import Sample, beginning, sample
from rempart.collectors.database.discovery.scan import scanned
from rempart.collectors.database.discovery.schema import Field, Table, all_listed, tables
from rempart.collectors.database.discovery.statistics import kept, looked_at
from rempart.collectors.database.discovery.told import gap, told_of, told_together
from rempart.collectors.database.discovery.whole import counted
from rempart.collectors.values import sure
from rempart.errors import (
    CollectError,
    Limited,
    NotAuthorised,
    Privilege,
    Reason,
    Refused,
    Truncated,
)
from rempart.observations.columns import (
    HashedColumn,
    OldRows,
    SealedColumn,
    StatisticsColumn,
    TableContent,
    TableReaders,
)
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import PERSONAL

BRINGS: tuple[type[Observation], ...] = (
    *(IdentifierColumn, SealedColumn, HashedColumn, StatisticsColumn),
    *(TableContent, OldRows, TableReaders),
)
TABLES: Final = 5_000
SECONDS: Final = 15.0  # that comparing hashes, or reading statistics, may take
WHOLE: Final = 60.0  # that counting all rows of a column may take
LAST: Final = 1.0  # seconds in which no other table is begun
ODD: Final = (LookupError, ValueError)  # a server may answer anything
SCHEMA: Final = "catalogue"
FEW: Final = 300  # rows that a table's sample has where the server knows how large it is


def collect(session: Any, subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """The columns of every table. Raises CollectError where the catalogue cannot be read."""
    try:
        dialect, listed = dialect_of(session), list(tables(session))
        whole = all_listed(session)
    except ODD:
        raise Truncated(GARBLED) from None
    transit = getattr(access.authorisation, "transit", "counts")
    known = Known(dialect, wanted, scans=transit == "sample", whole=subject.rows == "all")
    if not whole:
        detail = "the account sees only the tables that are granted one by one"
        known.missed.append(Privilege(detail))
        yield gap(Privilege(detail), SCHEMA)
    if transit == "statistics":
        with suppress(CollectError):  # then the rows are counted
            known.statistics = looked_at(session, dialect, SECONDS)
    for place, table in enumerate(listed[:TABLES]):
        if access.deadline.remaining() < LAST:
            left = len(listed) - place
            yield from _over(known, f"no time left for {left} of {len(listed)} tables")
            break
        try:
            yield from _table(session, subject, table, known)
        except CollectError as error:
            known.missed.append(error)
            yield gap(error, table.key)
            if error.reason is Reason.UNREACHABLE:  # the table went away, or the server did
                session.ask("SELECT 1")
        except ODD:
            known.missed.append(Truncated(GARBLED))
            yield gap(known.missed[-1], table.key)
    if len(listed) > TABLES:
        yield from _over(known, f"only {TABLES} of {len(listed)} tables were read")
    if StatisticsColumn in wanted:
        yield from _kept(session, known)
    if HashedColumn in wanted:
        yield from compared(session, known.hashed, known.clear, SECONDS)
    yield from _others(known)


def _table(session: Any, subject: Any, table: Table, known: Known) -> Iterator[Seen]:  # noqa: ANN401
    hidden = [field.shown for field in table.fields if not field.readable]
    if hidden:
        detail = f"the account may not read {len(hidden)} of {len(table.fields)} columns"
        known.missed.append(Privilege(detail))
        yield gap(Privilege(detail), table.key)
    if not table.readable:
        return
    if table.view == "foreign":
        raise NotAuthorised("its rows lie on another server, which would be asked for them")
    told = known.told(table)
    rows, columns = _counted(session, table, {one.field for one in told}, known)
    if known.whole and table.view == "table":
        yield from _recounted(session, table, rows, columns)
    columns += told
    for column in columns:
        yield from told_of(session, rows, column, known)
    if table.view != "view":
        yield from told_together(session, subject, rows, columns, known.wanted)


def _counted(
    session: Any,  # noqa: ANN401
    table: Table,
    told: Container[Field],
    known: Known,
) -> tuple[Sample, list[Counted]]:
    """The sample of a table, and its columns that nothing else told about, counted."""
    left = tuple(one for one in table.readable if one not in told)
    seconds = known.seconds(table)
    drawn = sample(session, known.dialect, table)  # told columns are compared with others, too
    rows = replace(drawn, table=replace(table, fields=left))
    if not left:
        return rows, []
    read, columns = clear(session, rows, seconds)
    if rows.chosen == "spread" and read < FEW:  # what the server knows of its size is old
        rows = replace(beginning(drawn), table=rows.table)
        read, columns = clear(session, rows, seconds)
        rows = rows if read == rows.most else replace(rows, chosen="all")
    elif read == rows.most:
        rows = replace(rows, chosen="first")
    try:
        decoded(session, rows, columns, seconds)
        inside(session, rows, columns, seconds)
        for column in columns if known.scans else ():
            _look_inside(session, rows, column, known)
    except (Limited, Refused) as error:  # what was counted until then is kept
        for column in columns:
            column.ended = column.ended or error
    return rows, columns


def _look_inside(session: Any, rows: Sample, column: Counted, known: Known) -> None:  # noqa: ANN401
    """Look at a sample of values where the server found nothing and something may hide."""
    if any(map(sure, column.found)):
        return
    seen = scanned(session, rows, column, known.budget, known.seconds(rows.table))
    proven = [one for one in seen.counts() if sure(one)] if seen else []
    if proven:
        column.found += [structs.replace(one, encoding="packed") for one in proven]
        column.sampled, column.mode = max(one.sampled for one in proven), "sample"


def _recounted(
    session: Any,  # noqa: ANN401
    table: Table,
    rows: Sample,
    columns: list[Counted],
) -> Iterator[Gap]:
    """Count what is proven in clear over all rows; a gap where that takes too long."""
    for column in columns if rows.chosen != "all" else ():
        for place, one in enumerate(column.found):
            if one.encoding != "clear" or one.identifier not in PERSONAL or not sure(one):
                continue
            try:
                column.found[place] = found = counted(
                    session, rows.dialect, table, column, one, WHOLE
                )
            except CollectError as error:
                yield gap(error, f"{table.key}.{column.field.shown}")
            else:
                column.found[place] = found
                column.sampled, column.chosen = found.sampled, "all"


def _kept(session: Any, known: Known) -> Iterator[Seen]:  # noqa: ANN401
    """What the statistics keep in clear, counted where it lies."""
    try:
        for one in kept(session, known.dialect, SECONDS):
            yield replace(one, held=known.proven.get(one.key, ""))
    except ODD:
        yield Gap(StatisticsColumn.__name__, Reason.TRUNCATED, GARBLED)
    except CollectError as error:
        yield Gap(StatisticsColumn.__name__, error.reason, str(error))


def _over(known: Known, words: str) -> Iterator[Gap]:
    known.missed.append(Limited(words))
    yield gap(Limited(words), SCHEMA)


def _others(known: Known) -> Iterator[Gap]:
    """One gap for each other type, where a table was not seen."""
    if known.missed:
        detail = f"tables not seen, or not whole: {len(known.missed)}"
        for kind in sorted(set(BRINGS) - {IdentifierColumn, StatisticsColumn}, key=str):
            yield Gap(kind.__name__, known.missed[0].reason, detail, key=SCHEMA, source=SCHEMA)
