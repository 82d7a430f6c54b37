"""The fictional payer's portal for professionals, served on loopback.

Some of it is right (TLS 1.2 and 1.3 only, the plain side redirects, content types are not guessed)
and some of it is wrong as portals are wrong: a session cookie that scripts may read, a forgotten
`.git`, an HSTS of one day, a security.txt that ran out, a certificate of three years, and an
identifier with a password as the only way in.
"""

import http.server
import secrets
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from rempart.demo.authority import issue

NAME = "portail.payer.example"
CERTIFICATE_DAYS = 1095
_SECONDS = 10  # a connection that says nothing is dropped
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title></head>
<body><header>Tiers Payant Démonstration</header><main><h1>{title}</h1>{body}</main></body></html>
"""
_HOME = '<p>Consultation des droits des assurés.</p><p><a href="/connexion">Se connecter</a></p>'
_LOGIN = """<form method="post" action="/connexion">
<p><label>Identifiant <input name="user" autocomplete="username" required></label></p>
<p><label>Mot de passe
<input type="password" name="password" autocomplete="current-password" required></label></p>
<p><button>Se connecter</button></p></form>"""
_GIT_CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = false
[remote "origin"]
\turl = https://git.payer.example/portail.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
"""
_SECURITY_TXT = """Contact: mailto:soc@payer.example
Preferred-Languages: fr, en
Expires: 2026-06-30T00:00:00Z
"""


@dataclass(frozen=True, slots=True)
class PortalServed:
    """Where the portal answers on 127.0.0.1, and the authority that issued its certificate."""

    https: int
    plain: int
    ca: Path


@dataclass(frozen=True, slots=True)
class _Resource:
    status: int
    kind: str
    text: str


def _page(title: str, body: str, status: int = 200) -> _Resource:
    return _Resource(status, "text/html; charset=utf-8", _PAGE.format(title=title, body=body))


_ABSENT = _page("Page introuvable", "<p>Cette page n’existe pas.</p>", 404)
_RESOURCES: Mapping[str, _Resource] = {
    "/": _page("Espace des professionnels de santé", _HOME),
    "/connexion": _page("Connexion", _LOGIN),
    "/.git/HEAD": _Resource(200, "application/octet-stream", "ref: refs/heads/main\n"),
    "/.git/config": _Resource(200, "application/octet-stream", _GIT_CONFIG),
    "/.well-known/security.txt": _Resource(200, "text/plain; charset=utf-8", _SECURITY_TXT),
}


class _Answering(http.server.BaseHTTPRequestHandler):
    """What both sides share: quiet, kept connections, a timeout."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = _SECONDS
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        raise NotImplementedError

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Say nothing: the terminal belongs to the demonstration."""

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Secure(_Answering):
    always: ClassVar[Mapping[str, str]] = {
        "Strict-Transport-Security": "max-age=86400",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }

    def setup(self) -> None:
        """Shake hands here, in the connection's own thread: one slow client stops nobody."""
        self.request.settimeout(_SECONDS)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        resource = _RESOURCES.get(path, _ABSENT)
        headers = {"Content-Type": resource.kind, **self.always}
        if path == "/connexion":
            headers["Set-Cookie"] = f"PROSESSION={secrets.token_hex(16)}; Path=/; Secure"
        self.answer(resource.status, headers, resource.text.encode())


class _Plain(_Answering):
    def do_GET(self) -> None:
        path = self.path if self.path.startswith("/") else "/"
        self.answer(301, {"Location": f"https://{NAME}{path}", "Content-Type": "text/plain"}, b"")


class _Server(http.server.ThreadingHTTPServer):
    """Threads that end with the demonstration; a client that leaves early is no news."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401
        """Say nothing of connections that were cut."""

    def server_bind(self) -> None:
        """Bind without asking DNS for this machine's name, as http.server would."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = NAME, self.server_address[1]


@contextmanager
def serve(folder: Path) -> Iterator[PortalServed]:
    """The portal on two free ports of 127.0.0.1 while the context lasts.

    Writes the authority's certificate (`ca`) and the server's certificate and key into `folder`.
    """
    issued = issue(
        folder, NAME, issued=datetime.now(UTC) - timedelta(days=30), days=CERTIFICATE_DAYS
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(issued.certificate, issued.key)
    with _Server(("127.0.0.1", 0), _Secure) as secure, _Server(("127.0.0.1", 0), _Plain) as plain:
        secure.socket = context.wrap_socket(
            secure.socket, server_side=True, do_handshake_on_connect=False
        )
        running = [_started(server) for server in (secure, plain)]
        try:
            yield PortalServed(secure.server_port, plain.server_port, issued.ca)
        finally:
            for server in (secure, plain):
                server.shutdown()
            for thread in running:
                thread.join()


def _started(server: _Server) -> threading.Thread:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    return thread
