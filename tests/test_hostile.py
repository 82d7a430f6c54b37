"""What a hostile server can do, and what comes of it: an outcome with its reason, in time."""

import gzip
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rempart.errors import (
    CollectError,
    Limited,
    NotAuthorised,
    Reason,
    Refused,
    Truncated,
    Unreachable,
)
from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from rempart.scope import Scope, guarded
from rempart.transport.access import Access
from rempart.transport.http import BODY_CAP, Answer, Session
from rempart.transport.raw import exchange
from rempart.transport.ssh import Output, run_script
from rempart.transport.ssh_channel import STDERR_CAP
from rempart.transport.tls import handshake
from tests.hostile import Speaker, dripping, endless, repeated, saying, server, silent
from tests.loopback import access, mandate
from tests.ssh_server import Manners, SshServed, serve, write_key

SHORT = 0.6
OK = b"HTTP/1.1 200 OK\r\n"
HTML = OK + b"Content-Type: text/html\r\n"


def page(speak: Speaker, *, seconds: float = SHORT) -> Answer:
    with (
        server(speak) as port,
        access(seconds=seconds) as reach,
        Session(reach, f"http://127.0.0.1:{port}/") as session,
    ):
        return session.get("/page?token=TOKEN123")


@pytest.mark.parametrize(
    "speak",
    [
        silent,
        dripping(b"HTTP/1.1 2"),
        dripping(OK + b"X-Slow: ", b"x"),
        dripping(OK, b"X: y\r\n"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silent", "status", "one header", "headers", "100 continue"],
)
def test_a_server_that_keeps_us_waiting_is_left(speak: Speaker) -> None:
    with pytest.raises(Limited, match="seconds allowed") as caught:
        page(speak)
    assert "TOKEN123" not in str(caught.value)


@pytest.mark.parametrize(
    "speak",
    [
        saying(repeated_headers := OK + b"X: y\r\n" * 1000 + b"\r\n"),
        saying(OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n"),
        saying(OK + b"".join(b"X%d: %s\r\n" % (n, b"y" * 4000) for n in range(60)) + b"\r\n"),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        saying(b"SSH-2.0-OpenSSH_9.2\r\n"),
        saying(os.urandom(4096)),
        endless(OK, b"X"),
    ],
    ids=["many", "long", "large", "100 continue", "ssh", "random", "endless"],
)
def test_headers_that_are_none_or_too_many_are_no_answer(speak: Speaker) -> None:
    with pytest.raises(Truncated) as caught:
        page(speak, seconds=20)
    assert "TOKEN123" not in str(caught.value)


def test_a_server_that_closes_at_once_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="closed without an answer") as caught:
        page(saying())
    assert "TOKEN123" not in str(caught.value)


@pytest.mark.parametrize(
    "speak",
    [
        dripping(HTML + b"Content-Length: 4000\r\n\r\n<html>"),
        dripping(HTML + b"\r\n<html>"),
        dripping(HTML + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n", b"1\r\nx\r\n"),
        saying(HTML + b"Content-Length: 4000\r\n\r\n<html>"),
        saying(HTML + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\nzz\r\n"),
        saying(HTML + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n"),
        endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n", b"0"),
        endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n0\r\n", b"T: x\r\n"),
    ],
    ids=[
        *("drip", "drip to close", "drip chunks", "cut", "bad chunk", "cut chunk"),
        *("endless chunk size", "endless trailers"),
    ],
)
def test_a_body_that_does_not_end_well_is_truncated(speak: Speaker) -> None:
    answer = page(speak)
    assert answer.truncated
    assert answer.status == 200
    assert answer.header("content-type") == "text/html"
    assert answer.body.startswith(b"<html>")


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_stops_at_the_cap(layers: int) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)
    if layers == 2:
        bomb = gzip.compress(bomb, 9)
    names = b", ".join([b"gzip"] * layers)
    head = HTML + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (names, len(bomb))
    answer = page(saying(head, bomb), seconds=20)
    assert answer.truncated
    assert len(answer.body) <= BODY_CAP


def test_an_endless_body_stops_at_the_cap() -> None:
    answer = page(endless(HTML + b"\r\n", b"x" * 65536), seconds=20)
    assert (answer.truncated, len(answer.body)) == (True, BODY_CAP)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.9:{port}/",
        "http://[::ffff:127.0.0.9]:{port}/",
        "http://2130706441:{port}/",
        "http://0x7f.0.0.9:{port}/",
        "http://0177.0.0.9:{port}/",
        "//127.0.0.9:{port}/x?token=TOKEN123",
        "http://evil.example/",
        "https://login.microsoftonline.com/authorize?client=TOKEN123",
        "file:///etc/passwd",
        "http://user:TOKEN123@127.0.0.9:{port}/",
        "http://127.0.0.9:{port}\\@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[::1",
    ],
)
def test_a_redirect_outside_the_scope_is_named_and_not_followed(location: str) -> None:
    scope = mandate(scope=("127.0.0.1",))
    connected: list[str] = []

    def outside(sock: socket.socket, _: threading.Event) -> None:
        connected.append(str(sock.getpeername()))

    with server(outside) as port:
        target = location.format(port=port).encode()
        redirect = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target + b"\r\n\r\n"
        with (
            server(saying(redirect)) as start,
            guarded(Scope.of(scope)),
            access(authorisation=scope) as reach,
            Session(reach, f"http://127.0.0.1:{start}/") as session,
        ):
            answers = session.follow()
        assert [answer.status for answer in answers] == [302]
        assert answers[-1].leaves
        assert "TOKEN123" not in answers[-1].leaves
        assert reach.connections == 1
    assert connected == []


@pytest.mark.parametrize(
    ("speak", "outcome"),
    [
        (silent, Limited),
        (dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"), Limited),
        (saying(os.urandom(4096)), Refused),
        (endless(b"", b"\x15\x03\x03\x00\x02\x01\x00"), CollectError),
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Refused),
        (saying(), Unreachable),
        (saying(b"\x15\x03\x03\x00\x02\x02\x28"), Refused),
    ],
    ids=["silent", "drip", "random", "alert storm", "http", "closed", "alert"],
)
def test_a_handshake_that_comes_to_nothing_has_a_reason(
    speak: Speaker, outcome: type[CollectError]
) -> None:
    with server(speak) as port, access(seconds=SHORT) as reach, pytest.raises(outcome):
        handshake(reach, "127.0.0.1", port, server_name="portal.payer.example")


def test_a_raw_exchange_ends_with_the_deadline_and_the_cap() -> None:
    def never(_: bytes) -> bool:
        return False

    for speak in (silent, dripping(b"\x16\x03")):
        with server(speak) as port, access(seconds=SHORT) as reach, pytest.raises(Limited):
            exchange(reach, "127.0.0.1", port, b"hello", enough=never)
    with server(endless(b"", b"x" * 4096)) as port, access() as reach:
        assert exchange(reach, "127.0.0.1", port, b"hi", enough=never, cap=9000) == b"x" * 9000


@contextmanager
def reached(port: int, folder: Path, seconds: float = SHORT) -> Iterator[tuple[Access, Host]]:
    """A host at a port where something else than sshd may answer."""
    key, known = folder / "id", folder / "known"
    public = write_key(key).get_base64()
    known.write_text(f"[127.0.0.1]:{port} ssh-ed25519 {public}\n")
    host = Host(id="h", ssh=f"audit@127.0.0.1:{port}", key=Key(key), known_hosts=known)
    with access(host, seconds=seconds) as reach:
        yield reach, host


@pytest.mark.parametrize(
    ("speak", "outcome"),
    [
        (silent, Limited),
        (dripping(b"SSH-2.0-"), Limited),
        (dripping(b"", b"tarpit\r\n"), Limited),
        (endless(b"", b"x" * 4096), CollectError),
        (endless(b"", b"tarpit\r\n" * 64), Truncated),
        (endless(b"SSH-2.0-x\r\n", b"\0" * 4096), CollectError),
        (saying(b"SSH-2.0-x\r\n" + os.urandom(4096), asked=False), CollectError),
        (saying(b"SSH-1.5-old\r\n", asked=False), CollectError),
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", asked=False), CollectError),
        (saying(asked=False), CollectError),
    ],
    ids=[
        "silent",
        "drip",
        "tar-pit",
        "flood",
        "lines",
        "zeros",
        "random",
        "ssh1",
        "http",
        "closed",
    ],
)
def test_what_is_no_ssh_server_has_a_reason(
    speak: Speaker, outcome: type[CollectError], tmp_path: Path
) -> None:
    with (
        server(speak) as port,
        reached(port, tmp_path) as (reach, host),
        pytest.raises(outcome) as caught,
    ):
        run_script(reach, host, b"id\n")
    assert caught.type is not NotAuthorised


def asked(served: SshServed, *, seconds: float = 20, cap: int = 4_000_000) -> Output:
    host = Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)
    with access(host, seconds=seconds) as reach:
        return run_script(reach, host, b"id\n", cap=cap)


def test_300_megabytes_on_stdout_stop_at_the_cap(tmp_path: Path) -> None:
    with serve(lambda _: repeated(b"x" * 65536, 4800), tmp_path) as served:
        output = asked(served, cap=1_000_000)
    assert (len(output.stdout), output.truncated) == (1_000_000, True)
    assert (output.status, output.reason) == (None, Reason.LIMIT)


def test_a_flood_on_stderr_neither_blocks_nor_stays(tmp_path: Path) -> None:
    manners = Manners(stderr=repeated(b"e" * 65536, 50))
    with serve(lambda _: b"uid=0\n", tmp_path, manners=manners) as served:
        output = asked(served)
    assert (output.stdout, output.status, output.truncated) == (b"uid=0\n", 0, False)
    assert output.stderr == b"e" * STDERR_CAP


def test_an_endless_stderr_stops_at_the_cap(tmp_path: Path) -> None:
    manners = Manners(stderr=repeated(b"e" * 65536, 4800))
    with serve(lambda _: b"", tmp_path, manners=manners) as served:
        output = asked(served, cap=1_000_000)
    assert (output.truncated, output.reason) == (True, Reason.LIMIT)


@pytest.mark.parametrize("manners", [Manners(cut=True), Manners(status=None)])
def test_an_answer_cut_in_the_middle_is_truncated(manners: Manners, tmp_path: Path) -> None:
    with serve(lambda _: b"PermitRootLogin no\n", tmp_path, manners=manners) as served:
        output = asked(served)
    assert (output.status, output.truncated, output.reason) == (None, True, Reason.TRUNCATED)


def test_a_dripping_answer_ends_with_the_deadline(tmp_path: Path) -> None:
    stop = threading.Event()

    def drip(_: bytes) -> Iterator[bytes]:
        while not stop.wait(0.05):
            yield b"x"

    with serve(drip, tmp_path) as served:
        output = asked(served, seconds=SHORT)
        stop.set()
    assert (output.status, output.truncated, output.reason) == (None, True, Reason.LIMIT)
    assert set(output.stdout) == set(b"x")


def test_a_changed_host_key_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with serve(lambda _: b"", tmp_path) as served:
        other = write_key(tmp_path / "other").get_base64()
        served.known_hosts.write_text(f"[127.0.0.1]:{served.port} ssh-ed25519 {other}\n")
        with pytest.raises(Refused, match="host key changed"):
            asked(served)
    assert served.scripts == []


def test_a_refused_authentication_says_so_without_secrets(tmp_path: Path) -> None:
    with (
        serve(lambda _: b"", tmp_path, manners=Manners(accept=False)) as served,
        pytest.raises(Refused, match="authentication of audit refused"),
    ):
        asked(served)
    assert served.scripts == []
