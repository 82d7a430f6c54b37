"""Pages and headers over HTTP; the only module that imports requests.

requests has no total deadline and no byte cap, follows redirects and reads the auditor's own proxy
and netrc settings. Here each hop passes the gate, the deadline shuts the socket, and nothing comes
from the environment. A page whose certificate is not trusted is read, and said so; nothing secret
is sent to it.
"""

import http.client
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from rempart import __version__
from rempart.errors import NotAuthorised, Truncated, Unreachable
from rempart.scope.targets import folded, split
from rempart.transport.access import Access, told
from rempart.transport.urls import NoUrl, shown, web
from rempart.transport.wire import PORTS, Line, Trust, pool

BODY_CAP = 2 * 1024 * 1024  # decoded bytes
HEADERS_CAP = 64 * 1024
HOPS = 10
CHUNK = 16384
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_READABLE = frozenset({"identity", "gzip", "x-gzip"})  # we ask for gzip and take nothing else
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `body` is decoded, and `truncated` when it was cut, capped or not readable.

    `leaves` is where a redirect pointed when that is outside the scope. `trusted` is false when the
    certificate was not; `trust_error` says why. `waited` are the seconds from the request to the
    headers, without what the budget asked to wait for.
    """

    url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    leaves: str = ""
    trusted: bool = True
    trust_error: str = ""
    waited: float = field(default=0.0, compare=False)

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None without one."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name, in the order they came."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def location(self) -> str | None:
        """Where it redirects to, absolute where that can be told; None when it does not."""
        where = self.header("location") if self.status in _REDIRECTS else None
        try:
            return urljoin(self.url, where) if where is not None else None
        except ValueError:
            return where


class Session:
    """Requests to one portal, kept apart from every other subject's.

    `connect` and `plain` (`host:port`) say where the HTTPS and the plain side of `url` answer
    instead of its own address; the name stays in SNI, Host and the certificate check.
    """

    def __init__(
        self,
        access: Access,
        url: str,
        *,
        connect: str = "",
        plain: str = "",
        ca: Path | None = None,
    ) -> None:
        self.access = access
        self.url = url
        self.trust = Trust()
        self._adapter = _Adapter(Line(access, _routes(url, connect, plain), ca, self.trust))

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._adapter.close()

    def get(
        self,
        url: str = "",
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer to one request; a redirect is an answer. `url` may be relative to the portal.

        Raises Unreachable, Refused, Truncated (no readable status and headers), Limited or
        NotAuthorised. An answer cut within its body comes back, `truncated`.
        """
        url = web(self.url, url)
        self.access.budget.request()
        self.access.deadline.check(shown(url))
        self.trust.secret = body is not None or any(
            name.lower() in SECRET_HEADERS for name in headers or {}
        )
        sent = self._prepared(url, method, headers or {}, body)
        began = monotonic()
        try:
            response = self._sent(sent)
        finally:
            self.trust.secret = False
        waited = monotonic() - began
        try:
            answer = self._answer(url, method, response, waited)
        except BaseException:
            response.raw.close()
            raise
        response.raw.close() if answer.truncated else response.raw.release_conn()
        return answer

    def follow(self, url: str = "") -> tuple[Answer, ...]:
        """The answers of every hop, at most ten; the last one `leaves` when it points outside."""
        answers: list[Answer] = []
        target: str | None = url
        while target is not None and len(answers) < HOPS:
            try:
                answers.append(self.get(target))
            except (NotAuthorised, NoUrl):
                if not answers:
                    raise
                answers[-1] = replace(answers[-1], leaves=shown(target))
                break
            target = answers[-1].location
        return tuple(answers)

    def _prepared(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None
    ) -> requests.PreparedRequest:
        own = {"User-Agent": self._agent(), "Accept": "*/*", "Accept-Encoding": "gzip"}
        try:
            return requests.Request(method, url, headers={**own, **headers}, data=body).prepare()
        except (requests.RequestException, UnicodeError, ValueError):
            raise NoUrl(f"{shown(url)} is no address a browser would open") from None

    def _agent(self) -> str:
        reference = getattr(self.access.authorisation, "reference", "") or ""
        told_reference = "".join(c for c in reference if c.isascii() and c.isprintable())
        suffix = f" (authorised audit {told_reference})" if told_reference else ""
        return f"rempart/{__version__}{suffix}"

    def _sent(self, sent: requests.PreparedRequest) -> requests.Response:
        where = shown(sent.url or self.url)
        seconds = self.access.deadline.remaining() + 1
        for last in (False, True):
            opened = self.access.connections
            try:
                return self._adapter.send(sent, stream=True, timeout=seconds)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                self.access.deadline.check(where)
                stale = self.access.connections == opened and sent.method in ("GET", "HEAD")
                if last or not stale:  # a kept connection may have been closed meanwhile: once more
                    raise _mapped(where, error) from None
        raise Unreachable(f"{where}: no answer")

    def _answer(self, url: str, method: str, response: requests.Response, waited: float) -> Answer:
        headers = tuple((str(k), str(v)) for k, v in response.raw.headers.iteritems())
        if sum(len(name) + len(value) for name, value in headers) > HEADERS_CAP:
            raise Truncated(f"{shown(url)}: more than {HEADERS_CAP} bytes of headers")
        body, cut = _body(response.raw)
        cut = cut or self.access.deadline.expired  # the shut socket looks like the body's end
        parts = urlsplit(url)
        endpoint = (folded(parts.hostname or ""), parts.port or PORTS[parts.scheme])
        why = self.trust.errors.get(endpoint, "") if parts.scheme == "https" else ""
        return Answer(
            url, method, response.status_code, headers, body, cut,
            trusted=not why, trust_error=why, waited=waited,
        )  # fmt: skip


