"""One visit to a portal: every answer is kept until all parts have looked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from rempart.check import Gap
from rempart.collectors import Seen
from rempart.collectors.portal import securitytxt
from rempart.collectors.portal.exposed import exposed_files
from rempart.collectors.portal.markup import markup
from rempart.collectors.portal.pages import hsts, page, path, set_cookies, text
from rempart.collectors.portal.plain import plain_redirects
from rempart.collectors.text import clean
from rempart.errors import CollectError, NotAuthorised
from rempart.observations.http import Cookie
from rempart.transport.http import Answer, Session

ABSENT = "/rempart-no-such-file.txt"


class Visit:
    """What one portal answered. `now` is when the visit began."""

    def __init__(self, session: Session, portal: Any, now: datetime) -> None:  # noqa: ANN401
        self._session = session
        self._portal = portal
        self._now = now
        self._pages: list[Answer] = []
        self._others: list[Answer] = []
        self._gaps: list[Gap] = []

    def pages(self) -> None:
        """Open the start page and the sign-in page; raises CollectError when the first fails."""
        start = self._open(self._portal.url)
        sign_in = self._sign_in(start[-1])
        if sign_in and sign_in not in [answer.url for answer in start]:
            try:
                self._open(sign_in)
            except CollectError as error:
                self._miss(sign_in, error, "Page", "Hsts", "Cookie")

    def plain_side(self) -> Iterator[Seen]:
        """The plain twins of the pages opened."""
        urls = [answer.url for answer in self._pages if self._is_own(answer.url)]
        yield from plain_redirects(self._session, urls or [self._portal.url], self._others)

    def contact(self) -> Iterator[Seen]:
        """The security.txt, at its place or at the one used before RFC 9116."""
        asked = urljoin(self._portal.url, securitytxt.WELL_KNOWN)
        first = self._last(asked)
        if securitytxt.is_one(first):
            yield securitytxt.security_txt(first, self._now)
            return
        second = self._last(urljoin(self._portal.url, securitytxt.LEGACY))
        if securitytxt.is_one(second):
            yield securitytxt.security_txt(second, self._now)
        else:
            yield securitytxt.without(first, asked)

    def stray_files(self) -> Iterator[Seen]:
        """Paths where files lie that should not be served, after one that cannot exist."""
        absent = self._session.get(ABSENT)
        self._others.append(absent)
        yield from exposed_files(self._session, self._portal.url, absent)

    def seen(self) -> Iterator[Seen]:
        """Pages, HSTS headers (over HTTPS alone) and cookies of all own answers, each once."""
        pages = [answer for answer in self._pages if self._is_own(answer.url)]
        others = [answer for answer in self._others if self._is_own(answer.url)]
        yield from dict.fromkeys(map(page, pages))
        secure = [answer for answer in (*pages, *others) if answer.url.startswith("https:")]
        yield from dict.fromkeys(map(hsts, secure))
        found: dict[Cookie, Cookie] = {}
        for answer in (*pages, *others):
            for cookie in set_cookies(answer, self._now):
                found.setdefault(replace(cookie, url="", source="", lasts=None), cookie)
        yield from found.values()
        yield from self._gaps

    def _open(self, url: str) -> tuple[Answer, ...]:
        answers = self._session.follow(url)
        self._pages += answers
        if answers[-1].leaves:
            self._miss(url, NotAuthorised(f"leads to {clean(answers[-1].leaves)}, out of scope"))
        return answers

    def _miss(self, url: str, error: CollectError, *kinds: str) -> None:
        for kind in kinds or ("Page",):
            gap = Gap(kind, error.reason, clean(str(error)), key=path(url), source=clean(url))
            self._gaps.append(gap)

    def _sign_in(self, start: Answer) -> str:
        given = self._portal.login.url if self._portal.login else ""
        read = markup(text(start))
        link = "" if read.password_field else read.sign_in or ""
        try:
            target = urljoin(self._portal.url, given) if given else urljoin(start.url, link)
            return target if self._is_own(target) else ""
        except ValueError:  # a link no browser would open
            return ""

    def _is_own(self, url: str) -> bool:
        """Whether it is on the portal's own name: another name is another subject."""
        own: str = self._portal.url
        return urlsplit(url).hostname == urlsplit(own).hostname

    def _last(self, url: str) -> Answer:
        answer = self._session.follow(url)[-1]
        self._others.append(answer)
        return answer
