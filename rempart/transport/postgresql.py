"""PostgreSQL, by pg8000: one read-only transaction, a cursor on the server."""

import contextlib
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pg8000.native
import scramp

from rempart.errors import CollectError, Limited, Privilege, Refused, Unreachable
from rempart.transport.line import LOCKED, ROWS, VALUE, Line, Meanings, in_words
from rempart.transport.sql import Row, text

_TLS: Final = struct.pack("!ii", 8, 80877103)  # SSLRequest
_KINDS: Final[Mapping[str, tuple[type[CollectError], str]]] = {
    "": (Unreachable, "the connection broke"),
    "42501": (Privilege, "the account may not read all of the table"),
    "42P01": (Unreachable, "no such table in the database"),
    "3F000": (Unreachable, "no such schema in the database"),
    "3D000": (Unreachable, "no such database"),
    "28000": (Refused, "the server does not let this account in"),
    "28P01": (Refused, "account or password refused"),
    "SCRAM": (Refused, "account or password refused"),
    "57014": (Limited, "the table did not answer in the time allowed"),
    "55P03": (Limited, "the table stayed locked for the time allowed"),
    "53300": (Unreachable, "too many connections"),
    "57P01": (Unreachable, "the server is shutting down"),
    "57P02": (Unreachable, "the server is shutting down"),
    "57P03": (Unreachable, "the server is starting or shutting down"),
}
_COLUMNS: Final = (
    "SELECT attname::text, atttypid::regtype::text FROM pg_catalog.pg_attribute "
    "WHERE attrelid = to_regclass(CAST(:name AS text)) AND attnum > 0 AND NOT attisdropped "
    "AND has_column_privilege(attrelid, attnum, 'SELECT') ORDER BY attnum"
)


def _code(error: Exception) -> str:
    if isinstance(error, scramp.ScramException):
        return "SCRAM"
    told = error.args[0] if error.args else None
    code = str(told.get("C", "")) if isinstance(told, dict) else ""
    return code if re.fullmatch(r"[0-9A-Z]{5}", code) else ""


_MEANINGS: Final = Meanings(
    (pg8000.native.Error, scramp.ScramException),
    _code,
    _KINDS,
)


class Postgresql:
    """A signed-in session. Rows a policy would hide are an error, never silently left out."""

    dialect = "postgresql"

    def __init__(self, line: Line, user: str, password: str, database: str) -> None:
        self._line = line
        with in_words(line, _MEANINGS):
            self._secure()
            self._connection: Any = pg8000.native.Connection(
                user,
                password=password,
                database=database or None,
                ssl_context=False,
                sock=line.socket(),
            )
            for statement in (
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                f"SET LOCAL statement_timeout = {self._limit()}",
                f"SET LOCAL lock_timeout = {self._limit(LOCKED)}",
                "SET LOCAL jit = off",  # compiling takes longer than what is asked here
                "SET LOCAL row_security = off",
                "SET LOCAL standard_conforming_strings = on",
                "SET LOCAL TimeZone = 'UTC'",
                "SET LOCAL DateStyle = 'ISO, YMD'",
            ):
                self._run(statement)

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Row]:
        """The rows of one statement; the transaction is left as it was, without its locks."""
        with in_words(self._line, _MEANINGS):
            self._run(f"SET LOCAL statement_timeout = {self._limit(seconds)}; SAVEPOINT asked")
        try:
            with in_words(self._line, _MEANINGS):
                found = self._run(statement)
        except CollectError:
            with contextlib.suppress(CollectError):
                self._undo()
            raise
        self._undo()
        self._line.counted(len(found))
        return [tuple(map(text, row)) for row in found]

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns this account may read."""
        with in_words(self._line, _MEANINGS):
            found = self._run(_COLUMNS, name=_table(table))
            if not found:
                self._run(f"SELECT 1 FROM {_table(table)} LIMIT 0")  # noqa: S608  (quoted names)
        if not found:
            raise Privilege(f"{self._line.where}: {_KINDS['42501'][1]}")
        return dict(found)

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[list[Any]]:
        """Every row, as text."""
        listed = ", ".join(f"left({_quoted(name)}::text, {VALUE})" for name in columns) or "''"
        query = f"SELECT {listed} FROM {_table(table)}"  # noqa: S608  (quoted names)
        with in_words(self._line, _MEANINGS):
            self._run(f"DECLARE rempart NO SCROLL CURSOR FOR {query}")
        while True:
            with in_words(self._line, _MEANINGS):
                found = self._run(f"FETCH {ROWS} FROM rempart")
            if not found:
                return
            self._line.counted(len(found))
            yield found

    def close(self) -> None:
        """End it."""
        self._line.close()

    def _undo(self) -> None:
        with in_words(self._line, _MEANINGS):
            self._run("ROLLBACK TO SAVEPOINT asked; RELEASE SAVEPOINT asked")

    def _limit(self, seconds: float = 0) -> int:
        """Milliseconds a statement may take."""
        return int(min(seconds or self._line.seconds(), self._line.seconds()) * 1000)

    def _secure(self) -> None:
        self._line.raw.sendall(_TLS)
        answer = self._line.raw.recv(1)
        if answer == b"S":
            self._line.secure(("postgresql",))
        elif answer == b"N":
            self._line.stay_plain()
        elif answer:
            raise Refused(f"{self._line.where}: no PostgreSQL answers there")
        else:
            raise Unreachable(f"{self._line.where}: {_KINDS[''][1]}")

    def _run(self, statement: str, **values: str) -> list[Any]:
        self._line.answer()
        return list(self._connection.run(statement, **values) or ())


def _table(name: str) -> str:
    return ".".join(map(_quoted, name.split(".", 1)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
