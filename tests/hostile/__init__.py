"""Servers that mean harm: each speaks once to every client that connects."""

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator

Speaker = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def server(speak: Speaker, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server on 127.0.0.1 that treats each client so; every thread ends with it."""
    stop = threading.Event()
    taken: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(sock):
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
                taken.append(sock)
            with contextlib.closing(sock):
                if isinstance(sock, ssl.SSLSocket) and not stop.is_set():
                    sock.do_handshake()
                speak(sock, stop)

    def accept() -> None:
        while True:
            sock, _ = listener.accept()
            if stop.is_set():
                sock.close()
                return
            taken.append(sock)
            threads.append(threading.Thread(target=serve, args=(sock,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            with socket.create_connection(listener.getsockname()):
                accepting.join()
            for sock in taken:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def silent(sock: socket.socket, _: threading.Event) -> None:
    """Accept, listen, and never say a word."""
    while sock.recv(65536):
        pass


def saying(*chunks: bytes, asked: bool = True) -> Speaker:
    """Wait for the request unless not `asked`, say this and close."""

    def speak(sock: socket.socket, _: threading.Event) -> None:
        if asked:
            sock.recv(65536)
        for chunk in chunks:
            sock.sendall(chunk)
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_WR)
        while sock.recv(65536):
            pass

    return speak


def dripping(start: bytes, drop: bytes = b"x", *, every: float = 0.05) -> Speaker:
    """Say the start at once, then one more drop at a time, without end."""

    def speak(sock: socket.socket, stop: threading.Event) -> None:
        sock.sendall(start)
        for piece in itertools.cycle(drop[at : at + 1] for at in range(len(drop))):
            if stop.wait(every):
                return
            sock.sendall(piece)

    return speak


def endless(start: bytes, block: bytes) -> Speaker:
    """Say the start, then the block again and again, as fast as it is read."""

    def speak(sock: socket.socket, stop: threading.Event) -> None:
        sock.sendall(start)
        while not stop.is_set():
            sock.sendall(block)

    return speak


def repeated(block: bytes, times: int) -> Iterable[bytes]:
    """A block so many times, without holding them all."""
    return itertools.repeat(block, times)
