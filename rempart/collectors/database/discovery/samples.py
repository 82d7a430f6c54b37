"""Which rows of a table are looked at, and its values as text: what every count is made over."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from rempart.collectors.database.discovery.dialects import (
    EDGES,
    READ,
    SEED,
    Dialect,
    Postgresql,
)
from rempart.collectors.database.discovery.schema import Field, Table

Chosen: TypeAlias = Literal["all", "spread", "first"]
ROWS: Final = 5_000  # rows of a table that are looked at
CELLS: Final = 100_000  # values of a table that are looked at
DOCUMENT: Final = 65_536  # bytes, as stored, of a document that is still written out
GUESSED: Final = 100_000  # rows of a table that nobody counted, read from its beginning
SCANNED: Final = 3_000_000  # rows of a table that are walked through to choose some
HEX: Final = "(0x|[\\\\]x)?([0-9a-fA-F]{2})+"
BASE64: Final = "[A-Za-z0-9+/_-]+={0,2}"
SPELT: Final = 18  # characters that an identifier in base64 has at least
BLOCKS: Final = 50  # places of a table with numbered rows that they are taken from


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a table: where they come from, how they were chosen, at most how many."""

    table: Table
    dialect: Dialect
    origin: str
    chosen: Chosen
    most: int = 0

    def compacted(self, fields: tuple[Field, ...], columns: str) -> str:
        """A query over the sample. In it each column is there as text without edges (`r0`, `r1`
        ...), as compact text (`x0` ...) and by what letters spell it (`k0` ...): h for hex digits,
        b for those of base64, NULL for others.
        """
        inner = self.dialect.inner(self._raw(fields), self.origin)
        listed = []
        for at, field in enumerate(fields):
            compact = self.dialect.compact(f"r{at}") if field.kind != "date" else f"r{at}"
            listed += [f"r{at}", f"{compact} AS x{at}"]
            if field.worded:
                listed.append(f"{self._spelt(f'r{at}')} AS k{at}")
        outer = self.dialect.inner(", ".join(listed), f"{inner} AS raw")
        return f"SELECT {columns} FROM {outer} AS seen"  # noqa: S608  (names are quoted)

    def _raw(self, fields: tuple[Field, ...]) -> str:
        return ", ".join(f"{value(self.dialect, one)} AS r{at}" for at, one in enumerate(fields))

    def _spelt(self, r: str) -> str:
        spelt = self.dialect.matches(r, f"^(0x|[\\\\]x)?{BASE64}$")
        hexed = self.dialect.matches(r, f"^{HEX}$")
        how = f"CASE WHEN {spelt} THEN CASE WHEN {hexed} THEN 'h' ELSE 'b' END END"
        return f"CASE WHEN octet_length({r}) >= {SPELT} THEN {how} END"


