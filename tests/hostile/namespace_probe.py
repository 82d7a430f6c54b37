"""Tries to leave the scope in every way, inside a network namespace that counts packets.

Run as `unshare -Urn python tests/hostile/namespace_probe.py NFT FOLDER`: prints as JSON the packets
inside and outside the scope, first of attempts without the gate, then of the same ones with it.
"""

import contextlib
import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import requests

from rempart.errors import NotAuthorised, RempartError
from rempart.inventory.subjects import Host
from rempart.inventory.values import Key
from rempart.scope import Scope, guarded
from rempart.transport.http import Session
from rempart.transport.ssh import run_script
from rempart.transport.tls import handshake
from tests.hostile import saying, server
from tests.loopback import access, mandate
from tests.ssh_server import serve

INSIDE = "127.0.0.1"
RULES = """
table inet scope {
  counter inside { }
  counter outside { }
  chain out {
    type filter hook output priority 0; policy drop;
    ip daddr 127.0.0.1 counter name inside accept
    counter name outside drop
  }
}
"""
SPELLINGS = ("127.0.0.9", "2130706441", "0x7f.9", "0177.0.0.9", "127.9")
IPV6 = ("::1", "::ffff:127.0.0.9")


def lo_up() -> None:
    """Bring the loopback interface of this namespace up (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))


def counted(nft: str) -> dict[str, int]:
    """Packets so far by counter, which are set back to zero."""
    done = subprocess.run([nft, "-j", "reset", "counters"], capture_output=True, check=True)
    found = [
        entry["counter"] for entry in json.loads(done.stdout)["nftables"] if "counter" in entry
    ]
    return {counter["name"]: counter["packets"] for counter in found}


def direct() -> Iterator[Callable[[], object]]:
    """Ways out that use nothing of ours."""

    def connected(family: int, host: str) -> None:
        with socket.socket(family) as sock:
            sock.settimeout(0.2)
            sock.connect((host, 9))

    def sent() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.sendto(b"x", ("127.0.0.9", 53))

    for host in SPELLINGS:
        yield lambda host=host: connected(socket.AF_INET, host)  # type: ignore[misc]
    for host in IPV6:
        yield lambda host=host: connected(socket.AF_INET6, host)  # type: ignore[misc]
    yield sent
    yield lambda: requests.get("http://127.0.0.9/", timeout=0.2)
    yield lambda: paramiko.Transport(("127.0.0.9", 22))
    yield lambda: socket.create_connection(("127.0.0.9", 9), timeout=0.2)
    child = "import socket; s = socket.socket(2, 2); s.sendto(b'x', ('127.0.0.9', 53))"
    yield lambda: subprocess.run([sys.executable, "-c", child], check=False, stderr=-3)


def through_us(folder: Path) -> Iterator[Callable[[], object]]:
    """Ways out through the transport, where a hostile server or a careless inventory leads."""
    reach = access(authorisation=mandate(scope=(INSIDE,)))

    def redirected(location: str) -> None:
        head = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n"
        with (
            server(saying(head.encode())) as port,
            Session(reach, f"http://{INSIDE}:{port}/") as session,
        ):
            assert session.follow()[-1].leaves

    for host in (*SPELLINGS, *(f"[{address}]" for address in IPV6), "localhost", "evil.example"):
        yield lambda host=host: redirected(f"http://{host}:8080/")  # type: ignore[misc]
    for host in (*SPELLINGS, *IPV6):
        yield lambda host=host: handshake(reach, host, 443, server_name="payer.example")  # type: ignore[misc]
    key = Key(folder / "id_ed25519")
    stray = Host(id="h", ssh="audit@0x7f.9", key=key, known_hosts=folder / "known_hosts")
    yield lambda: run_script(reach, stray, b"id\n")


def in_scope(folder: Path) -> None:
    """What the mandate covers still works."""
    with serve(lambda script: script, folder) as served, access() as reach:
        host = Host(id="h", ssh=served.ssh, key=Key(served.key), known_hosts=served.known_hosts)
        with guarded(Scope.of(mandate(scope=(INSIDE,)))):
            assert run_script(reach, host, b"id\n").stdout == b"id\n"


def main(nft: str, folder: Path) -> dict[str, object]:
    """All attempts, without and with the gate."""
    lo_up()
    subprocess.run([nft, "-f", "-"], input=RULES.encode(), check=True)
    attempts = 0
    socket.setdefaulttimeout(0.2)
    for attempt in direct():
        with contextlib.suppress(OSError, paramiko.SSHException):
            attempt()
    socket.setdefaulttimeout(None)
    control = counted(nft)
    in_scope(folder)
    kept = 0
    with guarded(Scope.of(mandate(scope=(INSIDE,)))):
        for attempt in (*direct(), *through_us(folder)):
            attempts += 1
            try:
                attempt()
            except NotAuthorised:
                kept += 1
            except RempartError as error:
                raise AssertionError(f"attempt {attempts}: {error}") from error
            else:
                kept += 1  # a redirect that was named and not followed
    return {"control": control, "gate": counted(nft), "attempts": attempts, "kept": kept}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(json.dumps(main(sys.argv[1], Path(scratch))))
