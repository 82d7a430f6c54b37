"""Text logs read by a pattern: web servers, HAProxy, Keycloak's events, pgaudit, MariaDB's audit.

A pattern never crosses a line, and none can backtrack far: every part ends at a character it
cannot hold itself.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from rempart.collectors.read_logs import layouts
from rempart.collectors.read_logs.fields import Fields, Parsed, by_role, transposed
from rempart.inventory.patterns import Pattern

LONG: Final = 65_536  # characters of a line a pattern is shown

# server.log of Keycloak: values are quoted since 21, bare before; LOGIN_ERROR names no user id.
KEYCLOAK: Final = (
    r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d+(?:Z|[+-]\d\d:?\d\d)?) "
    r'(?>[^\n]*?org\.keycloak\.events)(?>[^\n]*? type="?)(?P<type>[A-Z_]++)"?, '
    r'(?>[^\n]*?userId="?)(?P<userId>[^",\n]*+)'
    r'(?:(?>[^\n]*?ipAddress="?)(?P<ipAddress>[^",\n]*+))?[^\n]*'
)
STAMPED: Final = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d.*|\s.*|[\w.$]+(?:Exception|Error)\b.*"
# pgaudit: AUDIT: SESSION,statement,substatement,class,command,type,name,statement,parameters
PGAUDIT: Final = (
    r"(?P<level>[A-Z]+\d?): +(?:AUDIT: (?:SESSION|OBJECT),\d+,\d+,)?"
    r"(?P<action>[A-Z_]+(?=,)|connection authorized|password authentication failed|\w*)[^\n]*"
)
# server_audit_output_type=file; the object is quoted and holds anything, so it is what is left.
MARIADB: Final = (
    r"(?P<time>\d{8} \d\d:\d\d:\d\d),(?P<server>[^,\n]*),(?P<user>[^,\n]*),"
    r"(?P<host>[^,\n]*),\d*,\d*,"
    r"(?P<operation>[A-Z_]+),(?P<database>[^,\n]*),[^\n]*,(?P<retcode>\d+)"
)


class TextLines:
    """Lines that fit one pattern; `passed` fits lines of the same log about something else."""

    def __init__(
        self, fields: Fields, pattern: str, names: Sequence[str], *, passed: str = "", own: bool
    ) -> None:
        self._fields = fields
        self._names = names
        self._own = own  # our pattern, which never crosses a line
        self._lines: Any = re.compile(rf"^{pattern}\r?$", re.MULTILINE) if own else Pattern(pattern)
        self._passed = re.compile(passed) if passed else None

    def parse(self, block: bytes) -> Parsed:
        """The records of these lines."""
        text = block.decode("utf-8", "backslashreplace")
        rows: list[Any] = self._lines.findall(text) if self._own else self._each(text)
        if rows and isinstance(rows[0], str):
            rows = [(row,) for row in rows]
        columns = transposed(rows, len(self._names))
        found = dict(zip(self._names, columns, strict=True))
        unread, passed = self._others(text, len(rows))
        return Parsed(len(rows), by_role(self._fields, found), unread, passed)

    def _each(self, text: str) -> list[tuple[str, ...]]:
        found = (self._lines.fullmatch(line[:LONG].rstrip("\r")) for line in text.split("\n"))
        return [tuple(part or "" for part in each.groups()) for each in found if each]

    def _others(self, text: str, read: int) -> tuple[int, int]:
        """How many lines gave no record: unread, and passed over as about something else."""
        lines = text.count("\n") + (not text.endswith("\n"))
        if lines == read:
            return 0, 0
        unread = passed = 0
        match = self._lines.match if self._own else self._lines.fullmatch
        for line in text.split("\n"):
            shown = line[:LONG].rstrip("\r")
            if not shown.strip("\0 \t") or match(shown):
                continue
            if self._passed is not None and self._passed.fullmatch(shown):
                passed += 1
            else:
                unread += 1
        return unread, passed


def web(fields: Fields, form: str, layout: str) -> TextLines:
    """A web server's lines in its own layout, or the usual one."""
    if form == "apache":
        pattern, names = layouts.apache(layout or layouts.APACHE)
    elif form == "common":
        pattern, names = layouts.nginx(layouts.COMMON)
    else:
        pattern, names = layouts.nginx(layout or layouts.COMBINED)
    return TextLines(fields, pattern, names, own=True)


def named(fields: Fields, pattern: str, *, passed: str = "", own: bool = True) -> TextLines:
    """Lines that fit a pattern with named groups."""
    written, names = layouts.groups(pattern)
    return TextLines(fields, written, names, passed=passed, own=own)


def pgaudit(fields: Fields, prefix: str) -> TextLines:
    """A PostgreSQL server's log: its own prefix, then an audit record or another message."""
    before, variables = layouts.postgresql(prefix or layouts.POSTGRESQL)
    written, names = layouts.groups(PGAUDIT)
    return TextLines(fields, before + written, (*variables, *names), passed=r"\s.*", own=True)
