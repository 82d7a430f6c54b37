"""What a file of records held, column by column: counts, never values."""

from collections.abc import Iterable
from dataclasses import dataclass

from rempart.collectors.values import Column
from rempart.observations.datastores import IdentifierCount

RECORDS = 20_000  # records read of one file
COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Records:
    """What a file of records held: its format, how many were read, what the columns look like."""

    format: str
    sampled: int
    whole: bool
    columns: tuple[IdentifierCount, ...]


def counted(columns: Iterable[Column]) -> tuple[IdentifierCount, ...]:
    """The counts of all columns, in their order."""
    return tuple(count for column in columns for count in column.counts())
