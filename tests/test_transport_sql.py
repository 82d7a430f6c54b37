"""Database servers that are hostile, silent, elsewhere, or whose driver is missing."""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.errors import CollectError, Limited, NoCollector, NotAuthorised, Refused, Truncated
from rempart.inventory import Database
from rempart.transport import sql
from rempart.transport.line import Line
from tests.loopback import access

Said = Callable[[socket.socket], None]


@contextmanager
def answering(said: Said) -> Iterator[int]:
    """A server on loopback that answers one connection so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                said(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join(timeout=20)


def asked(scheme: str, port: int, *, seconds: float = 20, spare: float = 5) -> None:
    database = Database(id="adh", url=f"{scheme}://reader@127.0.0.1:{port}/adh")
    with access(database, seconds=seconds) as own, sql.opened(own, database, spare=spare):
        pytest.fail("it let us in")


def _until_closed(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def _postgresql(after: bytes) -> Said:
    def said(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"N")
        connection.recv(4096)
        connection.sendall(after)
        _until_closed(connection)

    return said


def _mysql(sent: bytes) -> Said:
    def said(connection: socket.socket) -> None:
        connection.sendall(sent)
        _until_closed(connection)

    return said


@pytest.mark.parametrize(
    ("scheme", "said", "kind"),
    [
        ("postgresql", _postgresql(b"R" + struct.pack("!i", 2**31 - 1)), Limited),
        ("postgresql", _postgresql(b"~" + struct.pack("!i", 4)), Truncated),
        ("postgresql", _postgresql(b"R" + struct.pack("!i", 1)), Truncated),
        ("postgresql", _mysql(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Refused),
        ("mysql", _mysql(struct.pack("<I", 8) + b"\x0a" * 8), Truncated),
        ("mysql", _mysql(b"SSH-2.0-none\r\n"), CollectError),
    ],
)
def test_a_hostile_answer_is_an_error_in_words(
    scheme: str, said: Said, kind: type[CollectError]
) -> None:
    with answering(said) as port, pytest.raises(kind, match=f"127.0.0.1 port {port}: ") as caught:
        asked(scheme, port)
    assert "HTTP" not in str(caught.value)
    assert "SSH" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_silence_ends_in_time(scheme: str) -> None:
    with answering(_until_closed) as port, pytest.raises(Limited, match="in the time allowed"):
        asked(scheme, port, seconds=1.5, spare=1)


@pytest.mark.parametrize(("scheme", "extra"), [("postgresql", "postgres"), ("mysql", "mysql")])
def test_a_missing_driver_is_named(
    scheme: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"rempart.transport.{scheme}", raising=False)
    monkeypatch.delattr(f"rempart.transport.{scheme}", raising=False)
    for module in ("pg8000", "pg8000.native", "pymysql"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NoCollector, match=rf"pip install 'rempart\[{extra}\]'"):
        asked(scheme, 1)


class _Elsewhere:
    """A connection that leads to another machine."""

    def getpeername(self) -> tuple[str, int]:
        return ("203.0.113.5", 5432)

    def settimeout(self, _: float) -> None:
        return


def _line(transit: str, own: Any) -> Line:
    there = SimpleNamespace(
        dial=lambda *_: _Elsewhere(),
        authorisation=SimpleNamespace(transit=transit),
        deadline=own.deadline,
    )
    stand_in: Any = there
    return Line(stand_in, "db.payer.example", 5432, None, 5)


def test_rows_cross_a_network_only_as_the_mandate_says() -> None:
    with access() as own:
        for transit in ("counts", "statistics"):
            line = _line(transit, own)
            with pytest.raises(NotAuthorised, match="transit: sample"):
                line.dial()
        line = _line("sample", own)
        line.dial()
        with pytest.raises(Refused, match="offers no TLS"):
            line.stay_plain()
