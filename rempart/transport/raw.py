"""Raw bytes to an endpoint and back, over the audit's own connections."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from rempart.transport.access import Access

CHUNK = 16384


@dataclass(slots=True)
class Talk:
    """A raw conversation on one connection; `open` until the other side closes or resets it."""

    access: Access
    sock: socket.socket = field(repr=False)
    where: str
    patience: float | None
    open: bool = True

    def send(self, payload: bytes) -> None:
        """Send bytes; a connection that is gone is closed, not an error."""
        try:
            self.sock.sendall(payload)
        except OSError:
            self._gone()

    def read(self, enough: Callable[[bytes], bool], cap: int = 16384) -> bytes:
        """What comes: until `enough`, the cap, silence for the patience, or the end."""
        received = b""
        try:
            while self.open and len(received) < cap and not enough(received):
                chunk = self.sock.recv(min(CHUNK, cap - len(received)))
                self.open = bool(chunk)
                received += chunk
        except TimeoutError:
            self.access.deadline.check(self.where)
        except OSError:  # a reset is an answer to a hello; a deadline is not
            self._gone()
        if not enough(received):
            self.access.deadline.check(self.where)
        return received

    def _gone(self) -> None:
        self.open = False
        self.access.deadline.check(self.where)


Before: TypeAlias = Callable[[Talk], None]  # what is said before the conversation that is meant


def nothing(_: Talk) -> None:
    """Say nothing before."""


@contextmanager
def talk(
    access: Access,
    host: str,
    port: int,
    *,
    name: str = "",
    patience: float | None = None,
    before: Before = nothing,
) -> Iterator[Talk]:
    """A raw conversation with an endpoint. Raises CollectError.

    `patience` is how many seconds of silence count as an answer; without it only the deadline ends
    silence.
    """
    with access.dial(host, port, name=name) as sock:
        line = begun(access, sock, f"{host} port {port}", patience, before)
        yield line


def begun(
    access: Access, sock: socket.socket, where: str, patience: float | None, before: Before
) -> Talk:
    """A conversation on an open connection, after what is said before it."""
    sock.settimeout(patience)
    line = Talk(access, sock, where, patience)
    before(line)
    return line


def exchange(
    access: Access,
    host: str,
    port: int,
    payload: bytes,
    *,
    enough: Callable[[bytes], bool],
    cap: int = 16384,
    name: str = "",
    patience: float | None = None,
    before: Before = nothing,
) -> bytes:
    """What comes back for raw bytes, as `talk` says. Empty when it closed without a word."""
    with talk(access, host, port, name=name, patience=patience, before=before) as line:
        line.send(payload)
        return line.read(enough, cap)
