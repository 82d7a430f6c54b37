"""Who reads how many people, from the logs a payer already has.

Files are read where the auditor runs, or on their own host, where the same sources run in memory
and nothing but counts comes back; a table is asked of its SQLite file or of its server. Accounts
and people are hashed as they are read, under a key that is destroyed at the end.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Wanted
from rempart.errors import collect_error
from rempart.observations.reading import (
    AccountReading,
    AlarmTrial,
    ClockFacts,
    Dormancy,
    LogCoverage,
    PeopleReading,
    ReadingCurve,
    ReadingDistribution,
    RuleTrial,
    SignIns,
)

if TYPE_CHECKING:
    from rempart.collectors.read_logs.reader import Facts
    from rempart.collectors.read_logs.tally import Tally
    from rempart.reading.measure import Measure
    from rempart.transport.access import Access

log = logging.getLogger(__name__)

KIND = "read_log"
BRINGS: tuple[type[Observation], ...] = (
    LogCoverage,
    ClockFacts,
    ReadingDistribution,
    AccountReading,
    PeopleReading,
    Dormancy,
    AlarmTrial,
    RuleTrial,
    ReadingCurve,
    SignIns,
)
PROBES = (
    Probe(
        name="read log",
        sends="Nothing for a log here; for one on a host, a program over SSH that answers counts; "
        "for a table on a server, one read-only query.",
        brings=BRINGS,
        connections=1,
    ),
)
SPARE = 5.0  # seconds kept to measure and to tell, of what a subject may take


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the log says in counts. Raises CollectError where it cannot be read at all."""
    from rempart.collectors.read_logs import outcome, remote

    if not wanted:
        return
    if subject.on:
        facts, measured = remote.read(subject, access)
    else:
        facts, measured = _here(subject, access)
    source = _source(subject, access)
    yield from outcome.observations(facts, measured, source=source, zone=subject.zone)


def _here(subject: Any, access: "Access") -> tuple["Facts", Any]:  # noqa: ANN401
    """Read and measured on the auditor's machine."""
    from rempart.collectors.read_logs.orders import declared, measure
    from rempart.collectors.read_logs.pseudonyms import Accounts, pseudonym
    from rempart.collectors.read_logs.tally import Tally

    key = subject.pseudonyms.resolve().encode() if subject.pseudonyms else b""
    accounts = Accounts(key, named=access.register is not None)
    tally, measuring = Tally(declared(subject), accounts), measure(subject)
    try:
        facts = _read(subject, access, tally, measuring)
        measured = measuring.done()
        if access.register is not None:
            names = accounts.names([hashed for hashed, _ in measured.accounts])
            access.register(subject.id, {pseudonym(one): name for one, name in names.items()})
    finally:
        tally.forget()
    return facts, measured


def _read(subject: Any, access: "Access", tally: "Tally", measuring: "Measure") -> "Facts":  # noqa: ANN401
    from rempart.collectors.read_logs import reader
    from rempart.collectors.read_logs.orders import declared
    from rempart.collectors.read_logs.sources import Missing

    over = _over(access)
    try:
        if subject.table:
            return _table(subject, access, tally, measuring)
        return reader.read_files(str(subject.path), declared(subject), tally, measuring, over)
    except Missing as missing:
        raise collect_error(missing.reason, missing.detail) from None


def _table(subject: Any, access: "Access", tally: "Tally", measuring: "Measure") -> "Facts":  # noqa: ANN401
    from rempart.collectors.read_logs import reader, table
    from rempart.collectors.read_logs.orders import declared
    from rempart.inventory.references import sqlite_path

    database = access.inventory.by_id[subject.database]
    file = sqlite_path(database.url)
    if file is None:
        return _server_table(subject, database, access, tally, measuring)
    with table.opened(Path(file), access.deadline) as connection:
        mapped = table.mapped(connection, subject.table, declared(subject))
        records = table.records(connection, subject.table, mapped.fields, access.deadline)
        return reader.read_records(records, mapped, tally, measuring, _over(access))


def _server_table(
    subject: Any,  # noqa: ANN401
    database: Any,  # noqa: ANN401
    access: "Access",
    tally: "Tally",
    measuring: "Measure",
) -> "Facts":
    from rempart.collectors.read_logs import reader, server_table
    from rempart.collectors.read_logs.orders import declared
    from rempart.transport import sql

    with sql.opened(access, database, spare=SPARE) as server:
        columns = server.columns(subject.table)
        records, mapped = server_table.read(server, subject.table, columns, declared(subject))
        return reader.read_records(records, mapped, tally, measuring, _over(access))


def _over(access: "Access") -> Callable[[int], str]:
    def over(lines: int) -> str:
        if access.deadline.remaining() > SPARE:
            return ""
        return f"the {access.deadline.seconds:g} seconds allowed ended after {lines} lines"

    return over


def _source(subject: Any, access: "Access") -> str:  # noqa: ANN401
    """Where it stands: on its host, beside the inventory, or elsewhere here by its name alone."""
    from rempart.collectors.text import clean

    if subject.table:
        return clean(f"{subject.database} {subject.table}")
    if subject.on:
        return clean(f"{subject.on}:{subject.path}")
    path, beside = Path(subject.path), Path(getattr(access.inventory, "file", ".")).parent
    if path.is_relative_to(beside.absolute()):
        return clean(str(path.relative_to(beside.absolute())))
    return clean(path.name)
