"""Apache httpd: virtual hosts, their TLS versions, and those that answer in clear.

Source: httpd 2.4, mod_ssl (SSLProtocol is `all -SSLv3` by default), mod_alias, mod_rewrite.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.servers.lines import TEMPLATED, Text
from rempart.collectors.repository.servers.versions import VERSIONS, offered, version
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.transit import PeerVerification, Transit

_OPEN = re.compile(r"<\s*(\w+)\s*([^>]*)>")
_CLOSE = re.compile(r"<\s*/\s*(\w+)\s*>")
_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')
_REDIRECT = re.compile(r"(?:redirect\w*|rewriterule)\b.*https://", re.I)
_LOOPBACK = re.compile(r"(?:127\.\d+\.\d+\.\d+|\[?::1\]?|localhost)(?::\d+)?", re.I)
DEPTH = 30


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: its name in lower case, its words, its line, and whether it surely holds."""

    name: str
    words: tuple[str, ...]
    line: int
    sure: bool = True

    @property
    def shown(self) -> str:
        """As people write it."""
        return clean(f"{self.name} {' '.join(self.words)}", 100)


@dataclass(slots=True)
class Host:
    """A virtual host, or what stands around them."""

    addresses: tuple[str, ...]
    line: int
    directives: list[Directive] = field(default_factory=list)

    def last(self, name: str) -> Directive | None:
        """The directive of that name that holds."""
        return next((one for one in reversed(self.directives) if one.name == name), None)

    @property
    def name(self) -> str:
        """ServerName, else the address it answers on."""
        named = self.last("servername")
        first = named.words[0] if named and named.words else " ".join(self.addresses)
        return clean(first, 120) or "server"


def hosts(text: Text) -> tuple[Host, list[Host]]:
    """What stands around virtual hosts, and the virtual hosts."""
    around, found, stack = Host((), 1), list[Host](), list[str]()
    current, held, started = around, "", 0
    for line in text.lines:
        started = started or line.number
        held += line.text.strip().removesuffix("\\") + " "
        if line.text.rstrip().endswith("\\"):
            continue
        bare, number, held, started = held.strip(), started, "", 0
        if not bare or bare.startswith("#"):
            continue
        if match := _CLOSE.match(bare):
            if stack and stack.pop() == "virtualhost":
                current = around
        elif match := _OPEN.match(bare):
            if len(stack) < DEPTH:
                stack.append(match[1].lower())
            if match[1].lower() == "virtualhost":
                current = Host(tuple(match[2].split()), number)
                found.append(current)
        else:
            words = tuple(one or two for one, two in _WORD.findall(bare))
            conditional = any(name in ("if", "ifdefine", "ifversion") for name in stack)
            sure = line.sure and not conditional
            current.directives.append(Directive(words[0].lower(), words[1:], number, sure))
    return around, found


def apache(text: Text) -> Iterator[Observation]:
    """What an Apache configuration decides."""
    around, found = hosts(text)
    for host in found:
        engine = host.last("sslengine") or around.last("sslengine")
        on = _engine(engine)
        if on is not False:
            yield from _versions(text, around, host)
        if on is not True and not all(_LOOPBACK.fullmatch(one) for one in host.addresses):
            yield _clear(text, host, on, engine)
        yield from _proxy(text, host)
    if not found:
        protocol = around.last("sslprotocol")
        if protocol is not None:
            yield from offered(text, protocols(protocol), protocol.line)
        yield from _proxy(text, around)


def _engine(engine: Directive | None) -> Seen[bool]:
    if engine is None or not engine.words:
        return False
    word = engine.words[0].lower()
    if not engine.sure or word not in ("on", "off", "optional"):
        return unresolved(engine.shown)
    return word == "on"


def _versions(text: Text, around: Host, host: Host) -> Iterator[Observation]:
    protocol = host.last("sslprotocol") or around.last("sslprotocol")
    if protocol is not None:
        yield from offered(text, protocols(protocol), protocol.line, host.name)
        return
    unknown = unresolved("SSLProtocol is not set here; another file may set it for all hosts")
    yield from offered(text, dict.fromkeys(VERSIONS, unknown), host.line, host.name)


def protocols(protocol: Directive) -> dict[str, Seen[bool]]:
    """Which versions a SSLProtocol line leaves."""
    if not protocol.sure or any(TEMPLATED.search(word) for word in protocol.words):
        return dict.fromkeys(VERSIONS, unresolved(protocol.shown))
    found: dict[str, Seen[bool]] = dict.fromkeys(VERSIONS, False)
    for place, word in enumerate(protocol.words):
        sign, name = (word[0], word[1:]) if word[:1] in "+-" else ("", word)
        if not sign and place == 0:
            found = dict.fromkeys(VERSIONS, False)
        named = VERSIONS if name.lower() == "all" else (version(name),)
        for one in named:
            if one in found:
                whole = name.lower() == "all" and one == "SSLv3" and sign != "-"
                found[one] = (
                    unresolved("SSLProtocol all: whether OpenSSL still has SSLv3 decides")
                    if whole
                    else sign != "-"
                )
    return found


def _clear(text: Text, host: Host, on: Seen[bool], engine: Directive | None) -> Transit:
    led = next(
        (one for one in host.directives if _REDIRECT.match(f"{one.name} {' '.join(one.words)}")),
        None,
    )
    refused = any(
        one.name == "require" and one.words == ("all", "denied") for one in host.directives
    )
    fact: Seen[bool] = led is not None or refused
    if led is not None and not led.sure:
        fact = unresolved(led.shown)
    elif isinstance(on, Unknown) and fact is False:
        fact = on
    place = led or engine
    words = led.shown if led else f"<VirtualHost {' '.join(host.addresses)}> without TLS"
    stamp = text.place(place.line if place else host.line).stamp(host.name)
    return Transit("web application", fact, clean(words, 100), **stamp)


def _proxy(text: Text, host: Host) -> Iterator[PeerVerification]:
    verify = host.last("sslproxyverify")
    if verify is not None and verify.words:
        word = verify.words[0].lower()
        fact: Seen[bool] = unresolved(verify.shown) if TEMPLATED.search(word) else word == "require"
        stamp = text.place(verify.line).stamp(f"{host.name} SSLProxyVerify")
        yield PeerVerification("certificate", fact, verify.shown, **stamp)
