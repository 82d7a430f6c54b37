"""A small SSH server for the demonstration: one user, one key, one script at a time.

Imported only while the demonstration is served, since it imports paramiko.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rempart.results import write_private

MOST = 1_000_000  # bytes of a script
POLL = 0.2  # seconds between two looks at whether to stop


class Server:
    """Signs one user in with one key, and answers what is fed to `sh -s`."""

    def __init__(
        self, user: str, key: Path, host_key: Path, reply: Callable[[bytes], bytes]
    ) -> None:
        self.user = user
        self.key = paramiko.PKey.from_path(key)
        self.host_key = paramiko.PKey.from_path(host_key)
        self.reply = reply
        self._stopped = threading.Event()
        self._open: list[paramiko.Transport] = []

    @property
    def known(self) -> str:
        """The host key as known_hosts writes it."""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def accept(self, listener: socket.socket) -> None:
        """Serve connections until told to stop; leaves no thread behind."""
        listener.settimeout(POLL)
        while not self._stopped.is_set():
            with contextlib.suppress(TimeoutError):
                sock, _ = listener.accept()
                self._open = [one for one in self._open if one.is_alive()]
                self._open.append(self._serve(sock))
        for transport in self._open:
            transport.close()
            transport.join(5)

    def stop(self) -> None:
        """Let `accept` end at its next look."""
        self._stopped.set()

    def _serve(self, sock: socket.socket) -> paramiko.Transport:
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # many short answers
        transport = paramiko.Transport(sock)
        transport.add_server_key(self.host_key)
        transport.start_server(event=threading.Event(), server=_Session(self))
        return transport


class _Session(paramiko.ServerInterface):
    """One connection: public key only, sessions only, `sh -s` only."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = (username, key) == (self._server.user, self._server.key)
        return paramiko.common.AUTH_SUCCESSFUL if good else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        refused = paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return paramiko.common.OPEN_SUCCEEDED if kind == "session" else refused

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if command != b"sh -s":
            return False
        threading.Thread(target=self._run, args=(channel,), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.closing(channel):
            script = bytearray()
            while (chunk := channel.recv(65536)) and len(script) < MOST:
                script += chunk
            channel.sendall(self._server.reply(bytes(script)))
            channel.send_exit_status(0)


def write_key(path: Path) -> Path:
    """Write a new ed25519 key that its owner alone may read."""
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return path
