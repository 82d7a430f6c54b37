"""One canary's browser: its cookies and its token, every request through the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import msgspec

from rempart.collectors.canary.jar import Jar
from rempart.collectors.canary.ledger import Ledger
from rempart.errors import Refused
from rempart.transport.urls import NoUrl

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

HOPS: Final = 6
# Cookies that scripts repeat in a header, against forged requests (Angular and Spring, Django).
DOUBLED: Final = {"XSRF-TOKEN": "X-XSRF-TOKEN", "csrftoken": "X-CSRFToken"}


@dataclass(slots=True)
class Browser:
    """What a person with this account would see. `token` goes along as a bearer.

    `waited` are the seconds until the last answer to what was typed in; `veil` is written instead
    of addresses that hold a secret.
    """

    session: "Session"
    ledger: Ledger
    account: str
    base: str
    cookies: Jar = field(default_factory=Jar)
    token: str = ""
    renews: str = ""  # a token that gives new ones
    headers: dict[str, str] = field(default_factory=dict)
    waited: float = 0.0
    veil: str = ""

    def open(
        self,
        url: str,
        purpose: str,
        *,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
        data: Any = None,  # noqa: ANN401  (JSON)
        raw: str = "",
    ) -> "Answer":
        """One answer; a redirect is one. Raises CollectError."""
        try:
            whole = urljoin(self.base, url)
            parts = urlsplit(whole)
        except ValueError:
            raise NoUrl("an address of the portal is none a browser would open") from None
        body = raw.encode() or None
        if form is not None and method == "GET":
            whole = parts._replace(query=urlencode(form)).geturl()
        elif form is not None:
            body = urlencode(form).encode()
        body = msgspec.json.encode(data) if data is not None else body
        if body and parts.scheme != urlsplit(self.base).scheme:
            raise Refused("the portal sends what is typed over plain HTTP: nothing was sent")
        self.ledger.about_to(f"{whole} {(body or b'').decode('utf-8', 'replace')}")
        status = None
        try:
            headers = self._sent(whole, method, body, data is not None or raw.startswith("{"))
            answer = self.session.get(whole, method=method, headers=headers, body=body)
            status = answer.status
            self.waited = answer.waited if body else self.waited
        finally:
            path = urlsplit(whole)._replace(scheme="", netloc="", fragment="").geturl()
            self.ledger.wrote(self.account, method, self.veil or path, purpose, status)
        self._keep(answer)
        return answer

    def follow(self, answer: "Answer", purpose: str) -> "Answer":
        """Where redirects lead on the portal's own host; the last answer `leaves` elsewhere."""
        for _ in range(HOPS):
            where = answer.location
            if where is None:
                break
            if _host(where) != _host(self.base):
                return replace(answer, leaves=where)
            answer = self.open(where, purpose)
        return answer

    def fresh(self) -> "Browser":
        """Another browser of the same person."""
        return Browser(self.session, self.ledger, self.account, self.base)

    def copied(self) -> "Browser":
        """What a thief of the session would hold."""
        own, headers = self.cookies.copy(), dict(self.headers)
        return Browser(
            self.session, self.ledger, self.account, self.base, own, self.token, "", headers
        )

    def own(self) -> dict[str, str]:
        """The cookies that go to the portal's own pages, whatever their path."""
        host = _host(self.base)
        return {
            one.name: one.value
            for one in self.cookies.kept.values()
            if one.host in (host, f".{host}") or host.endswith(one.host)
        }

    def _sent(self, url: str, method: str, body: bytes | None, is_json: bool) -> dict[str, str]:
        jar = self.cookies.sent(url)
        headers = dict(self.headers) if method != "GET" else {}
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            kind = "json" if is_json else "x-www-form-urlencoded"
            headers["Content-Type"] = f"application/{kind}"
        if method != "GET":
            parts = urlsplit(url)
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            headers["Referer"] = url
            for cookie, header in DOUBLED.items():
                if cookie in jar:
                    headers.setdefault(header, unquote(jar[cookie]))
        return headers

    def _keep(self, answer: "Answer") -> None:
        for header in answer.all("set-cookie"):
            self.cookies.keep(answer.url, header)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def text(answer: "Answer") -> str:
    """An answer's body as text."""
    return answer.body.decode("utf-8", "replace")


def parsed(answer: "Answer") -> Any:  # noqa: ANN401  (JSON)
    """An answer's body as JSON; None where it is none."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
