"""URLs as they may be opened, and as they may be printed."""

import contextlib
from urllib.parse import urljoin, urlsplit

from rempart.errors import Refused

SCHEMES = frozenset({"http", "https"})


class NoUrl(Refused):
    """A URL no browser would open."""


def web(base: str, url: str) -> str:
    """The URL, absolute and without its user, if it is one of the web; raises NoUrl."""
    with contextlib.suppress(ValueError):
        whole = urljoin(base, url)
        parts = urlsplit(whole)
        clear = parts.scheme in SCHEMES and parts.hostname and "\\" not in parts.netloc
        if clear and parts.port != 0:  # browsers and RFC 3986 read a backslash differently
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
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
