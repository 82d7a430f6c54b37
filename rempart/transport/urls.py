"""URLs as they may be opened, and as they may be printed."""

import contextlib
from urllib.parse import urljoin, urlsplit

from rempart.errors import Refused

SCHEMES = frozenset({"http", "https"})


class NoUrl(Refused):
    """A URL no browser would open."""


def web(base: str, url: str) -> str:
    """The URL, absolute, if it is one of the web with a port that exists; raises NoUrl."""
    with contextlib.suppress(ValueError):
        whole = urljoin(base, url)
        parts = urlsplit(whole)
        if parts.scheme in SCHEMES and parts.hostname and parts.port != 0:
            return whole
    raise NoUrl(f"{shown(url)} is no address a browser would open")


def shown(url: str) -> str:
    """A URL as it may be printed: without user, query and fragment, which may hold secrets."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an unreadable URL"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{parts.path}"
