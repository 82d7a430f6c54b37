"""Hashes of identifiers: the server hashes clear values of one column and looks them up in another.

A hash without a secret is as good as the number itself: whoever has the table hashes every number
that can exist and reads the people back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rempart.check import Unknown
from rempart.collectors.database.discovery.counts import GARBLED
from rempart.collectors.database.discovery.dialects import Dialect, Postgresql
from rempart.collectors.database.discovery.samples import Sample, bare
from rempart.collectors.database.discovery.schema import Field
from rempart.collectors.database.discovery.seals import HASHES
from rempart.errors import CollectError, Reason
from rempart.judge.hashes import SPACES
from rempart.observations.columns import HashedColumn

COMPARED: Final = 300  # clear values of a column that are hashed
SOURCES: Final = 4  # columns with clear values that a column of hashes is compared with
NOTHING: Final = Unknown(
    Reason.UNRESOLVED, "no clear identifier was found to compare these hashes with"
)
WALKED: Final = 3_000_000  # rows of hashes that are looked through


@dataclass(frozen=True, slots=True)
class Clear:
    """A column that holds an identifier in clear."""

    sample: Sample
    field: Field
    identifier: str

    @property
    def key(self) -> str:
        """Where it is."""
        return f"{self.sample.table.key}.{self.field.shown}"


@dataclass(frozen=True, slots=True)
class Hashed:
    """A column of hashes of so many bytes, or of what may be hashes where nobody is `sure`."""

    sample: Sample
    field: Field
    size: int
    sampled: int
    sure: bool = True

    @property
    def key(self) -> str:
        """Where it is."""
        return f"{self.sample.table.key}.{self.field.shown}"


def compared(
    session: Any,  # noqa: ANN401
    hashed: Sequence[Hashed],
    clear: Sequence[Clear],
    seconds: float,
) -> Iterator[HashedColumn]:
    """Each column of hashes with what came of comparing it. Raises nothing: says why not."""
    if not hashed:
        return
    sha1 = _sha1(session) if session.dialect == "postgresql" else "SHA1"
    listed = [one for one in clear if one.identifier in SPACES]  # the others cannot all be tried
    ordered = sorted(listed, key=lambda one: (one.identifier != "nir", one.key))[:SOURCES]
    for column in hashed:
        found = _compared(session, column, ordered, sha1, seconds)
        if column.sure or (isinstance(found.matched, int) and found.matched):
            yield found


def _compared(
    session: Any,  # noqa: ANN401
    column: Hashed,
    clear: Sequence[Clear],
    sha1: str,
    seconds: float,
) -> HashedColumn:
    function = _function(column.sample.dialect, column.size, sha1)
    if not function:
        return _unknown(column, Unknown(Reason.UNRESOLVED, "the server offers no such hash"))
    found = _unknown(column, NOTHING)
    for source in clear:
        try:
            count, matched = _matches(session, column, source, function, seconds)
        except (CollectError, ValueError) as error:
            if isinstance(found.compared, Unknown):
                found = _unknown(column, _why(error))
            continue
        if matched or (count and isinstance(found.compared, Unknown)):
            found = _found(column, source, count, matched)
        if matched:
            break
    return found


def _why(error: CollectError | ValueError) -> Unknown:
    """A server's words are not repeated where it answered something else than was asked."""
    if isinstance(error, CollectError):
        return Unknown(error.reason, str(error))
    return Unknown(Reason.TRUNCATED, GARBLED)


def _found(column: Hashed, source: Clear, count: int, matched: int) -> HashedColumn:
    facts = (HASHES[column.size], column.sampled, source.identifier, source.key, count, matched)
    return HashedColumn(*facts, key=column.key, source=column.key)


def _unknown(column: Hashed, why: Unknown) -> HashedColumn:
    facts = (HASHES[column.size], column.sampled)
    return HashedColumn(*facts, compared=why, matched=why, key=column.key, source=column.key)


def _matches(
    session: Any,  # noqa: ANN401
    column: Hashed,
    source: Clear,
    function: str,
    seconds: float,
) -> tuple[int, int]:
    """How many clear values were hashed, and how many of their hashes stand in the column."""
    dialect = column.sample.dialect
    table = column.sample.table
    place = f"{dialect.name(table.schema)}.{dialect.name(table.name)}"
    there = dialect.inner(f"{_spelt(dialect, column)} AS h", place, f"LIMIT {WALKED}")
    values = source.sample.compacted((source.field,), "r0, x0, substr(x0, 1, 13) AS s0")
    some = f"WHERE x0 IS NOT NULL LIMIT {COMPARED}"
    picked = dialect.inner("r0, x0, s0", f"({values}) AS spelt", some)
    spellings = ("x0", "r0", "s0") if source.identifier == "nir" else ("x0", "r0")
    hashes = " UNION ".join(
        f"SELECT {function.format(value=one)} AS h FROM picked"  # noqa: S608  (of our own)
        for one in spellings
    )
    statement = (
        f"WITH picked AS {picked}, hashes AS ({hashes})"  # noqa: S608
        f" SELECT (SELECT count(*) FROM picked),"
        f" (SELECT count(DISTINCT there.h) FROM {there} AS there JOIN hashes ON hashes.h = there.h)"
    )
    ((count, matched),) = session.ask(statement, seconds=seconds)
    return int(count or 0), int(matched or 0)


def _spelt(dialect: Dialect, column: Hashed) -> str:
    """A value of the column as hex digits in capitals, however it spells its bytes."""
    name = dialect.name(column.field.name)
    if column.field.kind == "binary":
        return _plain(dialect, dialect.hexed(name))
    text = f"trim({name}::text)" if isinstance(dialect, Postgresql) else _plain(dialect, name)
    base64 = dialect.matches(text, f"^[A-Za-z0-9+/_-]{{{-(-column.size * 4 // 3)}}}={{0,2}}$")
    other = f"upper({bare(text)})"
    return f"CASE WHEN {base64} THEN {dialect.hexed(dialect.from_base64(text))} ELSE {other} END"


def _plain(dialect: Dialect, value: str) -> str:
    """A text that compares byte by byte, whatever its column's alphabet and collation."""
    if isinstance(dialect, Postgresql):
        return value
    return f"CONVERT({value} USING utf8mb4) COLLATE utf8mb4_bin"


def _function(dialect: Dialect, size: int, sha1: str) -> str:
    """How the server hashes a text to hex digits in capitals; empty where it cannot."""
    if not isinstance(dialect, Postgresql):
        names = {16: "MD5({value})", 20: "SHA1({value})"}
        return _plain(dialect, f"UPPER({names.get(size, f'SHA2({{value}}, {size * 8})')})")
    if size == 16:
        return "upper(md5({value}))"
    octets = "convert_to({value}, 'UTF8')"
    if size == 20:
        return f"upper(encode({sha1}({octets}, 'sha1'), 'hex'))" if sha1 else ""
    return f"upper(encode(sha{size * 8}({octets}), 'hex'))"


def _sha1(session: Any) -> str:  # noqa: ANN401
    """pgcrypto's `digest`, where the database has it: PostgreSQL itself knows no SHA-1."""
    rows = session.ask(
        "SELECT quote_ident(n.nspname) || '.digest' FROM pg_catalog.pg_proc p"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        " JOIN pg_catalog.pg_depend d ON d.objid = p.oid AND d.deptype = 'e'"
        " JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'pgcrypto'"
        " WHERE p.proname = 'digest' AND pg_get_function_identity_arguments(p.oid) = 'bytea, text'"
        " AND has_schema_privilege(n.oid, 'USAGE')"
    )
    return str(rows[0][0]) if rows else ""
