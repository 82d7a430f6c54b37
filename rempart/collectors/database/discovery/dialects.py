"""The few things that PostgreSQL and MariaDB or MySQL write differently; the rest they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

SEPARATORS: Final = " .-\u00a0\u202f"  # what `spelling.compact` takes out
READ: Final = 4_000  # characters of a value that are looked at
LONGEST: Final = 128  # characters of a value that can still be one identifier
EDGES: Final = " \t\r\n'\"="
SEED: Final = 20_240_129  # the same sample every time


class Dialect(Protocol):
    """How one server writes names, texts, patterns and whole numbers."""

    def name(self, text: str) -> str:
        """A name, quoted."""

    def text(self, text: str) -> str:
        """A text of ours as a literal."""

    def matches(self, value: str, pattern: str) -> str:
        """Whether a pattern is found in a value."""

    def integer(self, value: str) -> str:
        """Digits as a whole number of up to 18 digits."""

    def small(self, value: str) -> str:
        """Digits as a whole number of up to 9 digits."""

    def wide(self, value: str) -> str:
        """Digits as a whole number of up to 65 digits."""

    def quotient(self, value: str, by: int) -> str:
        """Whole division."""

    def compact(self, value: str) -> str:
        """A short text without separators, in capitals; NULL for a long one."""

    def from_hex(self, value: str) -> str:
        """The bytes that hex digits stand for; nothing else may be given."""

    def from_base64(self, value: str) -> str:
        """The bytes that base64 of either alphabet stands for, padded or not."""

    def written(self, value: str) -> str:
        """Bytes as text, a character each; those outside ASCII in some other spelling."""

    def hexed(self, value: str) -> str:
        """Bytes as hex digits, in capitals."""

    def byte(self, value: str, place: int) -> str:
        """A byte as a number, from place 0; what lies behind the end is NULL or 0."""

    def found(self, value: str, pattern: str) -> str:
        """The first match of a pattern without groups."""

    def latest(self, values: Sequence[str]) -> str:
        """The newest of some dates as eight digits; NULL where all are."""

    def ago(self, count: int, unit: str) -> str:
        """The day so many days, weeks, months or years before today, as eight digits."""

    def replaced(self, value: str, pattern: str, by: str) -> str:
        """A value with every match of a pattern replaced."""

    def inner(self, columns: str, origin: str, rest: str = "") -> str:
        """A query in a query that is worked out once, not folded into the one around it."""


@dataclass(frozen=True, slots=True)
class Postgresql:
    """PostgreSQL 12 and later; `separators` are those that the database's encoding knows."""

    separators: str = SEPARATORS

    def name(self, text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def text(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"  # standard_conforming_strings is on

    def matches(self, value: str, pattern: str) -> str:
        return f"{value} ~ {self.text(pattern)}"

    def integer(self, value: str) -> str:
        return f"({value})::bigint"

    def small(self, value: str) -> str:
        return f"({value})::int"

    def wide(self, value: str) -> str:
        return f"({value})::numeric"

    def quotient(self, value: str, by: int) -> str:
        return f"(({value})/{by})"

    def compact(self, value: str) -> str:
        bare = value
        for (
            separator
        ) in self.separators:  # quicker than one `translate`, which walks every character
            bare = f"replace({bare}, {self.text(separator)}, '')"
        bare = f'upper({bare} COLLATE "C")'
        return f"CASE WHEN octet_length({value}) <= {LONGEST} THEN {bare} END"

    def from_hex(self, value: str) -> str:
        return f"decode({value}, 'hex')"

    def from_base64(self, value: str) -> str:
        bare = f"translate(rtrim({value}, '='), '-_', '+/')"
        padded = f"rpad({bare}, (length({bare}) + 3) / 4 * 4, '=')"
        return f"CASE WHEN mod(length({bare}), 4) <> 1 THEN decode({padded}, 'base64') END"

    def written(self, value: str) -> str:
        return f"encode({value}, 'escape')"

    def hexed(self, value: str) -> str:
        return f"upper(encode({value}, 'hex'))"

    def byte(self, value: str, place: int) -> str:
        return f"CASE WHEN octet_length({value}) > {place} THEN get_byte({value}, {place}) END"

    def found(self, value: str, pattern: str) -> str:
        return f"substring({value} from {self.text(pattern)})"

    def latest(self, values: Sequence[str]) -> str:
        written = (
            f"CASE WHEN NOT isfinite({one}) THEN '99991231' ELSE to_char({one}, 'YYYYMMDD') END"
            for one in values
        )
        return f"greatest({', '.join(written)})"

    def ago(self, count: int, unit: str) -> str:
        return f"to_char(current_date - interval '{count} {unit}', 'YYYYMMDD')"

    def replaced(self, value: str, pattern: str, by: str) -> str:
        return f"regexp_replace({value}, {self.text(pattern)}, {self.text(by)}, 'g')"

    def inner(self, columns: str, origin: str, rest: str = "") -> str:
        return f"(SELECT {columns} FROM {origin} {rest or 'OFFSET 0'})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Mysql:
    """MariaDB 10.5 and MySQL 8, and later."""

    def name(self, text: str) -> str:
        return "`" + text.replace("`", "``") + "`"

    def text(self, text: str) -> str:
        if text.isascii() and text.isprintable() and not set(text) & {"'", "\\", "%"}:
            return f"'{text}'"
        return f"_utf8mb4 0x{text.encode().hex()}" if text else "''"

    def matches(self, value: str, pattern: str) -> str:
        return f"{value} REGEXP {self.text(pattern)}"

    def integer(self, value: str) -> str:
        return f"CAST({value} AS SIGNED)"

    def small(self, value: str) -> str:
        return f"CAST({value} AS SIGNED)"

    def wide(self, value: str) -> str:
        return f"CAST({value} AS DECIMAL(65,0))"

    def quotient(self, value: str, by: int) -> str:
        return f"(({value}) DIV {by})"

    def compact(self, value: str) -> str:
        bare = value
        for separator in SEPARATORS:
            bare = f"REPLACE({bare}, {self.text(separator)}, '')"
        return f"CASE WHEN octet_length({value}) <= {LONGEST} THEN UPPER({bare}) END"

    def from_hex(self, value: str) -> str:
        return f"UNHEX({value})"

    def from_base64(self, value: str) -> str:
        bare = f"REPLACE(REPLACE(TRIM(TRAILING '=' FROM {value}), '-', '+'), '_', '/')"
        padded = f"RPAD({bare}, (CHAR_LENGTH({bare}) + 3) DIV 4 * 4, '=')"
        return f"FROM_BASE64({padded})"

    def written(self, value: str) -> str:
        return f"CONVERT(CONVERT({value} USING latin1) USING utf8mb4) COLLATE utf8mb4_bin"

    def hexed(self, value: str) -> str:
        return f"HEX({value})"

    def byte(self, value: str, place: int) -> str:
        return f"ASCII(SUBSTR({value}, {place + 1}, 1))"

    def found(self, value: str, pattern: str) -> str:
        return f"REGEXP_SUBSTR({value}, {self.text(pattern)})"

    def latest(self, values: Sequence[str]) -> str:
        form = self.text("%Y%m%d")
        written = [f"coalesce(DATE_FORMAT({one}, {form}), '')" for one in values]
        return f"nullif(greatest('', {', '.join(written)}), '')"

    def ago(self, count: int, unit: str) -> str:
        day = f"CURRENT_DATE - INTERVAL {count} {unit.upper()}"
        return f"DATE_FORMAT({day}, {self.text('%Y%m%d')})"

    def replaced(self, value: str, pattern: str, by: str) -> str:
        return f"REGEXP_REPLACE({value}, {self.text(pattern)}, {self.text(by)})"

    def inner(self, columns: str, origin: str, rest: str = "") -> str:
        return f"(SELECT {columns} FROM {origin} {rest or 'LIMIT 1000000000'})"  # noqa: S608


DIALECTS: Final[dict[str, Dialect]] = {"postgresql": Postgresql(), "mysql": Mysql()}
_ENCODING: Final = (
    "SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database"
    " WHERE datname = current_database()"
)


def dialect_of(session: Any) -> Dialect:  # noqa: ANN401  (a rempart.transport.sql.Session)
    """How the server of a session writes. Raises CollectError."""
    if session.dialect == "postgresql":
        ((encoding,),) = session.ask(_ENCODING)
        if encoding != "UTF8":  # a character that it does not know would end every statement
            return Postgresql("".join(filter(str.isascii, SEPARATORS)))
    return DIALECTS[session.dialect]
