"""What a directory shows and accepts before anybody has signed in.

An anonymous client asks for one entry without attributes, as any address book does. Whether a
password is taken without TLS is told by the answer to a name and a word that exist nowhere: a
server that wants TLS says so (results 8, 13), one that looks the name up does not (49).
"""

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rempart.check import Seen, Unknown
from rempart.collectors.directory.entries import folded
from rempart.errors import CollectError, Reason, Unreachable
from rempart.inventory.addresses import DEFAULT_PORTS

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.ldap import Ldap

WANTS_TLS: Final = frozenset({8, 13})
LOOKED_UP: Final = frozenset({0, 32, 34, 48, 49, 53})


def shows_entries(line: "Ldap", base: str) -> Seen[bool]:
    """Whether entries below the base are shown without a name."""
    try:
        if line.bind_code("", "") != 0:
            return False
        for dn, _ in line.entries(base, "(objectClass=*)", ("1.1",)):
            if folded(dn) != folded(base):
                return True
    except CollectError as error:
        if error.reason in (Reason.REFUSED, Reason.PRIVILEGE):
            return False
        if error.reason is Reason.LIMIT:
            return True
        return Unknown(error.reason, str(error))
    return False


def takes_clear_password(access: "Access", url: str, base: str) -> Seen[bool]:
    """Whether the server's plain side takes a password; asked with one that exists nowhere."""
    from rempart.transport.ldap import opened

    if not access.allows("active"):
        return Unknown(Reason.NOT_AUTHORISED, "the mandate allows no active probes")
    parts = urlsplit(url)
    plain = (parts.port if parts.scheme == "ldap" else None) or DEFAULT_PORTS["ldap"]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    try:
        with opened(access, f"ldap://{host}:{plain}") as line:
            name = f"cn=rempart-{secrets.token_hex(4)},{base}"
            code = line.bind_code(name, secrets.token_hex(12))
    except CollectError as error:
        shut = isinstance(error, Unreachable) and "refused" in str(error)
        return False if shut and parts.scheme == "ldaps" else Unknown(error.reason, str(error))
    if code in WANTS_TLS:
        return False
    unclear = Unknown(Reason.REFUSED, f"the server answered with result {code}")
    return True if code in LOOKED_UP else unclear
