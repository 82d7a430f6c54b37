"""Addresses as an inventory writes them, taken apart; nothing is resolved here."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from rempart.errors import ContentError
from rempart.scope.targets import split, target

_USER = re.compile(r"[A-Za-z0-9_.$-]{1,64}")
DEFAULT_PORTS = {
    "https": 443,
    "http": 80,
    "postgresql": 5432,
    "mysql": 3306,
    "ldaps": 636,
    "ldap": 389,
}
LITERAL = "expected the secret as a reference of its own (password: env:...), found it in the URL"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection goes, before any name is resolved."""

    host: str
    port: int
    user: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def endpoint(text: str, port: int | None = None) -> Place:
    """Host and port of `host:port`; the port may be left out where one is given here."""
    found = _host(text, text)
    if found[1] is None and port is None:
        raise ValueError(f'expected an address with a port, found "{text}"')
    return Place(found[0], found[1] or port or 0)


def ssh(text: str) -> Place:
    """User, host and port of `user@host:port`; the port is 22 where it is left out."""
    user, at, rest = text.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise ValueError("expected user@host:port without a password, found something else")
    host, port = _host(rest, text)
    return Place(host, port or 22, user)


def url(text: str, *schemes: str) -> Place:
    """Host and port of a URL of one of these schemes, without a password in it."""
    expected = f"expected a URL with {', '.join(f'{scheme}://' for scheme in schemes)}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{expected}, found an unreadable one") from None
    if parts.password is not None:
        raise ValueError(LITERAL)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f'{expected} and a host, found "{text}"')
    _host(parts.hostname, text)
    return Place(parts.hostname, port or DEFAULT_PORTS[parts.scheme], _user(parts))


def _user(parts: SplitResult) -> str:
    return parts.username or ""


def _host(text: str, whole: str) -> tuple[str, int | None]:
    """Host and port, the host an address or a name and no network and no pattern."""
    try:
        found = target(text)
        host, port = split(text)
    except ContentError as error:
        raise ValueError(error.message) from None
    wide = found.network is not None and found.network.num_addresses > 1
    if wide or "/" in host or "*" in host:
        raise ValueError(f'expected one address or name, found "{whole}"')
    return host, port
