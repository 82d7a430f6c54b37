"""A database asked by its own client on its own host: no password, the account's own sign-in.

Each statement is a script over the host's SSH connection. The account signs in by its name (peer,
unix_socket), with the statement on the client's standard input; questions only the owner may ask
are command lines that sudo lists. What a client says of an error is reduced to its code.
"""

import csv
import html
import io
import re
import secrets
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.errors import (
    CollectError,
    Limited,
    NoCollector,
    Privilege,
    Reason,
    Refused,
    Truncated,
    Unreachable,
)
from rempart.transport.access import Access
from rempart.transport.client_commands import (
    MYSQL_LIMITS,
    NULL,
    OWNERS,
    PSQL_OPTIONS,
    READ_ONLY,
    SECONDS,
    Door,
    as_account,
    as_owner,
    door,
)
from rempart.transport.sql import Row

CAP: Final = 4_000_000
MISSING: Final = 127
LATE: Final = 124
# 42501, 28000 ... of PostgreSQL, 1142, 1045 ... of MariaDB and MySQL.
_CODE: Final = re.compile(rb"(?:ERROR|FATAL): +([0-9A-Z]{5})\b|ERROR (\d{4})\b")
_FIELD: Final = re.compile(r'<field name="[^"]*"(?: xsi:nil="true" />|>(.*?)</field>)', re.DOTALL)
_ROW: Final = re.compile(r"<row>(.*?)</row>", re.DOTALL)
_MAY_NOT: Final = frozenset({"42501", "1142", "1143", "1044", "1227", "1370"})
_LATE: Final = frozenset({"57014", "55P03", "1969", "3024", "1205"})
_SIGN_IN: Final = frozenset({"28000", "28P01", "1045", "1698"})
_FRAME: Final = r"""
uid=$(id -u)
limit=
timeout 5 true </dev/null >/dev/null 2>&1 && limit='timeout %(seconds)s'
frame() {
  printf '\n==rempart %(nonce)s begin\n'
  { err=$("$@" 2>&1 1>&3 3>&-); status=$?; } 3>&1
  printf '\n==rempart %(nonce)s end %%s\n%%s\n==rempart %(nonce)s over\n' "$status" "$err"
}
owner() {
  who=$1; shift
  [ -x "$1" ] || return 127
  if [ "$(id -un)" = "$who" ]; then $limit "$@"
  elif [ "$uid" = 0 ]; then $limit runuser -u "$who" -- "$@"
  elif [ '%(become)s' = sudo ] && sudo -n -l -u "$who" "$@" >/dev/null 2>&1; then
    $limit sudo -n -u "$who" "$@"
  else account
  fi
}
"""


