"""A portal as real ones are: every answer is a method a test may replace."""

import http.server
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rempart.collectors.canary.totp import code
from tests.toy_portal import PASSWORDS, SECRET

FORM = (
    '<form method="post" action="/login"><input name="user">'
    '<input type="password" name="password"></form>'
)
CODE = '<form method="post" action="/otp"><input name="code"></form>'
Made = tuple[int, str, list[tuple[str, str]]]


class Odd:
    """The good world; a request is `self.given`, `self.cookies`, `self.headers`."""

    def __init__(self) -> None:
        self.sessions: dict[str, str] = {}  # half | open
        self.owners: dict[str, str] = {}
        self.asked: list[str] = []
        self.wrong: dict[str, int] = {}
        self.people: list[str] = []
        self.used: set[str] = set()
        self.given: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.headers: Any = {}

    @property
    def sid(self) -> str:
        return self.cookies.get("sid", "")

    def state(self) -> str:
        return self.sessions.get(self.sid, "")

    def login_page(self) -> Made:
        return 200, f"<html>{FORM}</html>", []

    def refused(self) -> Made:
        return 401, f"<p>wrong</p>{FORM}", []

    def begin(self, account: str) -> Made:
        sid = secrets.token_hex(12)
        self.sessions[sid], self.owners[sid] = "half", account
        return 302, "", [("Location", "/otp"), ("Set-Cookie", f"sid={sid}; Path=/; Secure")]

    def login(self) -> Made:
        account = self.given.get("user", "")
        if PASSWORDS.get(account) != self.given.get("password"):
            self.wrong[account] = self.wrong.get(account, 0) + 1
            return self.refused()
        return self.begin(account)

    def otp_page(self) -> Made:
        return 200, CODE, []

    def otp(self) -> Made:
        if not self.state() or self.given.get("code") != code(SECRET, time.time()):
            return 401, "wrong code", []
        self.sessions[self.sid] = "open"
        return 302, "", [("Location", "/home")]

    def home(self) -> Made:
        if self.state() != "open":
            return 302, "", [("Location", "/login")]
        return 200, "home", [("Cache-Control", "no-store")]

    def logout(self) -> Made:
        self.sessions.pop(self.sid, None)
        return 302, "", [("Location", "/login")]

    def rights(self) -> Made:
        if self.state() != "open":
            return 401, "{}", []
        self.people.append(self.given.get("nir", ""))
        return 200, json.dumps({"rights": "open", "insurer": "AMC-1"}), []

    def claim(self, number: str) -> Made:
        mine = {"17": "canary-a", "18": "canary-b"}[number]
        if self.state() != "open":
            return 401, "", []
        if self.owners[self.sid] != mine:
            return 403, "", []
        return 200, f"claim {number}", []

    def answer(self, method: str, path: str) -> Made:
        routes: dict[str, Callable[[], Made]] = {
            "GET /login": self.login_page, "POST /login": self.login, "GET /otp": self.otp_page,
            "POST /otp": self.otp, "GET /home": self.home, "POST /logout": self.logout,
            "GET /api/rights": self.rights, "POST /api/rights": self.rights,
            "GET /claims/17": lambda: self.claim("17"), "GET /claims/18": lambda: self.claim("18"),
        }  # fmt: skip
        if f"{method} {path}" not in routes:
            return 404, "not here", []
        return routes[f"{method} {path}"]()


@contextmanager
def odd_portal(odd: Odd, certificate: Path, key: Path) -> Iterator[int]:
    """The portal over HTTPS while the context lasts; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def handle_one(self, method: str) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            is_json = "json" in (self.headers.get("Content-Type") or "")
            odd.given = json.loads(raw) if is_json and raw else dict(parse_qsl(raw))
            odd.given |= dict(parse_qsl(parts.query))
            odd.headers = self.headers
            read = SimpleCookie(self.headers.get("Cookie", ""))
            odd.cookies = {name: str(one.value) for name, one in read.items()}
            odd.asked.append(f"{method} {self.path}")
            status, body, headers = odd.answer(method, parts.path)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self) -> None:
            self.handle_one("GET")

        def do_POST(self) -> None:
            self.handle_one("POST")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
