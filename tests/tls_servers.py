"""TLS servers on 127.0.0.1: an OpenSSL of 2026, and a library that still has SSLv3."""

import contextlib
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from OpenSSL import SSL


@contextmanager
def accepting(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listener that hands each connection to `serve`, one after the other; yields its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as door:

        def run() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                line.settimeout(5)
                with line:
                    serve(line)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def modern(certificate: Path, key: Path) -> Iterator[int]:
    """OpenSSL as the cryptography package brings it: hybrid groups, TLS 1.2 and 1.3."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_file(str(certificate))
    context.use_privatekey_file(str(key))

    def serve(line: socket.socket) -> None:
        connection = SSL.Connection(context, None)
        connection.set_accept_state()
        while _goes_on(connection) and _flushed(connection, line) and _fed(connection, line):
            pass
        _flushed(connection, line)

    with accepting(serve) as port:
        yield port


def _goes_on(connection: SSL.Connection) -> bool:
    """Whether the handshake wants more of the client."""
    try:
        connection.do_handshake()
    except SSL.WantReadError:
        return True
    except SSL.Error:
        return False
    return False


def _flushed(connection: SSL.Connection, line: socket.socket) -> bool:
    try:
        line.sendall(connection.bio_read(65536))
    except SSL.WantReadError:
        return True
    except OSError:
        return False
    return True


def _fed(connection: SSL.Connection, line: socket.socket) -> bool:
    try:
        data = line.recv(65536)
    except OSError:
        return False
    if data:
        connection.bio_write(data)
    return bool(data)


@contextmanager
def ancient(certificate: Path, key: Path) -> Iterator[int]:
    """tlslite-ng as of old: SSLv3 to TLS 1.1, RC4 and 3DES."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports asyncore where that is
        from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
    chain = X509CertChain()
    chain.parsePemList(certificate.read_text())
    private = parsePEMKey(key.read_text(), private=True)
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = (3, 0), (3, 2)
    settings.cipherNames = ["rc4", "3des", "aes128"]
    settings.macNames = ["sha", "md5"]
    settings.useEncryptThenMAC = False

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(Exception):  # a client that leaves is what is meant
            TLSConnection(line).handshakeServer(
                certChain=chain, privateKey=private, settings=settings
            )

    with accepting(serve) as port:
        yield port
