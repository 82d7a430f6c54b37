"""Insured persons' numbers of any country in the columns and fields of a text, counted.

The French number is found in any text; those of other countries have too few check digits for
that, and are looked for where a column or a field of records holds them.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from rempart.check import Vantage
from rempart.collectors.text import clean
from rempart.collectors.values import Column
from rempart.observations.fixtures import HealthIdentifiers
from rempart.observations.identifiers.catalogue import BY_NAME

ROWS: Final = 20_000
COLUMNS: Final = 200
# A field and what may be a number: `"kvnr": "A123..."`, `kvnr: A123...`, `<kvnr>A123...</kvnr>`.
_FIELD: Final = re.compile(
    r"([A-Za-z][\w-]{1,40})[\"']?(?:\s?[:=]\s?|>)[\"']?"
    r"([0-9A-Z][0-9A-Z .-]{6,20}[0-9A-Z])(?=[\"'<,;\s]|$)"
)
_ELSEWHERE: Final = ("nir", "birth")  # found in any text, or no number


def records(path: str, content: bytes) -> Iterator[HealthIdentifiers]:
    """Counts of the columns of a text."""
    text = content.decode("utf-8", "replace")
    header = text.partition("\n")[0]
    delimiter = max(";\t|,", key=header.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = [Column(name) for name in next(rows, [])[:COLUMNS]]
        for row in islice(rows, ROWS):
            for column, value in zip(columns, row, strict=False):
                column.add(value)
    except csv.Error:
        return
    for column in columns:
        yield from _counted(path, column)


def fields(path: str, content: bytes) -> Iterator[HealthIdentifiers]:
    """Counts of the fields of records in JSON, YAML or XML."""
    columns: dict[str, Column] = {}
    for match in islice(_FIELD.finditer(content.decode("utf-8", "replace")), ROWS):
        if match[1] in columns or len(columns) < COLUMNS:
            columns.setdefault(match[1], Column(match[1])).add(match[2])
    for column in columns.values():
        yield from _counted(path, column)


def _counted(path: str, column: Column) -> Iterator[HealthIdentifiers]:
    for count in column.counts():
        known = BY_NAME.get(count.identifier)
        if known is None or known.of != "insured" or known.name in _ELSEWHERE or not count.valid:
            continue
        yield HealthIdentifiers(
            known.name,
            count.candidates,
            count.valid,
            count.test,
            0,
            key=f"{path}:{clean(column.name, 60)}:{known.name}",
            vantage=Vantage.DECLARED,
            source=path,
            line=1,
            end_line=1,
        )
