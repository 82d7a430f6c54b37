"""What later questions need of the tables of a database seen so far."""

from dataclasses import dataclass, field
from typing import Final

from rempart.collectors import Wanted
from rempart.collectors.database.discovery.counts import Counted
from rempart.collectors.database.discovery.dialects import Dialect
from rempart.collectors.database.discovery.hashes import Clear, Hashed
from rempart.collectors.database.discovery.scan import Budget
from rempart.collectors.database.discovery.schema import Table
from rempart.collectors.values import Column, sure
from rempart.errors import CollectError

SECONDS: Final = 15.0
LAZY: Final = 3.0


@dataclass(slots=True)
class Known:
    """Columns to compare, classes proven by column, tables missed, what the mandate allows."""

    dialect: Dialect
    wanted: Wanted = frozenset()
    clear: list[Clear] = field(default_factory=list)
    proven: dict[str, str] = field(default_factory=dict)
    hashed: list[Hashed] = field(default_factory=list)
    missed: list[CollectError] = field(default_factory=list)
    statistics: dict[tuple[str, str, str], Column] = field(default_factory=dict)
    scans: bool = False
    whole: bool = False
    budget: Budget = field(default_factory=Budget)

    def told(self, table: Table) -> list[Counted]:
        """The columns of a table that its statistics say enough about.

        Texts that prove nothing there may still be hashes, ciphertext or too long to be kept.
        """
        places = {one: (table.schema, table.name, one.name) for one in table.readable}
        return [
            Counted(one, seen.sampled, found=list(seen.counts()), mode="statistics")
            for one, place in places.items()
            if (seen := self.statistics.get(place)) is not None
            and (not one.worded or any(map(sure, seen.counts())))
        ]

    @staticmethod
    def seconds(table: Table) -> float:
        """What one statement about a table may take; a view runs code of somebody else."""
        return SECONDS if table.view == "table" else LAZY
