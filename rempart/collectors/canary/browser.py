"""One canary's browser: its cookies and its token, every request through the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from rempart.collectors.canary.ledger import Ledger

if TYPE_CHECKING:
    from rempart.transport.http import Answer, Session

HOPS: Final = 6


@dataclass(slots=True)
class Browser:
    """What a person with this account would see. `token` goes along as a bearer."""

    session: "Session"
    ledger: Ledger
    account: str
    base: str
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lasting: dict[str, int] = field(default_factory=dict)  # seconds, by cookie

    def open(
        self,
        url: str,
        purpose: str,
        *,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
        data: Any = None,  # noqa: ANN401  (JSON)
    ) -> "Answer":
        """One answer; a redirect is one. Raises CollectError."""
        whole = urljoin(self.base, url)
        body = urlencode(form).encode() if form is not None else None
        body = msgspec.json.encode(data) if data is not None else body
        self.ledger.about_to(f"{url} {(body or b'').decode('utf-8', 'replace')}")
        status = None
        try:
            headers = self._sent(whole, form, data)
            answer = self.session.get(whole, method=method, headers=headers, body=body)
            status = answer.status
        finally:
            path = urlsplit(whole)._replace(scheme="", netloc="", fragment="").geturl()
            self.ledger.wrote(self.account, method, path, purpose, status)
        self._keep(answer)
        return answer

    def follow(self, answer: "Answer", purpose: str) -> "Answer":
        """Where redirects lead on the portal's own host; the last answer `leaves` elsewhere."""
        for _ in range(HOPS):
            where = answer.location
            if where is None:
                break
            if urlsplit(where).hostname != urlsplit(self.base).hostname:
                return replace(answer, leaves=where)
            answer = self.open(where, purpose)
        return answer

    def fresh(self) -> "Browser":
        """Another browser of the same person."""
        return Browser(self.session, self.ledger, self.account, self.base)

    def copied(self) -> "Browser":
        """What a thief of the session would hold."""
        jar = {host: dict(own) for host, own in self.cookies.items()}
        return Browser(
            self.session, self.ledger, self.account, self.base, jar, self.token, dict(self.headers)
        )

    def own(self) -> dict[str, str]:
        """The cookies of the portal's own host."""
        return self.cookies.get(urlsplit(self.base).hostname or "", {})

    def _sent(self, url: str, form: object, data: object) -> dict[str, str]:
        jar = self.cookies.get(urlsplit(url).hostname or "", {})
        headers = dict(self.headers)
        if jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if data is not None:
            headers["Content-Type"] = "application/json"
        if form is not None or data is not None:
            parts = urlsplit(url)
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            headers["Referer"] = url
        return headers

    def _keep(self, answer: "Answer") -> None:
        jar = self.cookies.setdefault(urlsplit(answer.url).hostname or "", {})
        for header in answer.all("set-cookie"):
            try:
                read = SimpleCookie(header)
            except CookieError:
                continue
            for name, one in read.items():
                if one["max-age"] == "0" or not one.value:
                    jar.pop(name, None)
                else:
                    jar[name] = one.value
                    if one["max-age"].isascii() and one["max-age"].isdigit():
                        self.lasting[name] = int(one["max-age"])


def text(answer: "Answer") -> str:
    """An answer's body as text."""
    return answer.body.decode("utf-8", "replace")


def parsed(answer: "Answer") -> Any:  # noqa: ANN401  (JSON)
    """An answer's body as JSON; None where it is none."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