class _Adapter(HTTPAdapter):
    """requests' transport, over connections of our own."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pools: dict[tuple[str, str, int], urllib3.HTTPConnectionPool] = {}
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        *_: Any,  # noqa: ANN401
        **__: Any,  # noqa: ANN401
    ) -> urllib3.HTTPConnectionPool:
        parts = urlsplit(request.url or "")
        key = (parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])
        if key not in self._pools:
            self._pools[key] = pool(self._line, *key)
        return self._pools[key]

    def cert_verify(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Nothing: trust is settled where the connection is made."""

    def close(self) -> None:
        for kept in self._pools.values():
            kept.close()
        super().close()


def _body(raw: Any) -> tuple[bytes, bool]:  # noqa: ANN401
    """The decoded body up to the cap, and whether there was or may have been more."""
    encoding = (raw.headers.get("content-encoding") or "identity").strip().lower()
    gzipped = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding in ("gzip", "x-gzip") else None
    body, empty = bytearray(), True
    try:
        while chunk := raw.read1(CHUNK, decode_content=False):
            left, empty = BODY_CAP + 1 - len(body), False
            body += gzipped.decompress(chunk, left) if gzipped is not None else chunk
            if len(body) > BODY_CAP:
                return bytes(body[:BODY_CAP]), True
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, zlib.error):
        return bytes(body), True
    whole = encoding in _READABLE if gzipped is None or empty else gzipped.eof
    return bytes(body), not whole


def _mapped(where: str, error: Exception) -> Exception:
    """The failure in words of our own: a library's text would carry the query string."""
    for cause in _causes(error):
        if isinstance(cause, http.client.RemoteDisconnected | ConnectionError):
            return Unreachable(f"{where}: closed without an answer")
        if isinstance(cause, http.client.HTTPException):
            return Truncated(f"{where}: not readable as HTTP ({type(cause).__name__})")
        if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException):
            return Unreachable(f"{where}: {told(cause)}")
    return Unreachable(f"{where}: no answer")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors an error was made of, the library's wrappers first."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def _routes(url: str, connect: str, plain: str) -> dict[tuple[str, str, int], tuple[str, int]]:
    parts = urlsplit(url)
    host = folded(parts.hostname or "")
    routes = {}
    if connect:
        there, port = split(connect)
        default = PORTS.get(parts.scheme, 443)
        routes[parts.scheme, host, parts.port or default] = (there, port or default)
    if plain:
        there, port = split(plain)
        routes["http", host, 80] = (there, port or 80)
    return routes
