"""What is told of a column, and of a table, once it was counted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from rempart.check import Gap
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.discovery.content import content, old_rows, readers
from rempart.collectors.database.discovery.counts import Counted
from rempart.collectors.database.discovery.dialects import READ
from rempart.collectors.database.discovery.hashes import Clear, Hashed
from rempart.collectors.database.discovery.known import Known
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.database.discovery.seals import HASHES, sealed
from rempart.collectors.values import sure
from rempart.errors import CollectError, Limited, NoCollector, Refused
from rempart.observations.columns import OldRows, SealedColumn, TableReaders
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import PERSONAL

CUT: Final = 3  # values of a sample that were not read to their end, and may not be left unsaid
UNREAD: Final = {
    "document": "documents (PDF, images, archives): what stands in them was not looked at",
    "opaque": "bytes that nothing here can read",
}


def told_of(session: Any, rows: Sample, column: Counted, known: Known) -> Iterator[Seen]:  # noqa: ANN401
    """A column's classes and seal; a gap where its content was not read. Raises CollectError."""
    key = f"{rows.table.key}.{column.field.shown}"
    proven = [one for one in column.counts() if sure(one)]
    known.clear += [
        Clear(rows, column.field, one.identifier)
        for one in proven
        if one.encoding == "clear" and one.identifier in PERSONAL and rows.table.view != "view"
    ]
    people = [one.identifier for one in proven if one.identifier in PERSONAL]
    if people:
        known.proven[key] = people[0]
    seal = None if proven else _seal(session, rows, column, known)
    unread = None if proven else _unread(column, seal)
    if unread:
        known.missed.append(unread)
        yield gap(unread, key)
    else:
        yield from _classes(rows, column, key)
    if seal is not None:
        yield from _sealed(rows, column, seal, known)


def _seal(session: Any, rows: Sample, column: Counted, known: Known) -> SealedColumn | None:  # noqa: ANN401
    """What seals the column; where that takes too long, the column says so."""
    if column.ended is not None and not column.sampled:
        return None
    try:
        return sealed(session, rows, column, known.seconds(rows.table))
    except (Limited, Refused) as error:
        column.ended = error
        return None


def _unread(column: Counted, seal: SealedColumn | None) -> CollectError | None:
    """Why the column's content is not known; None where it is."""
    cut = column.forms.get("cut", 0)
    if seal is not None:
        return NoCollector(UNREAD[seal.form]) if seal.form in UNREAD else None
    if column.ended is not None and (column.forms_to_look_at or not column.sampled):
        return column.ended
    if cut < CUT:
        return None
    words = f"{cut} of {column.sampled} values are longer than the {READ} characters that were read"
    return Limited(words)


def _classes(rows: Sample, column: Counted, key: str) -> Iterator[IdentifierColumn]:
    sample = column.chosen or (rows.chosen if column.mode == "counts" else "spread")
    for one in column.counts():
        figures = (one.sampled, one.candidates, one.valid, one.test)
        yield IdentifierColumn(
            *(one.identifier, one.encoding, *figures), sample, column.mode, key=key, source=key
        )


def _sealed(
    rows: Sample, column: Counted, seal: SealedColumn, known: Known
) -> Iterator[SealedColumn]:
    if seal.shortest == seal.longest in HASHES and seal.form in ("hash", "cipher", "opaque"):
        sure_of = seal.form == "hash"
        known.hashed.append(Hashed(rows, column.field, seal.longest, seal.sampled, sure_of))
    if seal.form != "hash":
        key = f"{rows.table.key}.{column.field.shown}"
        yield replace(seal, key=key, source=key)


def told_together(
    session: Any,  # noqa: ANN401
    subject: Any,  # noqa: ANN401
    rows: Sample,
    columns: Sequence[Counted],
    wanted: Wanted,
) -> Iterator[Seen]:
    """The table as a whole, where people stand in it."""
    filled = [column.field.shown for column in columns if column.sampled]
    counts = [one for column in columns for one in column.counts()]
    found = content(rows.table.key, rows.table.rows, filled, counts, subject.environment)
    yield found
    if found.identities and OldRows in wanted:
        yield old_rows(session, rows, columns, subject.retention)
    if found.identities and TableReaders in wanted:
        yield readers(session, rows, found.identities)


def gap(error: CollectError, key: str) -> Gap:
    """What was not seen of a table or column."""
    return Gap(IdentifierColumn.__name__, error.reason, str(error), key=key, source=key)
