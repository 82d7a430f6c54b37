"""Tables of a database server, read-only, over the audit's own connection and in bounded pieces."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import unquote, urlsplit

from rempart.errors import NoCollector
from rempart.inventory.addresses import DEFAULT_PORTS
from rempart.transport.access import Access
from rempart.transport.line import MOST_ROWS, Line

Row: TypeAlias = tuple[str | None, ...]
EXTRAS: Final = {"postgresql": "postgres", "mysql": "mysql"}


class Session(Protocol):
    """A signed-in, read-only session that answers statements.

    `dialect` is `postgresql` or `mysql` (MariaDB too).
    """

    dialect: str

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Row]:
        """The rows of one statement, values as text: t and f for booleans, None for NULL.

        It may take so many `seconds`, all that are left where that is 0; what it locked is free
        again when it ends.

        Nothing of a statement is a value: names are quoted by whoever writes it. A statement marked
        `owner` is fixed to the letter and listed in the sudoers fragment: where the host's own
        client answers, it is asked as the database's owner. Raises CollectError, after which the
        session still answers.
        """


class Server(Session, Protocol):
    """A session that also reads tables from one end to the other."""

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
    counts: bool = False,
) -> Iterator[Server]:
    """A read-only session with the server of a database.

    A database that stands `on` a host and has no password is asked by its own client there.
    `counts` says that only counts and settings are asked for, which may always cross a network.

    Raises CollectError: NoCollector where its driver is missing, NotAuthorised where rows may not
    cross the network, Refused where it has no trusted TLS or does not let us in.
    """
    from rempart.transport import host_client

    behind = host_client.connected(access, database)
    if behind is not None:
        yield behind
        return
    if not database.url:
        raise NoCollector("the database was brought as files: it cannot be asked")
    parts = urlsplit(database.url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    start = _driver(parts.scheme)
    password = database.password.resolve() if database.password else ""
    line = Line(access, parts.hostname or "", port, database.ca, spare, most_rows, counts=counts)
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


def text(value: object) -> str | None:
    """A value of a driver as the server's own client prints it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return str(value)
