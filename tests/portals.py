"""Portals to look at: small real servers on 127.0.0.1, and access to them within a mandate."""

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from rempart.check import Gap, Observation
from rempart.collectors import Seen
from rempart.demo.authority import Issued, issue
from rempart.inventory import load
from rempart.scope import Scope
from rempart.transport.access import Access

NAME = "portail.payer.example"
T = TypeVar("T", bound=Observation)
_INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: TEST-1
  granted_by: DSI
  contact: soc@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8", "{name}"]
  allow: [{allow}]
  budget: {{connections: 60, requests: 120, per_second: 1000, seconds: 20}}
subjects:
  portals:
    - id: pro
      url: {scheme}://{name}/
{extra}
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted answer."""

    status: int = 200
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class Served:
    """A running server: its port, and the paths it was asked for."""

    port: int
    asked: list[str] = field(default_factory=list)


def access(folder: Path, *, allow: str = "active", scheme: str = "https", **keys: object) -> Access:
    """Access to a portal with these keys (`connect`, `plain`, `ca`, `login`)."""
    extra = "\n".join(f"      {key}: {value}" for key, value in keys.items())
    file = folder / "inventory.yaml"
    text = _INVENTORY.format(scheme=scheme, name=NAME, allow=allow, extra=extra)
    file.write_text(text, encoding="utf-8")
    inventory = load(file)
    (portal,) = inventory.subjects
    return Access.open(portal, inventory, Scope.of(inventory.authorisation))


def look(collector: Any, access: Access, *wanted: type[Observation]) -> list[Seen]:
    """What a collector module brings of the wanted types, or of all of its own."""
    with access:
        return list(
            collector.collect(access.subject, access, frozenset(wanted or collector.BRINGS))
        )


def of(found: Sequence[Seen], kind: type[T]) -> list[T]:
    """The observations of one type."""
    return [item for item in found if isinstance(item, kind)]


def gaps(found: Sequence[Seen]) -> list[Gap]:
    """What was not seen."""
    return [item for item in found if isinstance(item, Gap)]


def certificate(folder: Path, *, name: str = NAME, age: int = 1, days: int = 90) -> Issued:
    """A certificate issued so many days ago for so many days."""
    return issue(folder, name, issued=datetime.now(UTC) - timedelta(days=age), days=days)


@contextmanager
def site(
    routes: Mapping[str, Reply], issued: Issued | None = None, *, other: Reply | None = None
) -> Iterator[Served]:
    """A web server with these answers, over TLS when it has a certificate; 404 or `other` else.

    A route is a path, after the method where that is not GET (`TRACE /`); those answer 405 else.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            served.asked.append(self.path)
            self._send(routes.get(self.path, other or Reply(404)))

        def do_OPTIONS(self) -> None:
            named = f"{self.command} {self.path}"
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            served.asked.append(named)
            self._send(routes.get(named, Reply(405)))

        do_TRACE = do_POST = do_OPTIONS  # noqa: N815

        def _send(self, reply: Reply) -> None:
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        served = Served(server.server_address[1])
        if issued is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(issued.certificate, issued.key)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def talker(answer: Callable[[bytes], Sequence[bytes]]) -> Iterator[Served]:
    """A server that sends these pieces for the first bytes it gets, then closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = Served(listener.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    for piece in answer(peer.recv(4096)):
                        peer.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield served
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port nobody listens on, kept from others meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
