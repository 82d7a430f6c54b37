import gzip
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from rempart.errors import Limited, NotAuthorised, Refused, Truncated, Unreachable
from rempart.transport.access import Access
from rempart.transport.http import Answer, Session
from rempart.transport.urls import shown
from tests.hostile import Speaker, saying, server
from tests.loopback import access

NAME = "portail.payer.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made


class Site:
    """Answers by path, keeps what was asked; a connection serves many requests."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = pages
        self.requests: list[str] = []

    def __call__(self, sock: socket.socket, _: threading.Event) -> None:
        with sock.makefile("rb") as lines:
            while first := lines.readline():
                head = [first, *iter(lines.readline, b"\r\n")]
                self.requests.append(b"".join(head).decode())
                name = first.split()[1].strip(b"/").partition(b"?")[0].decode()
                sock.sendall(self.pages[name or "start"])


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def visiting(speak: Speaker, *, requests: int = 50) -> Iterator[tuple[Session, Access, int]]:
    with (
        server(speak) as port,
        access(requests=requests) as reach,
        Session(reach, f"http://127.0.0.1:{port}/") as session,
    ):
        yield session, reach, port


def test_an_answer_has_its_status_headers_and_body() -> None:
    site = Site(start=answer(b"<html>", "404 Not Found", "Set-Cookie: a=1", "Set-Cookie: b=2"))
    with visiting(site) as (session, _, port):
        found = session.get("/")
    assert found == Answer(
        f"http://127.0.0.1:{port}/",
        "GET",
        404,
        (("Content-Length", "6"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")),
        b"<html>",
        truncated=False,
    )
    assert found.all("set-cookie") == ("a=1", "b=2")
    assert (found.header("content-length"), found.header("server")) == ("6", None)


def test_one_connection_serves_many_requests_and_no_cookie_comes_back() -> None:
    site = Site(start=answer(b"x", "200 OK", "Set-Cookie: session=1"))
    with visiting(site) as (session, reach, _):
        for _ in range(5):
            session.get()
        assert reach.connections == 1
        assert reach.budget.requests == 5
    assert all("cookie" not in request.lower() for request in site.requests)


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with visiting(saying(answer(b"x"))) as (session, reach, _):
        assert [session.get().body for _ in range(3)] == [b"x"] * 3
        assert reach.connections == 3


def test_requests_beyond_the_budget_are_not_sent() -> None:
    site = Site(start=answer())
    with visiting(site, requests=2) as (session, _, _):
        session.get()
        session.get()
        with pytest.raises(Limited, match="2 requests"):
            session.get()
    assert len(site.requests) == 2


def test_a_gzipped_body_is_decoded_and_half_of_one_is_truncated() -> None:
    packed = gzip.compress(b"hello" * 1000)
    site = Site(
        whole=answer(packed, "200 OK", "Content-Encoding: gzip"),
        half=answer(packed[:20], "200 OK", "Content-Encoding: gzip"),
        other=answer(b"?", "200 OK", "Content-Encoding: br"),
        not_gzip=answer(b"hello", "200 OK", "Content-Encoding: gzip"),
    )
    with visiting(site) as (session, _, _):
        whole, half = session.get("/whole"), session.get("/half")
        assert (whole.body, whole.truncated) == (b"hello" * 1000, False)
        assert half.truncated
        assert session.get("/other").truncated
        assert session.get("/not_gzip").truncated
    assert "Accept-Encoding: gzip\r\n" in site.requests[0]


def test_the_empty_answer_to_head_is_whole() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 500\r\n\r\n"
    with visiting(saying(head)) as (session, _, _):
        found = session.get(method="HEAD")
    assert (found.body, found.truncated, found.header("content-length")) == (b"", False, "500")


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login auditor password CANARY\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    site = Site(start=answer())
    with visiting(site) as (session, _, _):
        assert session.get().status == 200
    assert "authorization" not in site.requests[0].lower()
    assert "User-Agent: rempart/" in site.requests[0]
    assert "TEST-1" in site.requests[0]


def test_a_redirect_is_an_answer_and_following_it_shows_every_hop() -> None:
    site = Site(
        start=answer(b"", "301 Moved", "Location: /next?token=1"),
        next=answer(b"", "302 Found", "Location: last"),
        last=answer(b"here"),
    )
    with visiting(site) as (session, _, _):
        assert session.get().status == 301
        hops = session.follow()
    assert [(hop.status, hop.leaves) for hop in hops] == [(301, ""), (302, ""), (200, "")]
    assert hops[-1].body == b"here"


def test_a_loop_of_redirects_ends() -> None:
    with visiting(Site(start=answer(b"", "302 Found", "Location: /"))) as (session, _, _):
        assert len(session.follow()) == 10


def test_connecting_elsewhere_keeps_the_name(authority: trustme.CA, ca: Path) -> None:
    site, plain = Site(start=answer(b"tls")), Site(start=answer(b"plain"))
    asked: list[str] = []
    tls = context(authority, NAME)
    tls.sni_callback = lambda _sock, name, _context: asked.append(name)
    with (
        server(site, tls=tls) as port,
        server(plain) as plain_port,
        access() as reach,
        Session(
            reach,
            f"https://{NAME}/",
            connect=f"127.0.0.1:{port}",
            plain=f"127.0.0.1:{plain_port}",
            ca=ca,
        ) as session,
    ):
        found = session.get("/")
        assert (found.body, found.trusted, found.trust_error) == (b"tls", True, "")
        assert session.get(f"http://{NAME}/").body == b"plain"
        with pytest.raises(NotAuthorised):
            session.get("https://other.payer.example/")
    assert asked == [NAME]
    assert f"Host: {NAME}\r\n" in site.requests[0]
    assert f"Host: {NAME}\r\n" in plain.requests[0]


def test_a_certificate_for_another_name_is_read_and_said(authority: trustme.CA, ca: Path) -> None:
    site = Site(start=answer(b"hello"))
    with (
        server(site, tls=context(authority, "other.example")) as port,
        access() as reach,
        Session(reach, f"https://{NAME}/", connect=f"127.0.0.1:{port}", ca=ca) as session,
    ):
        found = session.get()
        assert (found.body, found.trusted) == (b"hello", False)
        assert "mismatch" in found.trust_error.lower()
        assert session.get().trusted is False
        assert reach.connections == 2


@pytest.mark.parametrize("secret", [{"headers": {"Cookie": "s=1"}}, {"body": b"password=x"}])
@pytest.mark.parametrize("known", [True, False])
def test_nothing_secret_is_sent_to_an_untrusted_certificate(
    secret: dict[str, dict[str, str]], known: bool, authority: trustme.CA
) -> None:
    site = Site(start=answer(b"hello"))
    with (
        server(site, tls=context(authority, NAME)) as port,
        access() as reach,
        Session(reach, f"https://{NAME}/", connect=f"127.0.0.1:{port}") as session,
    ):
        if known:
            assert not session.get().trusted
        with pytest.raises(Refused, match="nothing secret is sent"):
            session.get(method="POST", **secret)  # type: ignore[arg-type]
    assert len(site.requests) == known


def test_a_failure_is_told_without_query_user_or_fragment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
    url = f"http://user:CANARY@127.0.0.1:{port}/path?token=CANARY#CANARY"
    with access() as reach, Session(reach, url) as session, pytest.raises(Unreachable) as caught:
        session.get(url)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))
    assert shown(url) == f"http://127.0.0.1:{port}/path"


def test_a_user_in_a_url_is_not_sent() -> None:
    site = Site(start=answer(b"", "302 Found", "Location: //user:CANARY@127.0.0.1:{}/x"))
    with visiting(site) as (session, _, port):
        site.pages["start"] = site.pages["start"].replace(b"{}", str(port).encode())
        site.pages["x"] = answer()
        assert [hop.url for hop in session.follow()][1] == f"http://127.0.0.1:{port}/x"
    assert "authorization" not in site.requests[1].lower()


def test_what_is_no_url_is_refused_before_anything_is_sent() -> None:
    with access() as reach, Session(reach, "http://127.0.0.1/") as session:
        for url in ("ftp://127.0.0.1/", "http://127.0.0.1:0/", "http://[::1/"):
            with pytest.raises(Refused, match="no address a browser would open"):
                session.get(url)
    assert reach.connections == 0


def test_an_answer_in_another_protocol_is_not_readable() -> None:
    with (
        visiting(saying(b"220 mail.payer.example ESMTP\r\n")) as (session, _, _),
        pytest.raises(Truncated, match="not readable as HTTP"),
    ):
        session.get()
