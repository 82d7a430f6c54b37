"""Host keys a person vouched for: the known_hosts format of sshd(8)."""

import base64
import binascii
import functools
import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rempart.errors import Refused

_reading = threading.Lock()


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """The keys of one host, as (type, base64); `revoked` ones are never accepted."""

    trusted: frozenset[tuple[str, str]]
    revoked: frozenset[tuple[str, str]]

    @property
    def types(self) -> frozenset[str]:
        """The key types known."""
        return frozenset(kind for kind, _ in self.trusted)


@dataclass(frozen=True, slots=True)
class _Line:
    hosts: str
    key: tuple[str, str]
    revoked: bool


@dataclass(frozen=True, slots=True)
class _File:
    """A known_hosts file: lines by plain host name, and those that need a comparison."""

    named: dict[str, tuple[_Line, ...]]
    others: tuple[_Line, ...]


def known_keys(path: Path, host: str, port: int) -> KnownKeys:
    """The keys known for a host and port; raises Refused when the file cannot be read."""
    name = host if port == 22 else f"[{host}]:{port}"
    try:
        with _reading:  # many hosts share one file: the first one reads it
            file = _file(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "not a text file"
        raise Refused(f"host keys of {name}: {path.name} cannot be read ({told})") from None
    lines = [*file.named.get(name, ()), *(line for line in file.others if _means(line, name))]
    return KnownKeys(
        frozenset(line.key for line in lines if not line.revoked),
        frozenset(line.key for line in lines if line.revoked),
    )


@functools.lru_cache(maxsize=16)
def _file(path: Path, _changed: int) -> _File:
    named: dict[str, list[_Line]] = {}
    others: list[_Line] = []
    for line in _lines(path.read_text("utf-8")):
        hosts = line.hosts.split(",")
        if line.hosts.startswith("|1|") or any(set("*?!") & set(host) for host in hosts):
            others.append(line)
        else:
            for host in hosts:
                named.setdefault(host, []).append(line)
    return _File({host: tuple(lines) for host, lines in named.items()}, tuple(others))


def _lines(text: str) -> Iterator[_Line]:
    """The lines that hold a key; authorities of host certificates are not supported."""
    for written in text.splitlines():
        words = written.split()
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) < 3 or words[0].startswith("#") or marker not in ("", "@revoked"):
            continue
        yield _Line(words[0], (words[1], words[2]), marker == "@revoked")


def _means(line: _Line, name: str) -> bool:
    if line.hosts.startswith("|1|"):
        return _hashed(line.hosts, name)
    patterns = line.hosts.split(",")
    if any(_fits(pattern[1:], name) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(_fits(pattern, name) for pattern in patterns)


def _hashed(hosts: str, name: str) -> bool:
    """`|1|salt|hash`: the SHA-1 HMAC of the name."""
    _, _, salt, found = [*hosts.split("|"), "", ""][:4]
    try:
        key, expected = base64.b64decode(salt), base64.b64decode(found)
    except binascii.Error:
        return False
    return hmac.compare_digest(hmac.new(key, name.encode(), hashlib.sha1).digest(), expected)


def _fits(pattern: str, name: str) -> bool:
    """Whether a pattern, in which only `*` and `?` are special, fits the whole name."""
    wild = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wild.get(c, re.escape(c)) for c in pattern), name) is not None
