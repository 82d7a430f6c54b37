"""Servers that do not behave like a directory."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rempart.collectors.directory import BRINGS, collect
from rempart.errors import CollectError, Limited, NotAuthorised, Refused, Truncated
from rempart.inventory.subjects import Directory
from rempart.transport import ldap
from tests.loopback import access


@pytest.fixture
def nonsense() -> Iterator[Any]:
    """Serve an answer to whoever connects; set `.answer` first."""

    class Server:
        answer = b""
        port = 0

    served = Server()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served.port = listening.getsockname()[1]

        def serve() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(4096)
                    peer.sendall(served.answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield served
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x84\x7f\xff\xff\xff",
        b"",
        b"\x30\x05\x02\x01\x01\x78\x00",
    ],
)
def test_a_server_that_is_no_directory_is_said(nonsense: Any, answer: bytes) -> None:
    nonsense.answer = answer
    subject = Directory(id="d", url=f"ldap://127.0.0.1:{nonsense.port}", base="dc=payer")
    with pytest.raises(CollectError):
        list(collect(subject, access(subject), frozenset(BRINGS)))


def test_a_directory_outside_the_mandate_is_not_asked() -> None:
    subject = Directory(id="d", url="ldap://192.0.2.9", base="dc=payer")
    with pytest.raises(NotAuthorised):
        list(collect(subject, access(subject), frozenset(BRINGS)))


def test_what_a_server_sends_is_counted(nonsense: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap, "MOST", 10)
    nonsense.answer = b"\x30\x84\x00\xff\xff\xff" + bytes(4000)
    with ldap.opened(access(), f"ldap://127.0.0.1:{nonsense.port}") as line:
        line.left = 100
        with pytest.raises((Limited, Truncated)):
            ldap.read_root(line)


def test_a_server_that_never_answers_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        subject = Directory(id="d", url=f"ldap://127.0.0.1:{port}", base="dc=payer")
        with pytest.raises(Limited):
            list(collect(subject, access(subject, seconds=0.5), frozenset(BRINGS)))


def test_a_name_without_a_password_is_not_sent(nonsense: Any) -> None:
    with (
        ldap.opened(access(), f"ldap://127.0.0.1:{nonsense.port}") as line,
        pytest.raises(Refused, match="without a password"),
    ):
        line.bind("cn=audit", "")
