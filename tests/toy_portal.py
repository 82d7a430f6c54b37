"""A payer's portal for tests: every kind of sign-in, and a switch for every behaviour judged.

Its people are nobody's: synthetic NIRs of commune 000.
"""

import http.server
import json
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rempart.collectors.canary.totp import code
from rempart.observations.identifiers.french import nir_key

SECRET = "JBSWY3DPEHPK3PXP"
PASSWORDS = {"canary-a": "right-a", "canary-b": "right-b", "canary-c": "right-c"}
OBJECTS = {"/claims/17": "canary-a", "/claims/18": "canary-b"}


def person(number: int) -> str:
    """A NIR nobody has: commune 000."""
    body = f"18505780{0:02d}{number:03d}"[:13]
    return body + f"{nir_key(body):02d}"


PEOPLE = tuple(person(number) for number in range(1, 200))
STRANGER = person(900)


@dataclass
class World:
    """How the portal behaves; the defaults are the good world."""

    factor: bool = True
    rotates: bool = True
    logout_kills: bool = True
    single: bool = True
    no_store: bool = True
    ceiling: int | None = 10
    ceiling_of: str = "people"  # people | requests | address
    reset_opens: str = ""  # link (it opens a session) | unbinds (it ends the second factor)
    reset_takes: bool = True  # the old password as the new one
    keeps: bool = False  # a cache before the portal answers whom it has answered once
    minimal: bool = True
    guarded_objects: bool = True
    tells_absent: str = ""  # status | text | time
    lock_after: int | None = 5
    lock: str = "announced"  # announced | silent
    slow_after: int | None = None
    shows_stranger: bool = False
    captcha: bool = False
    reset_tells: bool = False
    life: int = 1800
    provider: str = ""
    kind: str = "form"


@dataclass
class Portal:
    """A running portal: its port, what it was asked, its state."""

    port: int
    world: World
    asked: list[tuple[str, str]] = field(default_factory=list)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    wrong: int = 0


def _page(title: str, body: str = "") -> bytes:
    return f"<!doctype html><title>{title}</title>{body}".encode()


_CODE = '<form method="post" action="/otp"><input name="code"></form>'
_FORGOTTEN = '<form method="post"><input type="email" name="mail"></form>'
_ANEW = (
    '<form method="post" action="/reset"><input type="hidden" name="key" value="{key}">'
    '<input type="password" name="one"><input type="password" name="two"></form>'
)
LETTER = "3f9c5d7e-letter"
_FORM = '<form method="post"><input name="user"><input type="password" name="password"></form>'


