from collections.abc import Iterator

from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.identifiers import tables as with_people
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.engines import EngineServer, EngineTable

ABLE = ("InnoDB", "ROCKSDB", "partitioned")


def check(
    server: EngineServer,
    tables: tuple[EngineTable, ...],
    columns: tuple[IdentifierColumn, ...],
) -> Iterator[Result]:
    if server.product == "PostgreSQL" and server.able is False:
        words = "PostgreSQL encrypts no table by itself: its volume must"
        yield notapplicable(words, server)
        return
    holding = with_people(columns, (table.key for table in tables))
    for table in tables:
        if table.key in holding and (table.engine in ABLE or server.product == "PostgreSQL"):
            facts: dict[str, Figure] = {"engine": table.engine, "setting": table.setting or "-"}
            yield verdict(table.encrypted, table.engine, table, facts=facts)
    if not holding:
        yield notapplicable("no table holds identifiers of people", server)
