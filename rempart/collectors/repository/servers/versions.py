"""Protocol versions of TLS that a server's configuration names, whatever it calls them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rempart.check import Seen, Unknown
from rempart.collectors.repository.servers.lines import Setting, Text
from rempart.collectors.repository.terraform.values import unresolved
from rempart.observations.tls import TlsVersion

VERSIONS: Final = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_NAME = re.compile(r"(?P<kind>SSL|TLS)[-_ ]?v?(?P<major>\d)(?:[._](?P<minor>\d))?", re.I)


def version(name: str) -> str | None:
    """The version as this project writes it (TLSv1.2), from `TLS1_2`, `tlsv1.2`, `TLSv1.0`."""
    match = _NAME.fullmatch(name.strip().strip("\"'"))
    if match is None:
        return None
    minor = match["minor"] if match["minor"] not in (None, "0") else ""
    found = f"{match['kind'].upper()}v{match['major']}{'.' if minor else ''}{minor}"
    return found if found in VERSIONS else None


def offered(
    text: Text, facts: Mapping[str, Seen[bool]], line: int, key: str = ""
) -> Iterator[TlsVersion]:
    """One observation a version, whose key starts with the server's name or file."""
    for name, fact in facts.items():
        yield TlsVersion(name, fact, **text.place(line).stamp(f"{key or text.path} {name}"))


def from_least(
    text: Text, value: Seen[str] | None, setting: Setting, key: str = ""
) -> Iterator[TlsVersion]:
    """The versions from the least one on; nothing is known where the word is not."""
    yield from offered(text, at_least(value, setting.shown), setting.line, key)


def at_least(value: Seen[str] | None, words: str) -> dict[str, Seen[bool]]:
    """Which versions a least version leaves."""
    least = version(value) if isinstance(value, str) else None
    if least is None:
        unknown = value if isinstance(value, Unknown) else unresolved(words)
        return dict.fromkeys(VERSIONS, unknown)
    start = VERSIONS.index(least)
    return {name: place >= start for place, name in enumerate(VERSIONS)}


def listed(words: Iterable[str]) -> dict[str, Seen[bool]]:
    """Which versions a list of them leaves; words that are no version count for nothing."""
    named = {version(word) for word in words}
    return {name: name in named for name in VERSIONS}


def without(words: Iterable[str], among: Iterable[str] = VERSIONS) -> dict[str, Seen[bool]]:
    """Which versions a list of refused ones leaves."""
    named = {version(word) for word in words}
    return {name: name not in named for name in among}
