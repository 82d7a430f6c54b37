"""urllib3's connections, made through the subject's access and bounded in what they read."""

import contextlib
import http.client
import io
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from rempart.scope.addresses import literal
from rempart.scope.targets import folded
from rempart.transport import tls
from rempart.transport.access import Access

WIRE_CAP = 8 * 1024 * 1024  # bytes of one answer: headers, chunk sizes and trailers included
INTERIM_ANSWERS = 10  # `100 Continue` and its like before the answer itself
PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Trust:
    """What was learnt of each endpoint's certificate, and whether a secret is about to be sent."""

    errors: dict[tuple[str, int], str] = field(default_factory=dict)
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """How the connections of one session are made.

    `routes` maps scheme, name and port of a URL to where it answers instead.
    """

    access: Access
    routes: Mapping[tuple[str, str, int], tuple[str, int]]
    ca: Path | None
    trust: Trust

    def route(self, scheme: str, host: str, port: int) -> tuple[str, int]:
        """Where to connect for a URL's host and port."""
        return self.routes.get((scheme, folded(host), port), (host, port))


def pool(line: Line, scheme: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
    """One endpoint's connections; one is kept open at a time."""
    kind, connection = (
        (_SecurePool, _Secure) if scheme == "https" else (urllib3.HTTPConnectionPool, _Plain)
    )
    made = kind(host, port, maxsize=1, retries=False)
    made.ConnectionCls = type(connection.__name__, (connection,), {"line": line})
    return made


class _Counted(io.RawIOBase):
    """The bytes of one answer as they come, up to a cap."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._left = WIRE_CAP
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401
        read = self._raw.readinto(buffer)
        self.ended = read == 0
        self._left -= read or 0
        if self._left < 0:
            raise http.client.HTTPException(f"more than {WIRE_CAP} bytes")
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Bounded(http.client.HTTPResponse):
    """An answer of bounded size that may be announced a few times, not without end."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self._counted = _Counted(self.fp.detach())
        self.fp: Any = io.BufferedReader(self._counted)
        self._announced = 0

    def begin(self) -> None:
        """Read status and headers; http.client takes the end of the connection for their end."""
        with contextlib.ExitStack() as failing:
            failing.callback(self.close)
            super().begin()
            if self._counted.ended:
                raise http.client.HTTPException("cut within the headers")
            failing.pop_all()

    def _read_status(self) -> tuple[str, int, str]:
        self._announced += 1
        if self._announced > INTERIM_ANSWERS:
            raise http.client.HTTPException(f"more than {INTERIM_ANSWERS} interim answers")
        read: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        return read


class _Plain(urllib3.connection.HTTPConnection):
    """A connection through the subject's access."""

    response_class = _Bounded
    line: Line

    def _new_conn(self) -> socket.socket:
        host, port = self.line.route("http", self.host.strip("[]"), self.port or 80)
        name = self.host.strip("[]")
        return self.line.access.dial(host, port, name="" if literal(name) else name)


class _Secure(urllib3.connection.HTTPSConnection):
    """A TLS connection through the subject's access, its trust recorded."""

    response_class = _Bounded
    line: Line

    def connect(self) -> None:
        trust, name, port = self.line.trust, self.host.strip("[]"), self.port or 443
        endpoint = (folded(name), port)
        secured = tls.secure(
            self.line.access,
            *self.line.route("https", name, port),
            server_name=name,
            ca=self.line.ca,
            reading_only=not trust.secret,
            known_untrusted=trust.errors.get(endpoint, ""),
        )
        self.sock = secured.socket
        self.is_verified = secured.trusted
        if not secured.trusted:
            trust.errors[endpoint] = secured.trust_error


class _SecurePool(urllib3.HTTPSConnectionPool):
    def _validate_conn(self, conn: Any) -> None:  # noqa: ANN401
        """Connect before the request; an untrusted certificate is in the answer, not a warning."""
        if conn.line.trust.secret and not conn.is_verified:
            conn.close()
        if conn.is_closed:
            conn.connect()