class _Handler(http.server.BaseHTTPRequestHandler):
    portal: Portal
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # one segment an answer, or the client waits for its own acknowledgement

    def do_GET(self) -> None:
        self._answer("GET", {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if "json" in (self.headers.get("Content-Type") or ""):
            self._answer("POST", json.loads(raw or b"{}"))
        else:
            self._answer("POST", {name: one[0] for name, one in parse_qs(raw.decode()).items()})

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, method: str, given: dict[str, str]) -> None:
        path = urlsplit(self.path)
        self.portal.asked.append((method, self.path))
        routes = {
            ("GET", "/login"): self._login_page,
            ("POST", "/login"): lambda: self._login(given),
            ("POST", "/api/login"): lambda: self._login(given),
            ("GET", "/otp"): lambda: self._send(
                200, _page("code", '<form method="post" action="/otp"><input name="code"></form>')
            ),
            ("POST", "/otp"): lambda: self._otp(given),
            ("GET", "/home"): self._home,
            ("GET", "/forgotten"): lambda: self._send(200, _page("forgotten", _FORGOTTEN)),
            ("POST", "/forgotten"): lambda: self._forgotten(given.get("mail", "")),
            ("GET", "/reset"): lambda: self._reset_page(path.query),
            ("POST", "/reset"): lambda: self._reset(given),
            ("POST", "/logout"): self._logout,
        }
        if (method, path.path) in routes:
            routes[method, path.path]()
        elif path.path == "/api/rights":
            self._rights(parse_qs(path.query).get("nir", [""])[0])
        elif path.path in OBJECTS:
            self._object(path.path)
        elif path.path == "/":
            self._send(302, b"", Location="/login")
        else:
            self._send(404, _page("not found"))

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _id(self) -> str:
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        cookie = self.headers.get("Cookie", "")
        return bearer or next(
            (part.split("=")[1] for part in cookie.split("; ") if part.startswith("sid=")), ""
        )

    def _session(self) -> dict[str, Any] | None:
        return self.portal.sessions.get(self._id())

    def _login_page(self) -> None:
        world = self.portal.world
        if world.provider:
            self._send(302, b"", Location=world.provider)
            return
        body = (
            '<div class="g-recaptcha"></div>'
            if world.captcha
            else (
                '<form method="post" action="/login"><input type="hidden" name="csrf" value="'
                + secrets.token_hex(8)
                + '"><input name="user"><input type="password" name="password"></form>'
            )
        )
        headers = {}
        if not self._id():
            new = secrets.token_hex(12)
            self.portal.sessions[new] = {"account": "", "open": False}
            headers["Set-Cookie"] = f"sid={new}; HttpOnly; Secure"
        self._send(200, _page("sign in", body), **headers)

    def _login(self, given: dict[str, str]) -> None:
        portal, world = self.portal, self.portal.world
        account, password = given.get("user", ""), given.get("password", "")
        if world.kind == "form" and "csrf" not in given:
            self._send(403, _page("forged"))
            return
        if world.slow_after is not None and portal.wrong >= world.slow_after:
            self._send(429, _page("slow down"))
            return
        known = account in PASSWORDS
        locked = world.lock_after is not None and portal.failed.get(account, 0) >= world.lock_after
        if locked and world.lock == "announced":
            self._send(423, _page("your account is locked"))
            return
        if locked or not known or PASSWORDS[account] != password:
            portal.failed[account] = portal.failed.get(account, 0) + 1
            portal.wrong += 1
            self._refuse(account, known)
            return
        self._begin(account)

    def _refuse(self, account: str, known: bool) -> None:
        world = self.portal.world
        if known and world.tells_absent == "time":
            time.sleep(0.4)  # a slow hash, computed for those who exist
        words = "unknown account" if not known and world.tells_absent == "text" else "wrong"
        status = 404 if not known and world.tells_absent == "status" else 401
        self._send(status, _page(words, f"<p>{words}: {account}</p>" + _FORM))

    def _begin(self, account: str) -> None:
        portal, world = self.portal, self.portal.world
        if world.single:
            for one in portal.sessions.values():
                one["open"] = one["open"] and one["account"] != account
        sid = self._id()
        if world.rotates or sid not in portal.sessions or world.kind == "json":
            portal.sessions.pop(sid, None)
            sid = secrets.token_hex(12)
        portal.sessions[sid] = {"account": account, "open": not world.factor}
        if world.kind == "json":
            self._send(200, json.dumps({"token": sid}).encode(), Content_Type="application/json")
            return
        where = "/otp" if world.factor else "/home"
        life = f"; Max-Age={world.life}" if world.life else ""
        self._send(302, b"", Location=where, Set_Cookie=f"sid={sid}; HttpOnly; Secure{life}")

    def _otp(self, given: dict[str, str]) -> None:
        session = self._session()
        if session is None or given.get("code") != code(SECRET, time.time()):
            self._send(401, _page("wrong code"))
            return
        session["open"] = True
        self._send(200, _page("in")) if self.portal.world.kind == "json" else self._send(
            302, b"", Location="/home"
        )

    def _home(self) -> None:
        session = self._session()
        if session is None or not session["open"]:
            self._send(302, b"", Location="/login")
            return
        store = "no-store" if self.portal.world.no_store else "max-age=60"
        self._send(200, _page("home"), Cache_Control=store)

    def _forgotten(self, account: str) -> None:
        known = account in PASSWORDS or not self.portal.world.reset_tells
        self._send(200, _page("sent" if known else f"no account {account}"))

    def _reset_page(self, query: str) -> None:
        if self.portal.world.reset_opens == "link":
            sid = secrets.token_hex(12)
            self.portal.sessions[sid] = {"account": "canary-a", "open": True}
            self._send(302, b"", Location="/home", Set_Cookie=f"sid={sid}; HttpOnly; Secure")
            return
        key = parse_qs(query)["key"][0]
        self._send(200, _page("new password", _ANEW.format(key=key)))

    def _reset(self, given: dict[str, str]) -> None:
        world = self.portal.world
        assert given["one"] == given["two"] == PASSWORDS["canary-a"]
        assert given["key"] == LETTER
        if not world.reset_takes:
            self._send(200, _page("choose another", _ANEW.format(key=given["key"])))
            return
        if world.reset_opens == "unbinds":
            world.factor = False
        self._send(302, b"", Location="/login")

    def _logout(self) -> None:
        if self.portal.world.logout_kills:
            self.portal.sessions.pop(self._id(), None)
        self._send(302, b"", Location="/login", Set_Cookie="sid=; Max-Age=0")

    def _rights(self, nir: str) -> None:
        portal, world = self.portal, self.portal.world
        session = self._session()
        if session is None or not session["open"]:
            self._send(401, b"{}")
            return
        who = "address" if world.ceiling_of == "address" else session["account"]
        seen = portal.seen.setdefault(who, set())
        if world.keeps and nir in seen:
            self._send(200, json.dumps({"rights": "open", "insurer": "AMC-1"}).encode(), Age="30")
            return
        portal.counts[who] = portal.counts.get(who, 0) + 1
        used = len(seen | {nir}) if world.ceiling_of == "people" else portal.counts[who]
        if world.ceiling is not None and used > world.ceiling:
            self._send(429, b"{}")
            return
        seen.add(nir)
        answer: dict[str, Any] = {"rights": "open", "insurer": "AMC-1"}
        if not world.minimal:
            answer |= {"nir": nir, "birth": "1985-05-01", "name": {"first": "X", "last": "Y"}}
        if world.shows_stranger:
            answer["dependants"] = [{"nir": STRANGER}]
        self._send(200, json.dumps(answer).encode(), Content_Type="application/json")

    def _object(self, path: str) -> None:
        session = self._session()
        if session is None or not session["open"]:
            self._send(401, b"")
        elif self.portal.world.guarded_objects and OBJECTS[path] != session["account"]:
            self._send(403, b"")
        else:
            self._send(200, f"claim {path}".encode())


@contextmanager
def toy_portal(world: World, certificate: Path, key: Path) -> Iterator[Portal]:
    """The portal over HTTPS while the context lasts."""

    class Handler(_Handler):
        pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.portal = Portal(server.server_address[1], world)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Handler.portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
