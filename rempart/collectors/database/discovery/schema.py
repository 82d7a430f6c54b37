"""The tables of a database and their columns, as its catalogue lists them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from rempart.collectors.text import clean

Kind: TypeAlias = Literal["text", "number", "float", "date", "binary", "document", "other"]
View: TypeAlias = Literal["table", "view", "foreign"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name as it is, what its type can hold, and whether it may be read."""

    name: str
    kind: Kind
    type: str
    readable: bool

    @property
    def shown(self) -> str:
        """Its name, fit to be shown."""
        return clean(self.name, 100)

    @property
    def worded(self) -> bool:
        """Whether it can hold text."""
        return self.kind in ("text", "document", "binary")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `rows` as the server last estimated them, or as its size says where it never did.

    `analysed` tells these apart; `rows` is None where neither is known.
    """

    schema: str
    name: str
    view: View
    rows: int | None
    fields: tuple[Field, ...]
    analysed: bool = True

    @property
    def key(self) -> str:
        """Its schema and name, fit to be shown."""
        return f"{clean(self.schema, 100)}.{clean(self.name, 100)}"

    @property
    def readable(self) -> tuple[Field, ...]:
        """The columns that may be read and can hold something."""
        return tuple(field for field in self.fields if field.readable)


_POSTGRESQL: Final = """
WITH RECURSIVE away(oid) AS (
  SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'
  UNION SELECT next.oid FROM away, LATERAL (
    SELECT inhparent AS oid FROM pg_catalog.pg_inherits WHERE inhrelid = away.oid
    UNION ALL SELECT r.ev_class FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND r.ev_type = '1'
    JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
    WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refobjid = away.oid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass
  ) AS next
), below(top, oid) AS (
  SELECT oid, oid FROM pg_catalog.pg_class WHERE relkind = 'p'
  UNION SELECT below.top, i.inhrelid
  FROM below JOIN pg_catalog.pg_inherits i ON i.inhparent = below.oid
)
SELECT n.nspname, c.relname, CASE WHEN c.oid IN (SELECT oid FROM away) THEN 'f' ELSE c.relkind END,
  CASE c.relkind WHEN 'p' THEN (
    SELECT sum(greatest(part.reltuples, 0)) FROM pg_catalog.pg_class part
    JOIN below ON below.oid = part.oid AND below.top = c.oid WHERE part.relkind <> 'p')::bigint
  ELSE c.reltuples::bigint END, a.attname,
  (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END)::regtype::text,
  has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
  CASE WHEN c.reltuples < 0 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_locks held
    WHERE held.relation = c.oid AND held.mode = 'AccessExclusiveLock'
  ) THEN pg_relation_size(c.oid) / 8192 END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY c.relkind IN ('v', 'f'), n.nspname, c.relname, a.attnum
"""
_MYSQL: Final = """
SELECT t.table_schema, t.table_name,
  CASE WHEN t.engine IN ('FEDERATED', 'CONNECT', 'SPIDER', 'S3') THEN 'f' ELSE t.table_type END,
  t.table_rows, c.column_name, c.data_type,
  CASE WHEN FIND_IN_SET('select', REPLACE(c.privileges, ' ', '')) THEN 't' ELSE 'f' END, NULL
FROM information_schema.tables t
JOIN information_schema.columns c
  ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE t.table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
  AND (DATABASE() IS NULL OR t.table_schema = DATABASE()) AND t.table_type <> 'SEQUENCE'
ORDER BY t.table_type = 'VIEW', t.table_schema, t.table_name, c.ordinal_position
"""
# What MariaDB and MySQL print of a right to read more than one table.
_WIDE: Final = re.compile(
    r"GRANT (?:ALL|(?:[A-Z ]+, )*SELECT\b(?! \()).* ON (?:`([^`]*)`|\*)\.\* TO "
)
_STATEMENTS: Final = {"postgresql": _POSTGRESQL, "mysql": _MYSQL}
_VIEWS: Final[dict[str, View]] = {"v": "view", "f": "foreign", "VIEW": "view"}
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(
        ("smallint", "boolean", "uuid", "inet", "cidr", "macaddr", "interval"), "other"
    ),
    **dict.fromkeys(("time without time zone", "time with time zone", "oid", "bit"), "other"),
    **dict.fromkeys(("tinyint", "mediumint", "year", "time", "geometry", "point"), "other"),
    **dict.fromkeys(("integer", "bigint", "numeric", "int", "decimal"), "number"),
    **dict.fromkeys(("real", "double precision", "float", "double"), "float"),
    **dict.fromkeys(("date", "timestamp without time zone", "timestamp with time zone"), "date"),
    **dict.fromkeys(("datetime", "timestamp"), "date"),
    **dict.fromkeys(("bytea", "blob", "tinyblob", "mediumblob", "longblob"), "binary"),
    **dict.fromkeys(("binary", "varbinary"), "binary"),
    **dict.fromkeys(("json", "jsonb", "xml", "hstore", "tsvector"), "document"),
}  # what is not listed is text, or is written as text
_ROWS_A_PAGE: Final = 60  # of a table nobody analysed


def tables(session: Any) -> Iterator[Table]:  # noqa: ANN401  (a rempart.transport.sql.Session)
    """Every table of the database, views and foreign tables last. Raises CollectError."""
    rows = session.ask(_STATEMENTS[session.dialect])
    begun = 0
    for place, row in enumerate(rows):
        if row[:2] != rows[begun][:2]:
            yield _table(rows[begun:place])
            begun = place
    if rows:
        yield _table(rows[begun:])


def all_listed(session: Any) -> bool:  # noqa: ANN401  (a rempart.transport.sql.Session)
    """Whether the catalogue lists tables that the account may not read. Raises CollectError."""
    if session.dialect == "postgresql":
        return True
    ((schema,),) = session.ask("SELECT DATABASE()")
    wide = [found for row in session.ask("SHOW GRANTS") if (found := _WIDE.match(row[0] or ""))]
    return any(found[1] is None or (schema and _like(found[1], schema)) for found in wide)


def _like(pattern: str, name: str) -> bool:
    """Whether a pattern of a grant covers a name: % for anything, _ for one character."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    spelt = {"%": ".*", "_": "."}
    wanted = "".join(spelt.get(one) or re.escape(one[-1]) for one in parts)
    return re.fullmatch(wanted, name, re.DOTALL) is not None


def _table(rows: list[tuple[str | None, ...]]) -> Table:
    schema, name, kind, estimate, *_, pages = rows[0]
    known = int(estimate) if estimate is not None and int(estimate) >= 0 else None
    analysed = known is not None
    if known is None and pages is not None and int(pages):
        known = int(pages) * _ROWS_A_PAGE
    fields = tuple(_field(row[4] or "", row[5] or "", row[6] == "t") for row in rows)
    return Table(schema or "", name or "", _VIEWS.get(kind or "", "table"), known, fields, analysed)


def _field(name: str, type_: str, readable: bool) -> Field:
    bare = type_.partition("(")[0].strip('"')
    kind = "document" if bare.endswith("[]") else _KINDS.get(bare, "text")
    return Field(name, kind, bare, readable)
