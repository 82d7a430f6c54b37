"""HAProxy: what its frontends accept, their TLS versions, and passwords in its configuration.

Source: HAProxy 3.0 configuration manual; `ssl-min-ver` is TLSv1.2 by default since 2.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rempart.check import Observation, Seen
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.servers.lines import TEMPLATED, Text
from rempart.collectors.repository.servers.versions import VERSIONS, at_least, offered, version
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

SECTIONS = frozenset(
    [
        "global",
        "defaults",
        "frontend",
        "backend",
        "listen",
        "peers",
        "resolvers",
        "userlist",
        "mailers",
        "cache",
        "program",
        "ring",
        "http-errors",
        "fcgi-app",
        "log-forward",
        "crt-store",
    ]
)
_LOOPBACK = re.compile(r"(?:127\.\d+\.\d+\.\d+|\[?::1\]?|localhost):|unix@|/|abns@|fd@", re.I)
_ALLOWED = re.compile(r"no-(sslv3|tlsv1[0123])|force-(sslv3|tlsv1[0123])")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section."""

    words: tuple[str, ...]
    line: int
    sure: bool

    @property
    def shown(self) -> str:
        """As people write it."""
        return clean(" ".join(self.words), 100)


@dataclass(slots=True)
class Section:
    """A section: its kind, its name, its lines."""

    kind: str
    name: str
    line: int
    rows: list[Row] = field(default_factory=list)

    def all(self, *names: str) -> list[Row]:
        """The lines that start with these words."""
        return [row for row in self.rows if row.words[: len(names)] == names]


def sections(text: Text) -> list[Section]:
    """The sections in order."""
    found: list[Section] = []
    for line in text.lines:
        words = tuple(re.split(r"\s#", line.text.strip(), maxsplit=1)[0].split())
        if not words or words[0].startswith("#"):
            continue
        if words[0] in SECTIONS:
            name = words[1] if len(words) > 1 else ""
            found.append(Section(words[0], clean(name, 100), line.number))
        elif found:
            found[-1].rows.append(Row(words, line.number, line.sure))
    return found


def haproxy(text: Text) -> Iterator[Observation]:
    """What a haproxy.cfg decides."""
    whole = sections(text)
    options = [
        row for one in whole if one.kind == "global" for row in one.all("ssl-default-bind-options")
    ]
    mode = "tcp"
    for section in whole:
        modes = section.all("mode")
        own = modes[-1].words[1] if modes and len(modes[-1].words) > 1 else mode
        if section.kind == "defaults":
            mode = own
        if section.kind in ("frontend", "listen"):
            yield from _accepted(text, section, own, options)
            yield from _statistics(text, section)
        if section.kind == "userlist":
            yield from _users(text, section)
        yield from _servers(text, section)


def _accepted(text: Text, section: Section, mode: str, options: list[Row]) -> Iterator[Observation]:
    key = f"{section.kind} {section.name}".strip()
    binds = [row for row in section.all("bind") if len(row.words) > 1]
    secure = [row for row in binds if "ssl" in row.words]
    clear = [row for row in binds if "ssl" not in row.words and not _LOOPBACK.match(row.words[1])]
    if secure:
        decided = next((row for row in secure if _says(row)), options[-1] if options else secure[0])
        yield from offered(text, _versions(decided), decided.line, key)
    if clear and mode == "http":
        led = [row for row in section.rows if "redirect" in row.words and "https" in row.shown]
        refused = section.all("http-request", "deny")
        place = (led or clear)[0]
        fact: Seen[bool] = bool(led) or any(len(row.words) == 2 for row in refused)
        if led and not led[0].sure:
            fact = unresolved(led[0].shown)
        yield Transit("web application", fact, place.shown, **text.place(place.line).stamp(key))
    elif secure and mode == "http":
        yield Transit(
            "web application", True, secure[0].shown, **text.place(secure[0].line).stamp(key)
        )


def _says(row: Row) -> bool:
    return "ssl-min-ver" in row.words or any(_ALLOWED.fullmatch(word) for word in row.words)


def _versions(row: Row) -> dict[str, Seen[bool]]:
    if not row.sure or any(TEMPLATED.search(word) for word in row.words):
        return dict.fromkeys(VERSIONS, unresolved(row.shown))
    least = row.words.index("ssl-min-ver") + 1 if "ssl-min-ver" in row.words else 0
    if least and least < len(row.words):
        return at_least(row.words[least], row.shown)
    refused = [word[3:] for word in row.words if word.startswith("no-")]
    forced = [word[6:] for word in row.words if word.startswith("force-")]
    if forced:
        return {name: name == _named(forced[0]) for name in VERSIONS}
    found = at_least("TLSv1.2", row.shown)
    return {name: fact is True and name not in map(_named, refused) for name, fact in found.items()}


def _named(word: str) -> str | None:
    """`tlsv12` as TLSv1.2."""
    return version(word if word == "sslv3" else f"{word[:5]}.{word[5:]}")


def _statistics(text: Text, section: Section) -> Iterator[Observation]:
    found = section.all("stats")
    enabled = [row for row in found if row.words[1:2] in (("enable",), ("uri",), ("auth",))]
    if not enabled:
        return
    key = f"{section.kind} {section.name} stats"
    asked = section.all("stats", "auth") + section.all("stats", "http-request")
    place = (asked or enabled)[0]
    binds = section.all("bind")
    here = bool(binds) and all(
        len(row.words) > 1 and _LOOPBACK.match(row.words[1]) for row in binds
    )
    shown = "stats without auth" if not asked else " ".join(place.words[:2])
    yield SignIn("anonymous", bool(asked) or here, shown, **text.place(place.line).stamp(key))
    for row in section.all("stats", "auth"):
        value = row.words[2].partition(":")[2] if len(row.words) > 2 else ""
        literal = written(value)
        if literal is not None:
            yield secret("password", key, literal, text.place(row.line), value, "stats auth")


def _users(text: Text, section: Section) -> Iterator[Observation]:
    for row in section.all("user"):
        if "insecure-password" in row.words[:-1]:
            value = row.words[row.words.index("insecure-password") + 1]
            literal = written(value)
            if literal is not None:
                key = f"userlist {section.name} {clean(row.words[1], 60)}"
                yield secret(
                    "password", key, literal, text.place(row.line), value, "insecure-password"
                )


def _servers(text: Text, section: Section) -> Iterator[PeerVerification]:
    for row in section.all("server"):
        if "ssl" in row.words and "verify" in row.words[:-1]:
            word = row.words[row.words.index("verify") + 1]
            key = f"{section.kind} {section.name} {clean(row.words[1], 60)}"
            yield PeerVerification(
                "certificate",
                word != "none",
                f"verify {clean(word, 40)}",
                **text.place(row.line).stamp(key),
            )
