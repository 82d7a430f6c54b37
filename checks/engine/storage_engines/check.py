from collections.abc import Iterator

from rempart.check import Figure, Result, verdict
from rempart.judge.identifiers import tables as with_people
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.engines import EngineTable

INNODB = ("InnoDB",)
OTHERS = ("MyISAM", "MEMORY", "Aria", "CSV", "ARCHIVE", "MRG_MyISAM", "CONNECT", "FEDERATED")


def check(
    tables: tuple[EngineTable, ...],
    columns: tuple[IdentifierColumn, ...],
) -> Iterator[Result]:
    holding = with_people(columns, (table.key for table in tables))
    for table in tables:
        if table.key in holding and table.engine in (*INNODB, *OTHERS):
            facts: dict[str, Figure] = {"engine": table.engine}
            good = True if table.engine in INNODB else table.encrypted
            yield verdict(good, table.engine, table, facts=facts)
