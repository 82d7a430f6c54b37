"""nginx configurations as nginx reads them: blocks, inheritance from http to server, includes.

Source: nginx.org, ngx_http_ssl_module; CHANGES: TLSv1.3 is on by default since 1.23.4, TLSv1 and
TLSv1.1 are off by default since 1.27.3.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rempart.check import Seen, Unknown, Vantage
from rempart.collectors.text import clean
from rempart.errors import Reason, Truncated
from rempart.observations.tls import TlsVersion

VERSIONS: Final = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
DEPTH: Final = 30  # blocks in blocks
INCLUDES: Final = 200  # files followed in all
Included: TypeAlias = Callable[[str], Iterable[tuple[str, str]]]  # pattern -> (file, text)

# Files nginx ships, which set nothing of TLS.
_HARMLESS: Final = re.compile(r"mime\.types|fastcgi|(?:proxy|uwsgi|scgi)_params|koi-|win-utf")
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)|(?P<mark>[{};])"""
    r"""|(?P<word>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\$\{[^}\s]*\}|\\.|[^\s{};"'\\])"""
    r"""(?:\$\{[^}\s]*\}|\\.|[^\s{};\\])*)""",
    re.S,
)


@dataclass(slots=True)
class Directive:
    """One directive, where it stands, and what is inside when it is a block."""

    name: str
    arguments: tuple[str, ...]
    file: str
    line: int
    inside: list["Directive"] = field(default_factory=list)

    def all(self, name: str) -> list["Directive"]:
        """The directives of that name directly inside."""
        return [one for one in self.inside if one.name == name]


@dataclass(frozen=True, slots=True)
class Server:
    """A server block that answers over TLS; `protocols` is the directive that holds for it."""

    name: str
    place: Directive
    protocols: Directive | None
    open: str = ""  # why the default is not known to hold: an include, or a file without `http`


def directives(text: str, file: str) -> Directive:
    """The whole file as one block; raises Truncated where braces or quotes do not match."""
    top = Directive("", (), file, 1)
    stack, words, line = [top], list[str](), 1
    position, started = (1 if text.startswith("\ufeff") else 0), 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Truncated(f"nginx configuration, line {line}: a quote without its end")
        position = match.end()
        if word := match["word"]:
            started = started if words else line
            words.append(_unquoted(word))
        elif mark := match["mark"]:
            if mark == "{" and words and words[0].endswith("_by_lua_block"):
                position, words = _after_block(text, position, line), []
            else:
                _marked(mark, stack, words, file, started if words else line)
                words = []
        line += text.count("\n", match.start(), position)
    if len(stack) > 1 or words:
        raise Truncated(f"nginx configuration, line {line}: a block without its end")
    return top


def _marked(mark: str, stack: list[Directive], words: list[str], file: str, line: int) -> None:
    if mark == "}":
        if len(stack) == 1 or words:
            raise Truncated(f"nginx configuration, line {line}: unexpected }}")
        stack.pop()
        return
    if not words:
        if mark == ";":
            return
        raise Truncated(f"nginx configuration, line {line}: a block without a name")
    directive = Directive(words[0], tuple(words[1:]), file, line)
    stack[-1].inside.append(directive)
    if mark == "{":
        if len(stack) >= DEPTH:
            raise Truncated(f"nginx configuration, line {line}: blocks nest too deep")
        stack.append(directive)


def _after_block(text: str, position: int, line: int) -> int:
    depth = 1
    while depth:
        found = re.compile(r"[{}]").search(text, position)
        if found is None:
            raise Truncated(f"nginx configuration, line {line}: a block without its end")
        depth += 1 if found[0] == "{" else -1
        position = found.end()
    return position


