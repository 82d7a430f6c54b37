"""A light SSH server for tests: it hands each script to a function and sends what that returns."""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Answers = Callable[[bytes], bytes | Iterable[bytes]]
USER = "audit"

logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class SshServed:
    """Where it listens, and what a client needs to sign in."""

    port: int
    key: Path
    known_hosts: Path
    host_key: paramiko.PKey
    scripts: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def ssh(self) -> str:
        """The inventory's spelling of the address."""
        return f"{USER}@127.0.0.1:{self.port}"


@dataclass
class Manners:
    """How the server behaves: status None closes without one, `cut` drops the connection instead
    of ending, `stderr` goes out first, `accept` false refuses every key."""

    accept: bool = True
    password: str = ""
    status: int | None = 0
    cut: bool = False
    stderr: Iterable[bytes] = ()
    ciphers: tuple[str, ...] = ()


@contextlib.contextmanager
def serve(
    answers: Answers,
    folder: Path,
    *,
    manners: Manners | None = None,
    host_key: paramiko.PKey | None = None,
) -> Iterator[SshServed]:
    """An SSH server on a free port of 127.0.0.1; `folder` gets its client key and known_hosts."""
    manners = manners or Manners()
    key_path = folder / "id_ed25519"
    if not key_path.exists():
        write_key(key_path)
    host_key = host_key or write_key(folder / f"host_key_{os.urandom(4).hex()}")
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        port = listener.getsockname()[1]
        known = folder / "known_hosts"
        with known.open("a") as lines:
            lines.write(f"[127.0.0.1]:{port} {host_key.get_name()} {host_key.get_base64()}\n")
        served = SshServed(port, key_path, known, host_key)
        client_key = paramiko.PKey.from_path(key_path)
        open_ones: set[paramiko.Transport] = set()
        stop = threading.Event()
        loop = threading.Thread(
            target=_accept, args=(listener, served, client_key, answers, manners, open_ones, stop)
        )
        loop.start()
        try:
            yield served
        finally:
            stop.set()
            with socket.create_connection(("127.0.0.1", port)):
                loop.join()
            for transport in list(open_ones):
                transport.close()
                transport.join(5)


def write_key(path: Path) -> paramiko.PKey:
    """Write a new ed25519 key, mode 0600."""
    raw = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    path.touch(mode=0o600)
    path.write_bytes(raw)
    return paramiko.PKey.from_path(path)


def _accept(
    listener: socket.socket,
    served: SshServed,
    client_key: paramiko.PKey,
    answers: Answers,
    manners: Manners,
    open_ones: set[paramiko.Transport],
    stop: threading.Event,
) -> None:
    while True:
        sock, _ = listener.accept()
        if stop.is_set():
            sock.close()
            return
        for ended in [one for one in open_ones if not one.is_alive()]:
            open_ones.discard(ended)
        transport = paramiko.Transport(sock)
        transport.packetizer.start_handshake = _no_timer  # type: ignore[method-assign]
        transport.add_server_key(served.host_key)
        if manners.ciphers:
            transport.get_security_options().ciphers = manners.ciphers
        transport.start_server(
            event=threading.Event(), server=_Server(served, client_key, answers, manners, transport)
        )
        open_ones.add(transport)


def _no_timer(timeout: float) -> None:
    """No thread that outlives a failed handshake."""


class _Server(paramiko.ServerInterface):
    def __init__(
        self,
        served: SshServed,
        client_key: paramiko.PKey,
        answers: Answers,
        manners: Manners,
        transport: paramiko.Transport,
    ) -> None:
        self._served = served
        self._client_key = client_key
        self._answers = answers
        self._manners = manners
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password" if self._manners.password else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = self._manners.accept and (username, key) == (USER, self._client_key)
        return paramiko.common.AUTH_SUCCESSFUL if good else paramiko.common.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        good = bool(password) and (username, password) == (USER, self._manners.password)
        return paramiko.common.AUTH_SUCCESSFUL if good else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == "session":
            return paramiko.common.OPEN_SUCCEEDED
        self._served.refused.append(kind)
        return paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        try:
            sock = socket.create_connection(destination, timeout=5)
        except OSError:
            return paramiko.common.OPEN_FAILED_CONNECT_FAILED
        threading.Thread(target=self._forward, args=(chanid, sock), daemon=True).start()
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command), daemon=True).start()
        return True

    def check_channel_forward_agent_request(self, channel: paramiko.Channel) -> bool:
        self._served.refused.append("agent forwarding")
        return False

    def _run(self, channel: paramiko.Channel, command: bytes) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.closing(channel):
            script = b""
            while chunk := channel.recv(65536):
                script += chunk
            self._served.scripts.append(command + b"\n" + script)
            for chunk in self._manners.stderr:
                channel.sendall_stderr(chunk)
            answer = self._answers(script)
            for chunk in [answer] if isinstance(answer, bytes) else answer:
                channel.sendall(chunk)
            if self._manners.cut:
                self._transport.close()
                return
            if self._manners.status is not None:
                channel.send_exit_status(self._manners.status)

    def _forward(self, chanid: int, sock: socket.socket) -> None:
        channel = self._transport.accept(5)
        if channel is None:
            sock.close()
            return
        with sock, contextlib.suppress(OSError, EOFError), contextlib.closing(channel):
            back = threading.Thread(target=_pump, args=(sock, channel), daemon=True)
            back.start()
            _pump(channel, sock)
            back.join(5)


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    with contextlib.suppress(OSError, EOFError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with contextlib.suppress(OSError, EOFError):
        sink.shutdown(1)
