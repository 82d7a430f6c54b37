"""Cookies as browsers keep them: by domain, path and name; what they refuse is not kept."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

_NAME: Final = re.compile(r"[^\x00-\x20;=,\x7f]{1,256}")
_SECURE: Final = ("__Secure-", "__Host-")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie; `host` begins with a dot where it holds for subdomains too."""

    host: str
    path: str
    name: str
    value: str
    secure: bool
    seconds: int | None


@dataclass(slots=True)
class Jar:
    """The cookies of one browser."""

    kept: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)

    def keep(self, url: str, header: str) -> None:
        """What one Set-Cookie header of an answer to `url` does."""
        cookie = _read(url, header)
        if cookie is None:
            return
        key = cookie.host, cookie.path, cookie.name
        if cookie.seconds is not None and cookie.seconds <= 0:
            self.kept.pop(key, None)
        else:
            self.kept[key] = cookie

    def put(self, url: str, name: str, value: str) -> None:
        """Keep what a person handed over."""
        host = _host(url)
        self.kept[host, "/", name] = Cookie(host, "/", name, value, False, None)

    def sent(self, url: str) -> dict[str, str]:
        """The cookies that go along to an address; of two of a name, that of the longer path."""
        return {one.name: one.value for one in self._for(url)}

    def lasting(self, url: str) -> dict[str, int | None]:
        """Seconds of life by cookie, for those that go along to an address."""
        return {one.name: one.seconds for one in self._for(url)}

    def copy(self) -> "Jar":
        """The same cookies, kept apart from now on."""
        return Jar(dict(self.kept))

    def _for(self, url: str) -> Iterator[Cookie]:
        parts, host = urlsplit(url), _host(url)
        for one in sorted(self.kept.values(), key=lambda cookie: len(cookie.path)):
            if (
                _within(host, one.host)
                and _below(parts.path or "/", one.path)
                and (parts.scheme == "https" or not one.secure)
            ):
                yield one


def _read(url: str, header: str) -> Cookie | None:
    pair, *rest = header.split(";")
    name, equals, value = pair.strip().partition("=")
    if not equals or not _NAME.fullmatch(name.strip()):
        return None
    name, said = name.strip(), {}
    for one in rest:
        key, _, held = one.strip().partition("=")
        said[key.strip().lower()] = held.strip()
    host, path, domain = _host(url), said.get("path", ""), said.get("domain", "").lstrip(".")
    if domain and not _within(host, f".{domain.lower()}"):
        return None
    secure = "secure" in said
    if name.startswith(_SECURE) and not (secure and urlsplit(url).scheme == "https"):
        return None
    if name.startswith("__Host-") and (domain or path != "/"):
        return None
    if not path.startswith("/"):
        path = (urlsplit(url).path or "/").rpartition("/")[0] or "/"
    return Cookie(f".{domain.lower()}" if domain else host, path, name, value.strip(), secure,
                  _seconds(said))  # fmt: skip


def _seconds(said: dict[str, str]) -> int | None:
    """How long it lives; None until the browser is closed."""
    age = said.get("max-age", "")
    if re.fullmatch(r"-?[0-9]{1,12}", age):
        return int(age)
    try:
        return int(parsedate_to_datetime(said["expires"]).timestamp() - time.time())
    except (KeyError, ValueError, OverflowError, TypeError):
        return None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _within(host: str, of: str) -> bool:
    return host == of or (of.startswith(".") and (host == of[1:] or host.endswith(of)))


def _below(path: str, of: str) -> bool:
    return path == of or path.startswith(of if of.endswith("/") else f"{of}/")
