"""A TCP relay on 127.0.0.1 that counts connections and may hold every byte back for a while."""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Relayed:
    """A running relay."""

    port: int
    connections: int = 0


@contextmanager
def relay(target: int, delay: float = 0.0) -> Iterator[Relayed]:
    """Relay to a port of 127.0.0.1; each direction is held back `delay` seconds."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as door:
        relayed = Relayed(door.getsockname()[1])
        stop = threading.Event()

        def accept() -> None:
            while True:
                try:
                    near, _ = door.accept()
                except OSError:
                    return
                relayed.connections += 1
                threading.Thread(target=_pair, args=(near, target, delay, stop)).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield relayed
        finally:
            stop.set()
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def _pair(near: socket.socket, target: int, delay: float, stop: threading.Event) -> None:
    """Both directions of one connection; what came waits for its turn."""
    waiting: deque[tuple[float, socket.socket, bytes]] = deque()
    time.sleep(delay)  # the way of the first packet
    with near, socket.create_connection(("127.0.0.1", target)) as far:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as ready:
            for line in other:
                ready.register(line, selectors.EVENT_READ, line)
            while ready.get_map() and not stop.is_set():
                pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.2
                for key, _ in ready.select(pause):
                    line = key.data
                    data = _received(line)
                    waiting.append((time.monotonic() + delay, other[line], data))
                    if not data:
                        ready.unregister(line)
                if not _sent(waiting):
                    return


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""


def _sent(waiting: deque[tuple[float, socket.socket, bytes]]) -> bool:
    """Send what is due; false when a side is gone."""
    while waiting and waiting[0][0] <= time.monotonic():
        _, line, data = waiting.popleft()
        try:
            line.sendall(data) if data else line.shutdown(socket.SHUT_WR)
        except OSError:
            return False
    return True
