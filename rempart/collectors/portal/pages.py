"""Answers over HTTPS turned into what was seen: the page, its HSTS header, its cookies."""

import re
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from rempart.collectors.portal.cookies import cookies
from rempart.collectors.portal.markup import Markup, markup
from rempart.collectors.text import clean
from rempart.observations.http import Cookie, Hsts, Page

KEPT = frozenset(
    {
        *("content-security-policy", "content-security-policy-report-only", "x-frame-options"),
        *("x-content-type-options", "referrer-policy", "permissions-policy", "cache-control"),
        *("cross-origin-opener-policy", "cross-origin-embedder-policy", "content-type"),
        *("cross-origin-resource-policy", "access-control-allow-origin", "www-authenticate"),
        *("server", "x-powered-by", "x-aspnet-version", "via", "strict-transport-security"),
    }
)
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})  # no answer to the question asked
_LONG = 8000  # a policy cut short would read as another policy
_MOST = 60
_LONGEST = 10**12  # seconds; more is no other promise
_TOKEN = re.compile(r"[a-z-]{1,40}")


class Answer(Protocol):
    """What is read of an answer; `rempart.transport.http.Answer` is one."""

    @property
    def url(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def leaves(self) -> str: ...


def values(answer: Answer, name: str) -> list[str]:
    """The values of a header, as many as there were."""
    return [value for key, value in answer.headers if key.lower() == name]


def path(url: str) -> str:
    """The path and query of a URL, fit to keep."""
    parts = urlsplit(url)
    return clean((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def text(answer: Answer) -> str:
    """The body as text; what does not decode is replaced."""
    found = re.search(r"charset=\"?([\w-]{1,20})", " ".join(values(answer, "content-type")))
    try:
        return answer.body.decode(found[1] if found else "utf-8", "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")


def page(answer: Answer) -> Page:
    """The page an answer is."""
    read = markup(text(answer))
    headers = [(key.lower(), clean(value, _LONG)) for key, value in answer.headers]
    url = clean(answer.url)
    return Page(
        url=url,
        status=answer.status,
        kind=_kind(answer.status, read),
        headers=tuple(pair for pair in headers if pair[0] in KEPT)[:_MOST],
        meta_policy=None if read.policy is None else clean(read.policy, _LONG),
        location=clean(next(iter(values(answer, "location")), "")),
        key=path(answer.url),
        source=url,
    )


def hsts(answer: Answer) -> Hsts:
    """Strict-Transport-Security as a browser takes it (RFC 6797, 6.1 and 8.1)."""
    header = next(iter(values(answer, "strict-transport-security")), None)
    directives = _directives(header or "")
    age = (directives or {}).get("max-age", "")
    known = directives is not None and re.fullmatch(r"[0-9]{1,99}", age) is not None
    url = clean(answer.url)
    return Hsts(
        url=url,
        status=answer.status,
        max_age=min(int(age), _LONGEST) if known else None,
        include_subdomains=known and "includesubdomains" in (directives or {}),
        preload=known and "preload" in (directives or {}),
        header=None if header is None else clean(header),
        key=path(answer.url),
        source=url,
    )


def set_cookies(answer: Answer, now: datetime) -> tuple[Cookie, ...]:
    """The cookies an answer sets."""
    return tuple(cookies(values(answer, "set-cookie")[:_MOST], clean(answer.url), now))


def _kind(status: int, read: Markup) -> str:
    if status >= 500:
        return "error"
    if status >= 400:
        return "login form" if read.password_field else "refusal"
    if 300 <= status < 400:
        return "redirect"
    return "login form" if read.password_field else "page"


def _directives(header: str) -> dict[str, str] | None:
    """The directives by name; None when one is repeated or is no directive: the header is void."""
    found: dict[str, str] = {}
    for piece in header.split(";"):
        name, _, value = piece.partition("=")
        name, value = name.strip().lower(), value.strip()
        if not name:
            continue
        if name in found or not _TOKEN.fullmatch(name):
            return None
        quoted = len(value) >= 2 and value[0] == value[-1] == '"'
        found[name] = value[1:-1] if quoted else value
    return found
