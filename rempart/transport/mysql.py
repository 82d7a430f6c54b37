"""MariaDB and MySQL, by PyMySQL: one read-only transaction, rows streamed."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT
from pymysql.cursors import SSCursor

from rempart.errors import CollectError, Limited, Privilege, Refused, Unreachable
from rempart.transport.line import LOCKED, ROWS, VALUE, Line, Meanings, Metered, in_words
from rempart.transport.sql import Row, text

_GONE: Final = (Unreachable, "the connection broke")
_LATE: Final = (Limited, "the table did not answer in the time allowed")
_MAY_NOT: Final = (Privilege, "the account may not read all of the table")
_SIGN_IN: Final = (Refused, "account or password refused")
_KINDS: Final[Mapping[str, tuple[type[CollectError], str]]] = {
    "": _GONE,
    **dict.fromkeys(("0", "1053", "1152", "1158", "1159", "1160", "1161", "1317", "1927"), _GONE),
    **dict.fromkeys(("2003", "2006", "2013"), _GONE),
    **dict.fromkeys(("1205", "1969", "3024"), _LATE),
    **dict.fromkeys(("1142", "1143", "1227", "1345", "1356", "1370"), _MAY_NOT),
    **dict.fromkeys(("1045", "1698", "1251", "1524", "2059"), _SIGN_IN),
    "1040": (Unreachable, "too many connections"),
    "1044": (Privilege, "the account may not use that database"),
    "1049": (Unreachable, "no such database"),
    "1051": (Unreachable, "no such table in the database"),
    "1129": (Refused, "the server does not let this machine in"),
    "1130": (Refused, "the server does not let this machine in"),
    "1146": (Unreachable, "no such table in the database"),
}
_COLUMNS: Final = (
    "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = IF(%s = '', DATABASE(), %s) AND table_name = %s "
    "AND FIND_IN_SET('select', REPLACE(privileges, ' ', '')) ORDER BY ordinal_position"
)


def _code(error: Exception) -> str:
    code = error.args[0] if error.args else ""
    return str(code) if isinstance(code, int) else ""


_MEANINGS: Final = Meanings((pymysql.err.Error,), _code, _KINDS)


class _Upgrade:
    """What the driver takes for a TLS context: the line goes over to TLS as the mandate has it."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def wrap_socket(self, _: object, **__: object) -> Metered:
        self._line.secure()
        return self._line.socket()


class _Connection(Connection):
    """Decides on TLS by what the server offers, before anything of the account is sent."""

    line: Line

    def _request_authentication(self) -> None:
        offered = bool(self.server_capabilities & CLIENT.SSL)  # type: ignore[attr-defined]
        if not offered:
            self.line.stay_plain()
        self.ssl, self.ctx = offered, _Upgrade(self.line)
        if offered:
            self.client_flag |= CLIENT.SSL
        super()._request_authentication()  # type: ignore[misc]


class Mysql:
    """A signed-in session."""

    dialect = "mysql"

    def __init__(self, line: Line, user: str, password: str, database: str) -> None:
        self._line = line
        with in_words(line, _MEANINGS):
            secret: Any = password.encode()  # the driver would send text as Latin-1
            made: Any = _Connection(
                user=user,
                password=secret,
                host=line.host,
                port=line.port,
                database=database or None,
                charset="utf8mb4",
                autocommit=None,
                ssl_disabled=True,  # by the driver: `_Connection` decides on TLS
                defer_connect=True,
            )
            made.line, self._connection = line, made
            made.connect(line.socket())
            self._mariadb = "mariadb" in str(made.server_version).lower()
            self._limited = 0.0
            self._limit(line.seconds())
            for statement in (
                f"SET SESSION lock_wait_timeout = {LOCKED:.0f}",
                "SET SESSION time_zone = '+00:00'",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
            ):
                self._run(statement)

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Row]:
        """The rows of one statement; a new transaction follows, without its locks."""
        with in_words(self._line, _MEANINGS):
            self._limit(min(seconds or self._line.seconds(), self._line.seconds()))
        try:
            with in_words(self._line, _MEANINGS):
                found = self._run(statement)
        finally:
            with contextlib.suppress(CollectError), in_words(self._line, _MEANINGS):
                self._run("COMMIT AND CHAIN")
        self._line.counted(len(found))
        return [tuple(map(text, row)) for row in found]

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns this account may read."""
        schema, _, name = table.rpartition(".")
        with in_words(self._line, _MEANINGS):
            found = self._run(_COLUMNS, schema, schema, name)
            if not found:
                self._run(f"SELECT 1 FROM {_table(table)} LIMIT 0")  # noqa: S608  (quoted names)
        if not found:
            raise Privilege(f"{self._line.where}: {_MAY_NOT[1]}")
        return {str(name): str(kind) for name, kind in found}

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[list[Any]]:
        """Every row, as text."""
        listed = ", ".join(_value(name, kind) for name, kind in columns.items()) or "''"
        query = f"SELECT {listed} FROM {_table(table)}"  # noqa: S608  (quoted names)
        cursor = SSCursor(self._connection)
        try:
            with in_words(self._line, _MEANINGS):
                self._line.answer()
                cursor.execute(query)
            while True:
                with in_words(self._line, _MEANINGS):
                    self._line.answer()
                    found = list(cursor.fetchmany(ROWS))
                if not found:
                    return
                self._line.counted(len(found))
                yield found
        finally:
            self._abandon(cursor)

    def close(self) -> None:
        """End it."""
        self._line.close()

    def _run(self, statement: str, *values: str) -> list[Any]:
        self._line.answer()
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def _limit(self, seconds: float) -> None:
        """Let no statement take longer."""
        seconds = max(0.05, round(seconds, 1))
        if seconds != self._limited:
            name, value = "max_statement_time", f"{seconds:.2f}"
            if not self._mariadb:
                name, value = "max_execution_time", f"{seconds * 1000:.0f}"
            self._run(f"SET SESSION {name} = {value}")
            self._limited = seconds

    def _abandon(self, cursor: Any) -> None:  # noqa: ANN401
        """Leave the rest of the rows where they are: the driver would read all of them."""
        for result in (cursor._result, self._connection._result):
            if result is not None:
                result.unbuffered_active = False
                result.connection = None
        cursor.connection = None
        self._line.close()


def _value(name: str, kind: str) -> str:
    """A column as text; a TIMESTAMP is a moment of the session's zone, and says so."""
    text = f"LEFT(CAST({_quoted(name)} AS CHAR), {VALUE})"
    return f"CONCAT({text}, 'Z')" if kind.lower() == "timestamp" else text


def _table(name: str) -> str:
    return ".".join(map(_quoted, name.split(".", 1)))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
