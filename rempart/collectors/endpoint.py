"""Where a portal answers: its name, and the address to connect to instead when there is one."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from rempart.errors import Unresolved
from rempart.scope.targets import split


class Portal(Protocol):
    """What collectors read of a portal of the inventory."""

    @property
    def url(self) -> str: ...
    @property
    def connect(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`name` goes into SNI, Host and the certificate's judgement; host and port are dialled.

    `key` is name and port of the URL, wherever that is dialled: stable when the address changes.
    """

    name: str
    host: str
    port: int
    key: str

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoint(portal: Portal) -> Endpoint:
    """Where the portal's HTTPS side is; raises Unresolved for a URL without a host."""
    url = urlsplit(portal.url)
    if not url.hostname:
        raise Unresolved(f"no host in {portal.url}")
    port = url.port or (80 if url.scheme == "http" else 443)
    key = f"{url.netloc.rpartition('@')[2].removesuffix(f':{port}')}:{port}"
    if not portal.connect:
        return Endpoint(url.hostname, url.hostname, port, key)
    host, given = split(portal.connect)
    return Endpoint(url.hostname, host, given or port, key)