class HostClient:
    """A database behind its host. It holds nothing open: every statement is a script of its own."""

    def __init__(self, access: Access, host: Any, place: Door) -> None:  # noqa: ANN401
        self._access, self._host, self._place = access, host, place
        self._null = secrets.token_hex(12)
        self.dialect = place.dialect

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Row]:
        """The rows of one statement, as the account or as the database's owner.

        It may take `SECONDS` at the most; for the owner that limit stands in the listed command.
        """
        nonce, allowed = secrets.token_hex(12), max(1, min(SECONDS, int(seconds or SECONDS)))
        script = self._script(statement, nonce, allowed, owner=owner)
        body, status, said = self._framed(script, nonce)
        if status:
            raise _meant(status, said, self.dialect, self._host.id)
        if self.dialect == "mysql":
            return [_fields(row) for row in _ROW.findall(body)]
        nulls = {self._null, NULL}
        rows = csv.reader(io.StringIO(body, newline=""), strict=True)
        try:
            return [tuple(None if one in nulls else one for one in row or [""]) for row in rows]
        except csv.Error:
            raise Truncated("the answer of psql is garbled") from None

    def columns(self, table: str) -> Mapping[str, str]:
        """Tables are read by a driver."""
        raise _no_tables()

    def rows(self, table: str, columns: Mapping[str, str]) -> Iterator[list[Any]]:
        """Tables are read by a driver."""
        raise _no_tables()

    def close(self) -> None:
        """Nothing is open."""

    def _script(self, statement: str, nonce: str, seconds: int, *, owner: bool) -> bytes:
        patience = (SECONDS if owner else seconds) + 5
        words = {"nonce": nonce, "seconds": str(patience), "become": self._host.become or ""}
        lines = ["{", "LC_ALL=C; export LC_ALL", _FRAME % words]
        if self.dialect == "postgresql":
            lines.append(PSQL_OPTIONS.format(seconds=seconds))
            asked = f"{statement};"
        else:
            asked = f"{MYSQL_LIMITS.format(seconds=seconds)}{READ_ONLY}{statement};"
        lines += _account(self._place, self._null, asked, nonce)
        if owner:
            commands = as_owner(self._place, statement)
            lines += _chosen(commands, f"frame owner {OWNERS[self.dialect]}")
        else:
            lines += ["frame account"]
        return "\n".join([*lines, "}", ""]).encode()

    def _framed(self, script: bytes, nonce: str) -> tuple[str, int, bytes]:
        """What the client printed, its status, and its errors."""
        raw = self._said(script)
        mark = f"\n==rempart {nonce} ".encode()
        _, begun, rest = raw.partition(mark + b"begin\n")
        body, ended, rest = rest.partition(mark + b"end ")
        status, _, rest = rest.partition(b"\n")
        said, over, _ = rest.partition(mark + b"over\n")
        if not (begun and ended and over) or not status.isdigit():
            raise Truncated(f"{self._host.id}: the answer of the database's client was cut")
        return body.decode("utf-8", "replace"), int(status), said

    def _said(self, script: bytes) -> bytes:
        if self._host.ssh == "local":
            from rempart.transport.local import here

            return here(script, self._access.deadline.remaining())
        from rempart.transport.ssh import run_script

        output = run_script(self._access, self._host, script, cap=CAP)
        if output.reason is Reason.LIMIT:
            raise Limited(f"{self._host.id}: the database's client did not answer in time")
        return output.stdout


def connected(access: Access, database: Any) -> HostClient | None:  # noqa: ANN401
    """A session through the host a database stands on; None where a driver is to ask.

    That is a database with `on:` a host that can be asked, and no `password:` of its own.
    """
    if not database.on or database.password is not None:
        return None
    host = access.subject_named(database.on, "host")
    if not host.ssh:
        raise NoCollector(f"the host {host.id} was brought as files: its database cannot be asked")
    return HostClient(access, host, door(database))


def _account(place: Door, null: str, statement: str, nonce: str) -> Iterator[str]:
    """A function of the script that asks as the account: the statement is its standard input."""
    yield "account() {"
    for command in as_account(place, null):
        program = shlex.quote(command[0])
        yield f"[ ! -x {program} ] || {{ $limit {shlex.join(command)} <<'{nonce}'"
        yield statement
        yield nonce
        yield "return; }"
    yield "return 127; }"


def _chosen(commands: tuple[tuple[str, ...], ...], prefix: str) -> Iterator[str]:
    """The first of these commands that is installed; the last says so where none is."""
    *others, last = commands
    for command in others:
        yield f"if [ -x {shlex.quote(command[0])} ]; then {prefix} {shlex.join(command)}; else"
    yield f"{prefix} {shlex.join(last)}"
    yield "; ".join("fi" for _ in others)


def _fields(row: str) -> Row:
    return tuple(
        None if one.group(1) is None else html.unescape(one.group(1))
        for one in _FIELD.finditer(row)
    )


def _meant(status: int, said: bytes, dialect: str, host: str) -> CollectError:
    """What an error of the client means; its words stay there, they may hold a value."""
    found = _CODE.search(said)
    code = (found[1] or found[2]).decode() if found else ""
    client = "psql" if dialect == "postgresql" else "mariadb or mysql"
    if status == MISSING:
        return NoCollector(f"{host}: no {client} is installed there")
    if status == LATE or code in _LATE:
        return Limited(f"{host}: {client} did not answer in the time allowed")
    if code in _MAY_NOT:
        return Privilege(f"{host}: the account may not read that, and sudo lists no command for it")
    if code in _SIGN_IN or (dialect == "postgresql" and status == 2):
        return Refused(f"{host}: {client} is not let in by that account's own name")
    if code in ("2002", "2003", "2013"):
        return Unreachable(f"{host}: no server answers {client} there")
    return Refused(f"{host}: {client} ended with an error ({code or status})")


def _no_tables() -> NoCollector:
    return NoCollector("tables of reads are read by a driver: give the database its password:")
