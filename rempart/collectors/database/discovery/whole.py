"""Every row of a column counted, where the inventory asks for it (`rows: all`).

What is proven in a sample is counted once more over the whole table, for one class only: the answer
is how many people's numbers lie there.
"""

from typing import Any

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.counts import Counted
from rempart.collectors.database.discovery.dialects import Dialect, Postgresql
from rempart.collectors.database.discovery.samples import sample
from rempart.collectors.database.discovery.schema import Field, Table
from rempart.observations.datastores import IdentifierCount


def counted(
    session: Any,  # noqa: ANN401
    dialect: Dialect,
    table: Table,
    column: Counted,
    one: IdentifierCount,
    seconds: float,
) -> IdentifierCount:
    """A class that stands in clear, counted in all rows. Raises CollectError."""
    rows = sample(session, dialect, table, whole=True)
    field = column.field
    plain = not column.forms.get("spaced", 0) and field.kind in ("text", "number", "document")
    x = _text(dialect, field) if plain else "x0"
    figures = [f"count({x})", keys.counted(dialect, one.identifier, x)]
    figures.append(keys.tests(x) if one.test else "0")  # none in the sample: too few to matter
    asked = ", ".join(figures)
    if plain:  # written as it is: the server may share the work among its processes
        statement = f"SELECT {asked} FROM {rows.origin} AS t"  # noqa: S608  (names are quoted)
    else:
        statement = rows.compacted((field,), asked)
    ((count, total, tests),) = session.ask(statement, seconds=seconds)
    candidates, valid = keys.parted(total)
    test = int(tests or 0) if one.identifier == "nir" else 0
    read = int(count or 0)
    return IdentifierCount(one.column, one.identifier, "clear", read, candidates, valid, test)


def _text(dialect: Dialect, field: Field) -> str:
    name = dialect.name(field.name)
    if isinstance(dialect, Postgresql):
        return f"{name}::text"
    return name if field.kind == "text" else f"CAST({name} AS CHAR)"
