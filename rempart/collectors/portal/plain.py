"""The portal's plain side: what `http://` answers, hop by hop."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rempart.collectors.portal.pages import path
from rempart.collectors.text import clean
from rempart.errors import Unreachable
from rempart.observations.http import PlainRedirect

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

_CLOSED = "connection refused"  # the system's own words, kept by the transport


def plain_url(url: str) -> str:
    """The same page over plain HTTP, on port 80."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    return f"http://{host}{parts.path or '/'}{query}"


def plain_redirects(
    session: "Session", urls: Iterable[str], seen: list["Answer"]
) -> Iterator[PlainRedirect]:
    """What each page's plain twin answers; every answer on the way goes into `seen`.

    Nothing more is asked once the port turned out closed. Raises CollectError when it does not
    answer at all: that it is closed is only known when the system says so.
    """
    for url in dict.fromkeys(map(plain_url, urls)):
        try:
            answers = session.follow(url)
        except Unreachable as error:
            if not str(error).endswith(_CLOSED):
                raise
            yield PlainRedirect(clean(url), closed=True, key="/", source=clean(url))
            return
        seen += answers
        yield _redirect(url, answers)


def _redirect(url: str, answers: tuple["Answer", ...]) -> PlainRedirect:
    last = answers[-1]
    return PlainRedirect(
        clean(url),
        closed=False,
        hops=tuple(clean(answer.url) for answer in answers),
        statuses=tuple(answer.status for answer in answers),
        final_scheme=urlsplit(last.leaves or last.location or last.url).scheme,
        leaves=clean(last.leaves),
        key=path(url),
        source=clean(url),
    )
