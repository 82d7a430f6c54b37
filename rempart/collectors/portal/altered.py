"""Requests no browser sends by itself: one altered thing each, nothing written, nobody named."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from rempart.check import Reason, Unknown
from rempart.collectors.portal.content import absolute, fetches
from rempart.collectors.portal.errors_shown import error_page
from rempart.collectors.portal.markup import elements
from rempart.collectors.portal.pages import BUSY, path, text, values
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.http import CrossOrigin, ErrorPage, ExposedFile, Methods

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

MALFORMED: Final = "/rempart-%C0%80%FE?x[=%00"  # bytes that are no UTF-8; reaches no resource
ELSEWHERE: Final = "origin.example"
_ASKED: Final = b'{"query":"{__schema{queryType{name}}}"}'
_GRAPHQL: Final = ("graphql", "api/graphql")
_FOLDERS: Final = 4
_GUESSED: Final = ("/uploads/", "/backup/")
_LISTING: Final = re.compile(
    rb"<title>(?:Index of /|Directory listing for /|Directory Listing For |[^<]{0,100} - /)"
    rb"|<h1>Index of /|<H1>[^<]{0,100} - /[^<]{0,200}</H1><hr>|<pre><A HREF=\"/\">\[To Parent",
    re.IGNORECASE,
)


def methods(session: "Session", url: str) -> Iterator[Methods]:
    """What OPTIONS names, and whether TRACE sends the request back, told by its content."""
    named = session.get(url, method="OPTIONS")
    word = secrets.token_hex(8)
    traced: bool | Unknown
    try:
        back = session.get(url, method="TRACE", headers={"X-Rempart": word})
        traced = back.status == 200 and word.encode() in back.body
        if back.status in BUSY:
            traced = Unknown(Reason.REFUSED, f"TRACE answered {back.status}")
    except CollectError as error:  # a line cut at TRACE alone is how some servers refuse it
        traced = Unknown(error.reason, clean(str(error)))
    words = ",".join([*values(named, "allow"), *values(named, "public")])
    allowed = tuple(
        dict.fromkeys(clean(one, 20).upper() for one in words.split(",") if one.strip())
    )
    yield Methods(allowed[:30], traced, key=path(url), source=clean(url))


def cross_origins(session: "Session", urls: Iterable[str]) -> Iterator[CrossOrigin]:
    """What pages answer to a name that begins like the portal's own, and to no origin at all."""
    asked = list(dict.fromkeys(urls))
    for url in asked:
        yield _cross(session, url, f"https://{urlsplit(url).hostname}.{ELSEWHERE}")
    yield _cross(session, asked[-1], "null")


def _cross(session: "Session", url: str, origin: str) -> CrossOrigin:
    key, source = f"{path(url)} {origin}", clean(url)
    try:
        answer = session.get(url, headers={"Origin": origin})
    except CollectError as error:
        unseen = Unknown(error.reason, clean(str(error)))
        return CrossOrigin(origin, unseen, key=key, source=source)
    if answer.status in BUSY:
        unseen = Unknown(Reason.REFUSED, f"answered {answer.status}")
        return CrossOrigin(origin, unseen, key=key, source=source)
    allowed = clean(", ".join(values(answer, "access-control-allow-origin")))
    with_cookies = values(answer, "access-control-allow-credentials")
    kept = any(value.strip() == "true" for value in with_cookies)
    return CrossOrigin(origin, allowed, kept, key=key, source=source)


def malformed(session: "Session", base: str, seen: list["Answer"]) -> Iterator[ErrorPage]:
    """The answer to an address whose bytes are no text."""
    answer = session.get(urljoin(base, MALFORMED))
    seen.append(answer)
    yield error_page(answer, "malformed")


def listings(
    session: "Session", base: str, pages: Iterable["Answer"], absent: "Answer"
) -> Iterator[ExposedFile]:
    """Folders the pages fetch their own parts from, and two that hold what was sent in.

    `absent` answered to a path that cannot exist.
    """
    own = urlsplit(base).hostname
    folders: list[str] = []
    for page in pages:
        for one in elements(text(page)):
            target = absolute(page.url, fetches(one)) if fetches(one) else ""
            parsed = urlsplit(target)
            folder = parsed.path.rpartition("/")[0] + "/"
            if parsed.hostname == own and folder != "/" and len(folder) < 200:
                folders.append(folder)
    for folder in (*list(dict.fromkeys(folders))[:_FOLDERS], *_GUESSED):
        url = urljoin(base, folder)
        try:
            answer = session.get(url)
        except CollectError as error:
            yield _listing(folder, url, Unknown(error.reason, clean(str(error))))
            continue
        found: bool | Unknown = _lists(answer) and not _lists(absent)
        if answer.status in BUSY:
            found = Unknown(Reason.REFUSED, f"answered {answer.status}")
        yield _listing(folder, url, found, answer.status)


def introspection(session: "Session", base: str) -> Iterator[ExposedFile]:
    """Whether a GraphQL interface describes itself to anybody: a question about its own types."""
    for place in _GRAPHQL:
        url = urljoin(base, f"/{place}")
        kind = {"Content-Type": "application/json"}
        found: bool | Unknown
        status = None
        try:
            answer = session.get(url, method="POST", headers=kind, body=_ASKED)
        except CollectError as error:
            found = Unknown(error.reason, clean(str(error)))
        else:
            status = answer.status
            found = _describes(answer)
            if status in BUSY:
                found = Unknown(Reason.REFUSED, f"answered {status}")
        shown = f"/{place}"
        yield ExposedFile(shown, "introspection", found, status, key=shown, source=clean(url))


def _lists(answer: "Answer") -> bool:
    return answer.status == 200 and _LISTING.search(answer.body[:65_536]) is not None


def _describes(answer: "Answer") -> bool:
    try:
        told = json.loads(answer.body[:65_536])
        return "name" in told["data"]["__schema"]["queryType"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _listing(
    folder: str, url: str, found: bool | Unknown, status: int | None = None
) -> ExposedFile:
    shown = clean(folder)
    return ExposedFile(shown, "listing", found, status, key=shown, source=clean(url))
