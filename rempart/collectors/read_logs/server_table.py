"""A table of reads on a database server, as the same columns a file gives.

Which column is what is declared, or guessed from the first rows that come: they are not asked for
twice. Every value comes as text.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from rempart.collectors.read_logs.fields import Parsed, by_role
from rempart.collectors.read_logs.mapping import Declared, Mapped
from rempart.collectors.read_logs.sources import Missing
from rempart.collectors.read_logs.table import SAMPLE, by_columns
from rempart.errors import CollectError, Reason, Unreachable
from rempart.transport.sql import Server

ENOUGH: Final = ("account", "person", "time")  # declared, nothing is left to be guessed by value


def read(
    server: Server, table: str, columns: Mapping[str, str], declared: Declared
) -> tuple[Iterator[Parsed], Mapped]:
    """The rows of the table, some thousand at a time, and what its columns are.

    Only columns that have a role are asked for where names alone tell. Raises CollectError where
    nothing can be read; records end with Missing where the rest cannot.
    """
    named = by_columns({name: [] for name in columns}, declared)
    if all(role in named.fields for role in ENOUGH):
        wanted = {field.name: columns[field.name] for field in named.fields.values()}
        return _records(server.rows(table, wanted), list(wanted), named), named
    rows = server.rows(table, columns)
    first = next(rows, [])
    names = list(columns)
    mapped = by_columns(_by_name(first[:SAMPLE], names), declared)
    return _records(chain([first] if first else [], rows), names, mapped), mapped


def _records(rows: Iterator[list[Any]], names: list[str], mapped: Mapped) -> Iterator[Parsed]:
    read = 0
    try:
        for some in rows:
            read += len(some)
            yield Parsed(len(some), by_role(mapped.fields, _by_name(some, names)))
    except CollectError as error:
        broke = read and isinstance(error, Unreachable)
        raise Missing(Reason.TRUNCATED if broke else error.reason, str(error)) from None


def _by_name(rows: list[Any], names: list[str]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
