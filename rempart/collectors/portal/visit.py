"""One visit to a portal: every answer is kept until all parts have looked."""

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from rempart.check import Gap
from rempart.collectors import Seen
from rempart.collectors.portal import altered, content, identity, provider, robots, securitytxt
from rempart.collectors.portal.cookies import given_anew
from rempart.collectors.portal.errors_shown import banners, error_page
from rempart.collectors.portal.exposed import exposed_files
from rempart.collectors.portal.libraries import library_of
from rempart.collectors.portal.markup import markup
from rempart.collectors.portal.pages import hsts, page, path, set_cookies, text, values
from rempart.collectors.portal.plain import plain_redirects
from rempart.collectors.text import clean
from rempart.errors import CollectError, NotAuthorised, Unresolved
from rempart.observations.http import Cookie, Page
from rempart.transport.http import Answer, Session

ABSENT = "/rempart-no-such-file.txt"
_OWN_SCRIPTS = 6
_STARTS = 2  # links followed that sign in through somebody else


class Visit:
    """What one portal answered. `now` is when the visit began."""

    def __init__(self, session: Session, portal: Any, now: datetime) -> None:  # noqa: ANN401
        self._session = session
        self._portal = portal
        self._now = now
        self._pages: list[Answer] = []
        self._others: list[Answer] = []
        self._odd: list[Answer] = []  # to what no browser sends
        self._gaps: list[Gap] = []
        self._absent: Answer | None = None
        self._requests: list[str] = []
        self._code: list[str] = []

    def pages(self) -> None:
        """Open the start page and the sign-in page; raises CollectError when the first fails."""
        start = self._open(self._portal.url)
        sign_in = self._sign_in(start[-1])
        if sign_in and sign_in not in [answer.url for answer in start]:
            try:
                self._open(sign_in)
            except CollectError as error:
                self._miss(sign_in, error, "Page", "Hsts", "Cookie")
        login = self._portal.login
        inside = urljoin(self._portal.url, login.signed_in.url) if login and login.signed_in else ""
        if inside and self._is_own(inside):
            with contextlib.suppress(CollectError):
                self._pages.append(self._session.get(inside))

    def plain_side(self) -> Iterator[Seen]:
        """The plain twins of the pages opened."""
        urls = [answer.url for answer in self._own_pages()]
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

    def absent_page(self) -> Iterator[Seen]:
        """What a page that does not exist shows."""
        yield error_page(self._nowhere(), "absent")

    def robots(self) -> Iterator[Seen]:
        """The paths robots.txt names."""
        yield robots.robots(self._last(urljoin(self._portal.url, robots.PLACE)))

    def content(self) -> Iterator[Seen]:
        """What the pages ask for, fetch and offer, the page that resets a password among them."""
        own = self._own_pages()
        for answer in own:
            kind = self._page(answer).kind
            yield content.parts(text(answer), answer.url, kind, identity.location(answer))
            yield from content.forms(text(answer), answer.url)
            yield from self._scripts(answer, kind)
        login = self._portal.login
        declared = bool(login) and login.kind in ("form", "json")
        ways = identity.sign_in_ways(self._pages, self._code, self._name, declared=declared)
        if ways is None:
            yield self._unrecognised(own)
            return
        yield ways
        reset = next(filter(None, map(identity.reset_link, own)), "")
        if reset and self._is_own(reset) and reset not in [answer.url for answer in own]:
            answer = self._last(reset)
            yield from content.forms(text(answer), answer.url)

    def identity(self) -> Iterator[Seen]:
        """The requests that send people to a provider, and what the provider publishes."""
        answers = list(self._pages)
        links = [link for one in self._own_pages() for link in identity.starts(one, self._name)]
        for target in links[:_STARTS]:
            with contextlib.suppress(CollectError):
                answers += self._session.follow(target)
        found = {one.key: (target, one) for target, one in identity.requests_of(answers)}
        self._requests = [target for target, _ in found.values()]
        yield from (request for _, request in found.values())
        for target in self._requests or [""]:
            yield from provider.provider(self._session, urljoin(self._portal.url, "/")[:-1], target)

    def methods(self) -> Iterator[Seen]:
        """What the start page answers to OPTIONS and TRACE."""
        yield from altered.methods(self._session, self._portal.url)

    def foreign_origins(self) -> Iterator[Seen]:
        """What the pages answer to scripts of another site."""
        urls = [answer.url for answer in self._own_pages() if answer.status < 300]
        yield from altered.cross_origins(self._session, urls[-2:] or [self._portal.url])

    def malformed(self) -> Iterator[Seen]:
        """What an address that is no text shows."""
        yield from altered.malformed(self._session, self._portal.url, self._odd)

    def return_address(self) -> Iterator[Seen]:
        """What providers do with a return address that is not the portal's."""
        if not self._requests:
            deque(self.identity(), maxlen=0)
        for target in self._requests[:1]:
            yield from provider.redirect_proof(self._session, target)

    def stray_files(self) -> Iterator[Seen]:
        """Paths where files lie that should not be served, after one that cannot exist."""
        url, absent = self._portal.url, self._nowhere()
        yield from altered.introspection(self._session, url)
        yield from altered.listings(self._session, url, self._own_pages(), absent)
        yield from exposed_files(self._session, url, absent)

    def seen(self) -> Iterator[Seen]:
        """Pages, HSTS headers (over HTTPS alone) and cookies of all own answers, each once."""
        pages = self._own_pages()
        others = [answer for answer in self._others if self._is_own(answer.url)]
        yield from dict.fromkeys(map(self._page, pages))
        secure = [answer for answer in (*pages, *others) if answer.url.startswith("https:")]
        yield from dict.fromkeys(map(hsts, secure))
        found: dict[Cookie, Cookie] = {}
        anew = given_anew(values(answer, "set-cookie") for answer in (*pages, *others))
        for answer in (*pages, *others):
            for each in set_cookies(answer, self._now):
                told_by = each.session_like or (
                    "behaviour" if each.name in anew and each.lasts is None else ""
                )
                cookie = replace(each, session_like=told_by)
                found.setdefault(replace(cookie, url="", source="", lasts=None), cookie)
        yield from found.values()
        if pages:
            yield banners((*pages, *others, *self._odd), self._portal.url)
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

    @property
    def _name(self) -> str:
        return urlsplit(self._portal.url).hostname or ""

    def _own_pages(self) -> list[Answer]:
        return [answer for answer in self._pages if self._is_own(answer.url)]

    def _page(self, answer: Answer) -> Page:
        """The page an answer is; one built by scripts is known by what the inventory says."""
        seen, login = page(answer), self._portal.login
        if seen.kind != "page" or login is None or login.kind != "json":
            return seen
        if any(markup(text(other)).password_field for other in self._own_pages()):
            return seen
        return replace(seen, kind="login form") if "<script" in text(answer) else seen

    def _nowhere(self) -> Answer:
        """The answer to a path that cannot exist; asked once."""
        if self._absent is None:
            self._absent = self._session.get(ABSENT)
            self._others.append(self._absent)
        return self._absent

    def _scripts(self, answer: Answer, kind: str) -> Iterator[Seen]:
        """The scripts of a page; their own first lines say which they are where names do not."""
        for target, script in content.scripts(text(answer), answer.url, kind, self._name):
            name, version = script.library, script.version
            if self._is_own(target) and len(self._code) < _OWN_SCRIPTS:
                with contextlib.suppress(CollectError):
                    code = text(self._session.get(target))
                    self._code.append(code)
                    name, version = (name, version) if version else library_of(code)
            yield replace(script, library=name, version=version)

    def _unrecognised(self, pages: list[Answer]) -> Gap:
        shown = ", ".join(f"{path(answer.url)} {answer.status}" for answer in pages[:4])
        detail = (
            f"no sign-in was recognised on {shown or 'any page of its own'}; name it in the"
            " inventory: `login: {kind: form, url: /PATH}`, kind json for a page built by scripts"
        )
        return Gap("SignInWays", Unresolved.reason, detail, source=clean(self._portal.url))

    def _is_own(self, url: str) -> bool:
        """Whether it is on the portal's own name: another name is another subject."""
        try:
            return urlsplit(url).hostname == self._name
        except ValueError:  # a link no browser would open
            return False

    def _last(self, url: str) -> Answer:
        answer = self._session.follow(url)[-1]
        self._others.append(answer)
        return answer
