"""Tables of a database server, read-only, over the audit's own connection and in bounded pieces."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from rempart.errors import NoCollector
from rempart.inventory.addresses import DEFAULT_PORTS
from rempart.transport.access import Access
from rempart.transport.line import MOST_ROWS, Line

EXTRAS: Final = {"postgresql": "postgres", "mysql": "mysql"}


class Server(Protocol):
    """A signed-in, read-only session."""

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns that may be read and their types, in order. Raises CollectError."""

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[list[Any]]:
        """All rows as text, some thousand at a time. Raises CollectError."""

    def close(self) -> None:
        """End it, wherever it is."""


@contextlib.contextmanager
def opened(
    access: Access,
    database: Any,  # noqa: ANN401  (a database of the inventory)
    *,
    spare: float,
    most_rows: int = MOST_ROWS,
) -> Iterator[Server]:
    """A read-only session with the server of a database.

    Raises CollectError: NoCollector where its driver is missing, NotAuthorised where rows may not
    cross the network, Refused where it has no trusted TLS or does not let us in.
    """
    parts = urlsplit(database.url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    start = _driver(parts.scheme)
    password = database.password.resolve() if database.password else ""
    line = Line(access, parts.hostname or "", port, database.ca, spare, most_rows)
    name = unquote(parts.path.lstrip("/"))
    try:
        line.dial()
        yield start(line, unquote(parts.username or ""), password, name)
    finally:
        line.close()


def _driver(scheme: str) -> Any:  # noqa: ANN401
    try:
        if scheme == "postgresql":
            from rempart.transport import postgresql

            return postgresql.Postgresql
        from rempart.transport import mysql
    except ImportError:
        extra = EXTRAS[scheme]
        raise NoCollector(
            f"tables of {scheme} need one package: pip install 'rempart[{extra}]'"
        ) from None
    return mysql.Mysql