def _unquoted(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" and word[-1] == word[0] and len(word) > 1 else word


def servers(text: str, file: str, included: Included | None = None) -> Iterator[Server]:
    """The TLS servers of a configuration, with what they inherit.

    A file that starts at `server` is a fragment: what stands around it is elsewhere.
    """
    top = directives(text, file)
    _follow(top, included, [INCLUDES])
    whole = [block for name in ("http", "stream", "mail") for block in top.all(name)]
    for around in whole:
        yield from _servers(around, fragment=False)
    if not whole:
        yield from _servers(top, fragment=True)


def blocks(
    text: str, file: str, included: Included | None = None
) -> Iterator[tuple[str, Directive]]:
    """The server blocks that speak HTTP, by name."""
    top = directives(text, file)
    _follow(top, included, [INCLUDES])
    around = top.all("http") or ([] if top.all("stream") or top.all("mail") else [top])
    for one in around:
        for block in one.all("server"):
            yield _name(block), block


def _follow(block: Directive, included: Included | None, left: list[int]) -> None:
    """Put the content of included files where the include stands."""
    if included is None:
        return
    inside: list[Directive] = []
    for one in block.inside:
        followed = one.name == "include" and one.arguments and left[0] > 0
        files = list(included(one.arguments[0])) if followed else []
        if not files:
            inside.append(one)
        for file, text in files:
            left[0] -= 1
            inner = directives(text, file)
            _follow(inner, included if left[0] > 0 else None, left)
            inside += inner.inside
        _follow(one, included, left)
    block.inside = inside


def _servers(around: Directive, *, fragment: bool) -> Iterator[Server]:
    inherited = next(iter(around.all("ssl_protocols")), None)
    outside = _unfollowed(around) or ("the http block is in another file" if fragment else "")
    for block in around.all("server"):
        if not _tls(block):
            continue
        own = next(iter(block.all("ssl_protocols")), None)
        protocols = own or inherited
        reason = "" if own else _unfollowed(block)
        if not protocols:
            reason = reason or outside
        yield Server(_name(block), block, protocols, reason)


def _unfollowed(block: Directive) -> str:
    for one in block.all("include"):
        name = " ".join(one.arguments)
        if not _HARMLESS.search(name):
            return f"include {clean(name, 60)} is not followed"
    return ""


def _tls(block: Directive) -> bool:
    if any(one.arguments == ("on",) for one in block.all("ssl")):
        return True
    return any("ssl" in one.arguments or "quic" in one.arguments for one in block.all("listen"))


def _name(block: Directive) -> str:
    names = [name for one in block.all("server_name") for name in one.arguments if name]
    listens = [one.arguments[0] for one in block.all("listen") if one.arguments]
    return clean(names[0] if names else listens[0] if listens else "server", 120)


def tls_versions(
    text: str,
    file: str,
    included: Included | None = None,
    *,
    version: Sequence[int] | None = None,
    vantage: Vantage = Vantage.DECLARED,
) -> Iterator[TlsVersion]:
    """Which protocol versions each TLS server of a configuration offers.

    `version` is nginx's, as numbers; without it a default that changed is not decided.
    """
    for server in servers(text, file, included):
        place = server.place if server.open else server.protocols or server.place
        for protocol in VERSIONS[1:]:
            yield TlsVersion(
                protocol,
                _offered(server, protocol, version),
                key=f"{server.name} {protocol}",
                vantage=vantage,
                source=place.file,
                line=place.line,
                end_line=place.line,
            )


def _offered(server: Server, protocol: str, version: Sequence[int] | None) -> Seen[bool]:
    if server.protocols is not None and not server.open:
        words = server.protocols.arguments
        if any("$" in word or "{" in word for word in words):
            return _unresolved(f"ssl_protocols {clean(' '.join(words), 60)}")
        return protocol.lower() in [word.lower() for word in words]
    if server.open:
        return _unresolved(f"ssl_protocols is not set here, and {server.open}")
    return _default(protocol, version)


def _default(protocol: str, version: Sequence[int] | None) -> Seen[bool]:
    if protocol in ("SSLv2", "SSLv3", "TLSv1.2"):
        return protocol == "TLSv1.2"
    changed = (1, 23, 4) if protocol == "TLSv1.3" else (1, 27, 3)
    if version is None:
        named = ".".join(map(str, changed))
        return _unresolved(f"ssl_protocols is not set; nginx changed its default in {named}")
    newer = tuple(version) >= changed
    return newer if protocol == "TLSv1.3" else not newer


def _unresolved(detail: str) -> Unknown:
    return Unknown(Reason.UNRESOLVED, detail)
