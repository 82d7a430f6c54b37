"""What a Content-Security-Policy lets through (CSP Level 3, and what is known of its use).

The questions are those that Google's CSP Evaluator publishes; the judgement here is our own. A
browser enforces every policy it was sent, so what one of them stops is stopped.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

KNOWN: Final = frozenset(
    {
        *("child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "frame-src"),
        *("img-src", "manifest-src", "media-src", "object-src", "prefetch-src", "script-src"),
        *("script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr"),
        *("worker-src", "base-uri", "sandbox", "form-action", "frame-ancestors", "navigate-to"),
        *("report-to", "report-uri", "require-sri-for", "require-trusted-types-for"),
        *("trusted-types", "upgrade-insecure-requests", "webrtc", "block-all-mixed-content"),
        *("plugin-types", "referrer", "reflected-xss"),
    }
)
DEPRECATED: Final = frozenset(
    {
        *("block-all-mixed-content", "plugin-types", "prefetch-src", "referrer", "reflected-xss"),
        *("require-sri-for", "navigate-to"),
    }
)
KEYWORDS: Final = frozenset(
    {
        *("'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'"),
        *("'unsafe-hashes'", "'report-sample'", "'wasm-unsafe-eval'", "'inline-speculation-rules'"),
        *("'script'", "'unsafe-allow-redirects'", "'trusted-types-eval'", "'report-sha256'"),
    }
)
# Anybody may publish a script there, or old libraries lie there that run what a page tells them.
OPEN_HOSTS: Final = (
    *("cdn.jsdelivr.net", "unpkg.com", "cdnjs.cloudflare.com", "ajax.googleapis.com"),
    *("code.angularjs.org", "raw.githack.com", "cdn.rawgit.com", "gstatic.com", "esm.sh"),
    *("storage.googleapis.com", "s3.amazonaws.com", "cloudfront.net", "blob.core.windows.net"),
    *("azureedge.net", "github.io", "gitlab.io", "pages.dev", "web.app", "firebaseapp.com"),
    *("herokuapp.com", "netlify.app", "vercel.app", "workers.dev", "r2.dev", "yastatic.net"),
    *("polyfill.io", "googleapis.com", "google.com", "youtube.com", "doubleclick.net"),
)
_KEY: Final = re.compile(r"'(?:nonce-[A-Za-z0-9+/_=-]+|sha(?:256|384|512)-[A-Za-z0-9+/_=-]+)'")
_ADDRESS: Final = re.compile(
    r"(?:\w+://)?(?:\d{1,3}\.){3}\d{1,3}(?::[\d*]+)?(?:/.*)?|.*\[[0-9a-f:]+\].*"
)
_SHORTEST_NONCE: Final = 16  # characters in base64, of 12 bytes; the specification asks for 16

Policy = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, order=True)
class Flaw:
    """A way round a policy: 0 opens it to any script, 1 weakens it, 2 is a mistake in writing."""

    weight: int
    directive: str
    words: str

    def __str__(self) -> str:
        return f"{self.directive}: {self.words}"


def parsed(policy: str) -> Policy:
    """The directives of a policy; the first of a name counts (CSP 3, 2.2.1)."""
    found: dict[str, tuple[str, ...]] = {}
    for part in policy.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), tuple(words[1:]))
    return found


def flaws(policies: Iterable[str]) -> tuple[Flaw, ...]:
    """The ways round these policies together, worst first."""
    found = [frozenset(_flaws(parsed(policy))) for policy in policies]
    every = {flaw for one in found for flaw in one}
    return tuple(sorted(f for f in every if f.weight == 2 or all(_lets(one, f) for one in found)))


def _lets(policy: Iterable[Flaw], flaw: Flaw) -> bool:
    """Whether a policy leaves that way open, too."""
    same = (one.words for one in policy if one.directive == flaw.directive)
    return any(words == flaw.words or words.startswith("missing") for words in same)


def _flaws(policy: Policy) -> Iterable[Flaw]:
    yield from _script_flaws(policy)
    yield from _object_flaws(policy)
    if "base-uri" not in policy and _keyed(_sources(policy, "script-src")):
        yield Flaw(1, "base-uri", "missing, relative scripts can be led elsewhere")
    if "form-action" not in policy:
        yield Flaw(1, "form-action", "missing, an injected form sends passwords anywhere")
    elif _opens(policy["form-action"]):
        yield Flaw(1, "form-action", "any address")
    yield from _spelling(policy)


def _script_flaws(policy: Policy) -> Iterable[Flaw]:
    sources = _sources(policy, "script-src")
    if sources is None:
        yield Flaw(0, "script-src", "missing, like default-src: any script runs")
        return
    keyed, dynamic = _keyed(sources), "'strict-dynamic'" in sources
    if "'unsafe-inline'" in sources and not keyed and not dynamic:
        yield Flaw(0, "script-src", "'unsafe-inline'")
    if not dynamic:
        yield from (Flaw(0, "script-src", source) for source in _opens(sources))
        yield from _open_hosts(sources)
        for one in sources:
            if _ADDRESS.fullmatch(one):
                yield Flaw(2, "script-src", f"{one}, an address")
            if one.startswith("http://"):
                yield Flaw(1, "script-src", f"{one}, in clear")
    if dynamic and not keyed:
        yield Flaw(2, "script-src", "'strict-dynamic' without a nonce or hash: no script runs")
    if "'unsafe-eval'" in sources:
        yield Flaw(1, "script-src", "'unsafe-eval'")
    for source in sources:
        nonce = source.removeprefix("'nonce-").removesuffix("'")
        if source.startswith("'nonce-") and len(nonce) < _SHORTEST_NONCE:
            yield Flaw(1, "script-src", "a nonce that is short enough to guess")


def _open_hosts(sources: Iterable[str]) -> Iterable[Flaw]:
    for source in sources:
        host, slash, path = re.sub(r"^\w+://", "", source).partition("/")
        host = host.partition(":")[0].removeprefix("*.")
        exact = slash and path and not path.endswith("/")  # one file, not a folder
        for open_host in OPEN_HOSTS:
            if not exact and (host == open_host or host.endswith(f".{open_host}")):
                yield Flaw(1, "script-src", f"{source}, where others publish scripts")
                break


def _object_flaws(policy: Policy) -> Iterable[Flaw]:
    sources = _sources(policy, "object-src")
    if sources is None:
        yield Flaw(1, "object-src", "missing, like default-src")
    elif _opens(sources):
        yield Flaw(1, "object-src", "any address")


def _spelling(policy: Policy) -> Iterable[Flaw]:
    for name, sources in policy.items():
        if name not in KNOWN:
            yield Flaw(2, name[:40], "no directive, browsers ignore it")
        elif name in DEPRECATED:
            yield Flaw(2, name, "withdrawn, browsers ignore it")
        for source in sources:
            bare = f"'{source}'".lower()
            if bare in KEYWORDS or _KEY.fullmatch(f"'{source}'"):
                yield Flaw(2, name, f"{source[:40]} without its quotes is read as a host")
            elif source in KNOWN:
                yield Flaw(2, name, f"no semicolon before {source}")
            elif _is_no_keyword(source) and name.endswith(("-src", "-elem", "-attr")):
                yield Flaw(2, name, f"{source[:40]} is no keyword")


def _is_no_keyword(source: str) -> bool:
    quoted = source.startswith("'") and source.lower() not in KEYWORDS
    return quoted and not _KEY.fullmatch(source)


def _sources(policy: Policy, name: str) -> tuple[str, ...] | None:
    found = policy.get(name, policy.get("default-src"))
    if found is None:
        return None
    # The case of nonces and hashes counts; everything else is compared in small letters.
    return tuple(one if _KEY.fullmatch(one) else one.lower() for one in found)


def _keyed(sources: tuple[str, ...] | None) -> bool:
    return any(_KEY.fullmatch(source) for source in sources or ())


def _opens(sources: Iterable[str]) -> list[str]:
    anywhere = ("*", "http:", "https:", "data:", "blob:", "filesystem:", "http://*", "https://*")
    return [source for source in sources if source in anywhere]
