"""What a database's own client is started with on its host: command lines fixed to the letter.

Statements of the audit account come on standard input. Those for the database's owner stand in the
command line itself, so that sudo can list them: with `-c` and `-e` a client reads no standard
input, so nothing the caller adds can reach its shell escape. `-X` and `--no-defaults` keep start-up
files away, `search_path` keeps away what other people's schemas hold.
"""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from rempart.errors import NoCollector

SECONDS: Final = 20  # a statement may take
NULL: Final = "rempart-null"  # what stands for NULL; a session's own is a random word
PSQL: Final = "/usr/bin/psql"
OWNERS: Final = {"postgresql": "postgres", "mysql": "root"}
_PLACE: Final = re.compile(r"/[A-Za-z0-9_./-]{1,100}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.$-]{1,63}")
# The first makes statements that end a transaction, such as CREATE, fail too.
READ_ONLY: Final = "SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ ONLY; "
# Executable comments: one of these two limits is known to the server.
MYSQL_LIMITS: Final = (
    "SET SESSION time_zone = '+00:00'"
    " /*M!100101 , SESSION max_statement_time = {seconds} */"
    " /*!50708 , SESSION max_execution_time = {seconds}000 */; "
)
PSQL_OPTIONS: Final = (
    "PGOPTIONS='-c default_transaction_read_only=on -c statement_timeout={seconds}000"
    " -c lock_timeout={seconds}000 -c row_security=off -c TimeZone=UTC'"
    " PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8; export PGOPTIONS PGCONNECT_TIMEOUT"
    " PGCLIENTENCODING"
)
PSQL_LIMITS: Final = f"SET search_path = pg_catalog; SET statement_timeout = {SECONDS * 1000}"


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens on its own host, as a database's URL says it."""

    dialect: str
    user: str
    database: str
    port: str
    folder: str  # of PostgreSQL's socket, or MariaDB's socket itself; empty for the usual one

    def psql(self, user: str, database: str, null: str) -> tuple[str, ...]:
        """psql, for rows as CSV; it asks for no password."""
        words = [PSQL, "-X", "-q", "-w", "-t", "--csv", "-P", f"null={null}"]
        words += ["-h", self.folder] if self.folder else []
        words += ["-p", self.port] if self.port else []
        words += ["-U", user] if user else []
        return (*words, "-d", database)

    def mysql(self, program: str, user: str, database: str) -> tuple[str, ...]:
        """The client of MariaDB or MySQL, for rows as XML: there NULL is no word."""
        words = [program, "--no-defaults", "--default-character-set=utf8mb4", "--batch", "--xml"]
        words += [f"--socket={self.folder}"] if self.folder else []
        words += ["--user", user] if user else []
        return (*words, database) if database else tuple(words)


MYSQL_CLIENTS: Final = ("/usr/bin/mariadb", "/usr/bin/mysql")


def door(database: Any) -> Door:  # noqa: ANN401  (a database of the inventory)
    """How a database is reached on its own host: `?host=` and `?socket=` name another socket."""
    parts = urlsplit(database.url)
    if parts.scheme not in OWNERS:
        raise NoCollector(f"{parts.scheme} has no client that is asked on its host")
    asked = parse_qs(parts.query)
    places = asked.get("host", []) + asked.get("socket", [])
    folder = places[0] if places else ""
    user, name = unquote(parts.username or ""), unquote(parts.path.lstrip("/"))
    plain = (not folder or _PLACE.fullmatch(folder)) and all(
        not one or _NAME.fullmatch(one) for one in (user, name)
    )
    if not plain or user.startswith("-") or name.startswith("-"):
        raise NoCollector("the URL names a socket, account or database that is not plain")
    return Door(parts.scheme, user, name, str(parts.port or ""), folder)


def as_owner(place: Door, statement: str) -> tuple[tuple[str, ...], ...]:
    """The command lines of which one asks a statement as the owner: those of the fragment."""
    if place.dialect == "postgresql":
        started = place.psql("", "postgres", NULL)
        return ((*started, "-c", PSQL_LIMITS, "-c", statement),)
    asked = READ_ONLY + statement
    return tuple((*place.mysql(client, "", ""), "-e", asked) for client in MYSQL_CLIENTS)


def as_account(place: Door, null: str) -> tuple[tuple[str, ...], ...]:
    """The command lines of which one asks as the account itself, statements on standard input."""
    if place.dialect == "postgresql":
        stop = ("-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=sqlstate")
        return ((*place.psql(place.user, place.database or "postgres", null), *stop),)
    return tuple(place.mysql(client, place.user, place.database) for client in MYSQL_CLIENTS)
