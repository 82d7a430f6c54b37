"""What is said before TLS begins: SMTP (RFC 3207), IMAP (2595), LDAP (4511, 4.14), PostgreSQL.

Each raises Refused where the server offers no TLS: then nothing is encrypted there at all.
"""

import re
from typing import TYPE_CHECKING, Final

from rempart.collectors.text import clean
from rempart.errors import Refused, Truncated, Unreachable

if TYPE_CHECKING:
    from rempart.transport.raw import Before, Talk

CAP: Final = 8192
_SMTP_LAST: Final = re.compile(rb"(?m)^\d{3} .*\n")
_SMTP_NONE: Final = re.compile(rb"(?m)^(?!\d{3}[- ]).*\n")
_PLAIN: Final = "offers no TLS"
# An extended request for StartTLS, message 1, and what a positive answer ends in.
_LDAP: Final = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_POSTGRESQL: Final = bytes.fromhex("0000000804d2162f")


def smtp(line: "Talk") -> None:
    """220, EHLO, STARTTLS, 220."""
    _smtp_answer(line, b"220")
    line.send(b"EHLO audit.invalid\r\n")
    if b"STARTTLS" not in _smtp_answer(line, b"250").upper():
        raise Refused(f"{line.where}: {_PLAIN}")
    line.send(b"STARTTLS\r\n")
    _smtp_answer(line, b"220")


def _smtp_answer(line: "Talk", wanted: bytes) -> bytes:
    said = line.read(lambda raw: bool(_SMTP_LAST.search(raw) or _SMTP_NONE.search(raw)), CAP)
    last = _SMTP_LAST.search(said)
    if last is None:
        raise _unread(line, said)
    if not last[0].startswith(wanted):
        raise Refused(f"{line.where}: {clean(last[0].decode('latin-1').strip())[:120]}")
    return said


def imap(line: "Talk") -> None:
    """The greeting, then STARTTLS."""
    said = line.read(lambda raw: b"\n" in raw, CAP)
    if not said.startswith(b"* "):
        raise _unread(line, said)
    line.send(b"a STARTTLS\r\n")
    said = line.read(lambda raw: re.search(rb"(?m)^a .*\n", raw) is not None, CAP)
    if not re.search(rb"(?mi)^a OK", said):
        raise Refused(f"{line.where}: {_PLAIN}") if said else _unread(line, said)


def ldap(line: "Talk") -> None:
    """The extended operation; its result code is the first enumerated value of the answer."""
    line.send(_LDAP)
    said = line.read(lambda raw: len(raw) >= 2 and len(raw) >= 2 + raw[1], CAP)
    code = re.search(rb"\x0a\x01(.)", said, re.DOTALL)
    if not said.startswith(b"0") or code is None:
        raise _unread(line, said)
    if code[1] != b"\x00":
        raise Refused(f"{line.where}: {_PLAIN} (result {code[1][0]})")


def postgresql(line: "Talk") -> None:
    """SSLRequest, answered with S or N."""
    line.send(_POSTGRESQL)
    said = line.read(bool, 1)
    if said != b"S":
        raise Refused(f"{line.where}: {_PLAIN}") if said == b"N" else _unread(line, said)


def _unread(line: "Talk", said: bytes) -> Refused | Truncated | Unreachable:
    if not said:
        return Unreachable(f"{line.where}: closed or silent before TLS")
    return Truncated(f"{line.where}: speaks another protocol than the inventory says")


# By the inventory's word for the service; ports on which TLS begins at once need none.
BEFORE: Final[dict[str, "Before"]] = {
    "smtp": smtp,
    "imap": imap,
    "ldap": ldap,
    "postgresql": postgresql,
}
AT_ONCE: Final = {"smtp": 465, "imap": 993, "ldap": 636}