def sample(session: Any, dialect: Dialect, table: Table, *, whole: bool = False) -> Sample:  # noqa: ANN401
    """The rows of a table that are looked at: all of a small one. Raises CollectError."""
    most = max(1_000, min(ROWS, CELLS // max(1, len(table.readable))))
    place = f"{dialect.name(table.schema)}.{dialect.name(table.name)}"
    if whole:
        return Sample(table, dialect, place, "all")
    small = _small(table, dialect, place, most)
    if small is not None:
        return small
    if isinstance(dialect, Postgresql):
        return _of_postgresql(table, dialect, place, most)
    return _of_mysql(session, table, dialect, place, most)


def _small(table: Table, dialect: Dialect, place: str, most: int) -> Sample | None:
    """All of a small table, the first rows of one whose size nobody knows."""
    if table.view != "table" or table.rows is None:
        return Sample(table, dialect, _first(table, dialect, place, most), "all", most)
    if table.rows <= most * 3 // 2 or (not table.analysed and table.rows <= GUESSED):
        return Sample(table, dialect, _first(table, dialect, place, most * 4), "all", most * 4)
    return None


def _of_postgresql(table: Table, dialect: Dialect, place: str, most: int) -> Sample:
    percent = max(100 * most / (table.rows or 1), 0.0001)
    drawn = f"{place} TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE ({SEED})"
    return Sample(table, dialect, _first(table, dialect, drawn, most * 4), "spread")


def _of_mysql(session: Any, table: Table, dialect: Dialect, place: str, most: int) -> Sample:  # noqa: ANN401
    numbered = _numbered(session, table, dialect, place, most)
    if numbered:
        return Sample(table, dialect, numbered, "spread")
    rows = table.rows or 1
    if rows <= SCANNED:
        chance = f"rand({SEED}) < {most / rows:.8f}"
        drawn = dialect.inner(_listed(table, dialect), place, f"WHERE {chance} LIMIT {most * 4}")
        return Sample(table, dialect, f"{drawn} AS rows_of", "spread")
    return Sample(table, dialect, _first(table, dialect, place, most), "first")


def beginning(rows: Sample) -> Sample:
    """The first rows of the table, where those that were to be drawn are not there."""
    table, dialect = rows.table, rows.dialect
    place = f"{dialect.name(table.schema)}.{dialect.name(table.name)}"
    return Sample(table, dialect, _first(table, dialect, place, ROWS), "first", ROWS)


def _first(table: Table, dialect: Dialect, place: str, most: int) -> str:
    return f"{dialect.inner(_listed(table, dialect), place, f'LIMIT {most}')} AS rows_of"


def _listed(table: Table, dialect: Dialect) -> str:
    """The columns that may be read: asking for all of them needs the right to all."""
    return ", ".join(dialect.name(field.name) for field in table.readable) or "1"


_KEY: Final = """
SELECT min(c.column_name), min(c.data_type), count(*) FROM information_schema.statistics s
JOIN information_schema.columns c ON c.table_schema = s.table_schema
  AND c.table_name = s.table_name AND c.column_name = s.column_name
WHERE s.index_name = 'PRIMARY' AND s.table_schema = {schema} AND s.table_name = {table}
"""


def _numbered(session: Any, table: Table, dialect: Dialect, place: str, most: int) -> str:  # noqa: ANN401
    """Rows from places spread over a table whose key is one whole number; empty without."""
    key = _KEY.format(schema=dialect.text(table.schema), table=dialect.text(table.name))
    ((column, type_, count),) = session.ask(key)
    readable = {field.name for field in table.readable}
    if count != "1" or column not in readable or type_ not in ("int", "bigint", "mediumint"):
        return ""
    number = dialect.name(column)
    ((low, high),) = session.ask(f"SELECT min({number}), max({number}) FROM {place}")  # noqa: S608
    if low is None or high is None or int(high) - int(low) < most:
        return ""
    start, width = int(low), int(high) - int(low) + 1
    listed = _listed(table, dialect)
    pieces = [
        f"(SELECT {listed} FROM {place} WHERE {number} >= {start + width * block // BLOCKS}"  # noqa: S608
        f" AND {number} < {start + width * (block + 1) // BLOCKS}"
        f" ORDER BY {number} LIMIT {most // BLOCKS})"
        for block in range(BLOCKS)
    ]
    return f"({' UNION ALL '.join(pieces)}) AS rows_of"


def bare(r: str) -> str:
    """Hex digits without what announces them."""
    return f"CASE WHEN substr({r}, 2, 1) = 'x' THEN substr({r}, 3) ELSE {r} END"


def value(dialect: Dialect, field: Field) -> str:
    """A column as text, bounded, without spaces and quotes around it; NULL where it is too long."""
    name = dialect.name(field.name)
    if isinstance(dialect, Postgresql):
        return f"nullif(btrim({_of_pg(name, field)}, {dialect.text(EDGES)}), '')"
    edged = _of_my(name, field)
    for edge in ("'", '"', "=", " "):
        edged = f"TRIM(BOTH {dialect.text(edge)} FROM {edged})"
    return f"nullif({edged}, '')"


def _of_pg(name: str, field: Field) -> str:
    match field.kind:
        case "date":
            return f"to_char({name}, 'YYYYMMDD')"
        case "float":
            return f"CASE WHEN abs({name}) < 1e17 THEN {name}::numeric::text END"
        case "binary":
            # Bytes that are no text become blanks, so that digits beside them stay apart.
            escaped = f"encode(substring({name} from 1 for {READ}), 'escape')"
            return f"regexp_replace({escaped}, '\\\\(\\\\|[0-7]{{3}})', ' ', 'g')"
        case "document":
            return (
                f"CASE WHEN pg_column_size({name}) < {DOCUMENT} THEN left({name}::text, {READ}) END"
            )
        case _:
            return f"substr({name}::text, 1, {READ})"


def _of_my(name: str, field: Field) -> str:
    match field.kind:
        case "date":
            text = f"DATE_FORMAT({name}, {_hexed('%Y%m%d')})"
        case "float":
            text = f"CASE WHEN abs({name}) < 1e17 THEN CAST({name} AS DECIMAL(30,0)) END"
        case "binary":
            text = f"CONVERT(LEFT({name}, {READ}) USING latin1)"
        case _:
            text = f"LEFT({name}, {READ})"
    return f"CONVERT({text} USING utf8mb4) COLLATE utf8mb4_bin"


def _hexed(text: str) -> str:
    return f"_utf8mb4 0x{text.encode().hex()}"
