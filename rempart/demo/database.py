"""The fictional payer's database: what a real MariaDB answered to each statement, played back.

It is half encrypted, as such servers are found: the table of insured people is, by a key in a file
without a lock, while the binary log, the redo log and an older table are in clear. The answers are
counts, settings and names; `tests/lab/demo_database.py` records them anew.
"""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from rempart.catalogue import content
from rempart.errors import ContentError
from rempart.transport.client_commands import READ_ONLY

Rows: TypeAlias = Sequence[Sequence[str | None]]
FILE = "demo/database/answers.json"
_NONCE = re.compile(rb"==rempart ([0-9a-f]{24}) begin")
_STATEMENT = re.compile(r"<<'[0-9a-f]{24}'\n(.*?)\n[0-9a-f]{24}\n", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
UNKNOWN = b"ERROR 1146 (42S02): no such answer was recorded"


class Answered(msgspec.Struct, frozen=True):
    """One statement's beginning, for a reader, and its rows or the code of its error."""

    asked: str
    rows: tuple[tuple[str | None, ...], ...] = ()
    error: str = ""


def name(statement: str) -> str:
    """Under which name the answer to a statement is kept, whatever day it asks about."""
    return hashlib.sha256(_DAY.sub("day", statement).encode()).hexdigest()[:16]


def recorded() -> Mapping[str, Answered]:
    """The answers by name; raises ContentError where they are not installed."""
    path = content("inventories", FILE)
    if path is None:
        raise ContentError("the demonstration is not whole", file=FILE)
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Answered])


def reply(asked: bytes, answers: Mapping[str, Answered]) -> bytes | None:
    """What the database's client prints for a script; None for a script that starts no client."""
    nonce = _NONCE.search(asked)
    found = _STATEMENT.search(asked.decode("utf-8", "replace"))
    if nonce is None or found is None:
        return None
    statement = found[1].partition(READ_ONLY)[2].removesuffix(";")
    answer = answers.get(name(statement))
    said = UNKNOWN if answer is None else answer.error.encode()
    body = _xml(answer.rows) if answer else ""
    mark = b"\n==rempart " + nonce[1]
    status = b"1" if said else b"0"
    return b"%b begin\n%b%b end %b\n%b%b over\n" % (
        *(mark, body.encode(), mark, status, said),
        mark,
    )


def _xml(rows: Rows) -> str:
    """Rows as `mariadb --xml` prints them."""
    return "".join(f"<row>{''.join(map(_field, row))}</row>\n" for row in rows)


def _field(value: str | None) -> str:
    if value is None:
        return '<field name="x" xsi:nil="true" />'
    return f'<field name="x">{html.escape(value)}</field>'
