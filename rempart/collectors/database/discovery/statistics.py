"""What a server keeps of its columns to plan queries: some hundred real values of each.

They are counted where they lie; where the mandate allows `transit: statistics` they come over and
are looked at here, and no row of a table is read for the columns they tell enough about.
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.collectors.database.discovery import keys
from rempart.collectors.database.discovery.dialects import EDGES, Dialect
from rempart.collectors.text import clean
from rempart.collectors.values import Column
from rempart.observations.columns import StatisticsColumn
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL

ENOUGH: Final = 20  # values kept of a column that say what it holds
LONGEST: Final = 400  # characters of a value that are looked at
MOST: Final = 20_000  # columns
_POSTGRESQL: Final = """
SELECT s.schemaname AS a, s.tablename AS b, s.attname AS c,
  btrim(substr(v, 1, {longest}), {edges}) AS r
FROM pg_catalog.pg_stats s, LATERAL unnest(
  coalesce(s.most_common_vals::text::text[], '{{}}')
  || coalesce(s.histogram_bounds::text::text[], '{{}}')) AS v
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema')
"""
_MYSQL: Final = """
SELECT s.db_name AS a, s.table_name AS b, s.column_name AS c,
  CONVERT(TRIM(LEFT(j.v, {longest})) USING utf8mb4) COLLATE utf8mb4_bin AS r
FROM mysql.column_stats s, JSON_TABLE(
  CONVERT(s.histogram USING utf8mb4), '$.histogram_hb[*]'
  COLUMNS (v VARCHAR(1000) PATH '$.start')) AS j
WHERE s.hist_type = 'JSON_HB' AND (DATABASE() IS NULL OR s.db_name = DATABASE())
UNION ALL SELECT db_name, table_name, column_name, CONVERT(min_value USING utf8mb4)
FROM mysql.column_stats WHERE DATABASE() IS NULL OR db_name = DATABASE()
UNION ALL SELECT db_name, table_name, column_name, CONVERT(max_value USING utf8mb4)
FROM mysql.column_stats WHERE DATABASE() IS NULL OR db_name = DATABASE()
"""
_STATEMENTS: Final = {"postgresql": _POSTGRESQL, "mysql": _MYSQL}
_BYTES: Final = "^[\\\\]x([0-9a-f]{2})+$"  # how PostgreSQL writes bytes


def kept(session: Any, dialect: Dialect, seconds: float) -> Iterator[StatisticsColumn]:  # noqa: ANN401
    """Each column of which values are kept, with the likeliest class. Raises CollectError."""
    sums = [keys.counted(dialect, name, "x") for name in PERSONAL]
    plain = f"CASE WHEN {dialect.matches('r', _BYTES)} THEN {_unpacked(dialect)} ELSE r END AS r"
    values = dialect.inner(f"a, b, c, {plain}", f"({_values(session, dialect)}) AS listed")
    compact = dialect.inner(f"a, b, c, r, {dialect.compact('r')} AS x", f"{values} AS plain")
    statement = (
        f"SELECT a, b, c, count(r), {', '.join(sums)} FROM {compact} AS seen"  # noqa: S608
        f" GROUP BY a, b, c ORDER BY a, b, c LIMIT {MOST}"
    )
    for schema, table, column, count, *totals in session.ask(statement, seconds=seconds):
        key = ".".join(clean(part or "", 100) for part in (schema, table, column))
        yield _likeliest(key, column or "", int(count or 0), totals)


def _values(session: Any, dialect: Dialect) -> str:  # noqa: ANN401
    edges = dialect.text(EDGES)
    return _STATEMENTS[session.dialect].format(longest=LONGEST, edges=edges)


def _unpacked(dialect: Dialect) -> str:
    return dialect.written(dialect.from_hex("substr(r, 3)"))


def _likeliest(key: str, column: str, count: int, totals: list[str | None]) -> StatisticsColumn:
    best = ("", 0, 0)
    for name, total in zip(PERSONAL, totals, strict=True):
        candidates, valid = keys.parted(total)
        known = BY_NAME[name]
        possible = known.strength != "named" or known.named(column)
        if possible and (valid, candidates) > (best[2], best[1]):
            best = (name, candidates, valid)
    return StatisticsColumn(best[0], count, best[1], best[2], key=key, source=key)


def looked_at(session: Any, dialect: Dialect, seconds: float) -> dict[tuple[str, str, str], Column]:  # noqa: ANN401
    """The kept values of each column, counted here; by schema, table and column.

    Raises CollectError.
    """
    found: dict[tuple[str, str, str], Column] = {}
    for schema, table, name, value in session.ask(_values(session, dialect), seconds=seconds):
        place = (schema or "", table or "", name or "")
        if place not in found:
            found[place] = Column(clean(place[2], 100))
        found[place].add(_plain(value or ""))
    return {place: column for place, column in found.items() if column.sampled >= ENOUGH}


def _plain(value: str) -> object:
    """A value; bytes that PostgreSQL writes as hex digits are bytes again."""
    if value.startswith("\\x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            return value
    return value
