import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Reason, Unknown
from rempart.collectors import service
from rempart.collectors.service.door import QUESTIONS
from rempart.collectors.tls.starttls import BEFORE
from rempart.observations.doors import OpenDoor, SshDoor
from rempart.observations.tls import TlsSuites, TlsVersion
from tests import ssh_server
from tests.loopback import access, mandate
from tests.mail_server import mail
from tests.portals import Reply, certificate, closed_port, gaps, of, site, talker
from tests.tls_servers import accepting

ELASTIC = b'HTTP/1.1 200 OK\r\n\r\n{"version": {"number": "8.15.0"}, "tagline": "You Know"}'
HELLO = (
    b"\x90\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\xdd\x07\x00\x00" + bytes(5)
    + b"\x7b\x00\x00\x00\x10maxWireVersion\x00\x15\x00\x00\x00" + bytes(99)
)  # fmt: skip
RDP = bytes.fromhex("030000130ed000001234000200080002000000")
NO_TLS = bytes.fromhex("030000130ed000001234000300080002000000")


@dataclass(frozen=True)
class Service:
    """As much of an inventory's service as the collector reads."""

    protocol: str
    connect: str
    id: str = "door"
    kind: str = "service"
    ca: Path | None = None


def look(subject: Service, *kinds: type[Observation], **keys: Any) -> list[Any]:
    allowed = mandate(allow=("active",))
    with access(subject, authorisation=allowed, **{"seconds": 15, **keys}) as way:
        return list(service.collect(subject, way, frozenset(kinds or service.BRINGS)))


def door(protocol: str, answer: Callable[[bytes], Sequence[bytes]]) -> OpenDoor:
    with talker(answer) as served:
        (seen,) = look(Service(protocol, f"127.0.0.1:{served.port}"), OpenDoor)
    assert isinstance(seen, OpenDoor)
    return seen


@pytest.mark.parametrize(
    ("protocol", "said", "speaks", "encrypted", "anonymous"),
    [
        ("redis", b"+PONG\r\n", "+PONG", False, True),
        ("redis", b"-NOAUTH Authentication required.\r\n", "-NOAUTH", False, False),
        ("redis", b"", "closes without a word", None, None),
        ("elasticsearch", ELASTIC, "Elasticsearch 8.15.0", False, True),
        ("elasticsearch", b"HTTP/1.1 401 Unauthorized\r\n\r\n", "HTTP/1.1 401", False, False),
        ("elasticsearch", b"\x15\x03\x03\x00\x02\x02\x28", "no plain HTTP", True, None),
        ("mongodb", HELLO, "wire version 21", False, None),
        ("mongodb", b"HTTP/1.0 200 OK\r\n\r\nIt looks like", "", None, None),
        ("rdp", RDP, "network level authentication", True, None),
        ("rdp", NO_TLS, "", False, None),
        ("postgresql", b"N", "", False, None),
    ],
)
def test_what_a_door_says_of_itself(
    protocol: str, said: bytes, speaks: str, encrypted: bool | None, anonymous: bool | None
) -> None:
    seen = door(protocol, lambda _: [said])
    assert seen.answers is True
    assert speaks in seen.speaks
    assert (seen.encrypted, seen.anonymous) == (encrypted, anonymous)


@pytest.mark.parametrize("protocol", sorted(QUESTIONS))
def test_a_closed_door_does_not_answer(protocol: str) -> None:
    with closed_port() as port:
        (seen,) = look(Service(protocol, f"127.0.0.1:{port}"), OpenDoor)
    assert seen.answers is False


@pytest.mark.parametrize("protocol", sorted(BEFORE))
def test_a_door_that_speaks_another_protocol_is_reached_and_not_understood(protocol: str) -> None:
    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.sendall(b"\x00garbage\r\n")
            line.recv(9)

    with accepting(serve) as port:
        found = look(Service(protocol, f"127.0.0.1:{port}"), OpenDoor, TlsVersion)
    (seen,) = of(found, OpenDoor)
    assert seen.answers is True
    assert isinstance(seen.encrypted, Unknown)
    assert not of(found, TlsVersion)
    assert gaps(found)


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
@pytest.mark.parametrize("tls", [True, False])
def test_mail_goes_on_over_tls_or_says_that_it_cannot(
    tmp_path: Path, protocol: str, tls: bool
) -> None:
    issued = certificate(tmp_path, name="127.0.0.1")
    with mail(protocol, issued.certificate, issued.key, tls=tls) as port:
        found = look(Service(protocol, f"127.0.0.1:{port}", ca=issued.ca))
    (seen,) = of(found, OpenDoor)
    assert (seen.answers, seen.encrypted) == (True, tls)
    offered = {one.version for one in of(found, TlsVersion) if one.offered is True}
    assert offered == ({"TLSv1.2", "TLSv1.3"} if tls else set())
    assert bool(of(found, TlsSuites)) is tls


@pytest.mark.parametrize("protocol", ["moveit", "vpn", "redis", "mongodb"])
def test_a_door_that_takes_a_connection_and_drops_it_is_not_closed(protocol: str) -> None:
    with accepting(lambda line: line.close()) as port:
        found = look(Service(protocol, f"127.0.0.1:{port}"), OpenDoor)
    for seen in of(found, OpenDoor):
        assert seen.answers is True
    assert of(found, OpenDoor) or gaps(found)


def test_a_banner_that_is_no_text_is_read() -> None:
    seen = door("elasticsearch", lambda _: [b"HTTP/1.1 200 \xff\xfe\r\n\r\n"])
    assert (seen.answers, seen.anonymous) == (True, True)


def test_one_connection_asks_a_door() -> None:
    with talker(lambda _: [b"+PONG\r\n"]) as served:
        subject = Service("redis", f"127.0.0.1:{served.port}")
        with access(subject) as way:
            list(service.collect(subject, way, frozenset({OpenDoor})))
            assert way.connections == 1


def test_a_page_names_its_product(tmp_path: Path) -> None:
    issued = certificate(tmp_path, name="127.0.0.1")
    page = Reply(body=b"<title>MOVEit Transfer Sign On</title>", headers=[("Server", "IIS/10.0")])
    with site({"/": page}, issued) as served:
        subject = Service("moveit", f"127.0.0.1:{served.port}", ca=issued.ca)
        (seen,) = look(subject, OpenDoor)
    assert "MOVEit Transfer Sign On" in seen.speaks
    assert "IIS/10.0" in seen.speaks
    assert (seen.encrypted, seen.client_certificate) == (True, None)


def test_an_interface_is_asked_whether_it_wants_a_certificate(tmp_path: Path) -> None:
    issued = certificate(tmp_path, name="127.0.0.1")
    with site({"/": Reply(status=401)}, issued) as served:
        (seen,) = look(Service("api", f"127.0.0.1:{served.port}", ca=issued.ca), OpenDoor)
    assert (seen.anonymous, seen.client_certificate) == (False, False)


def test_an_ssh_daemon_shows_its_lists_and_its_methods(tmp_path: Path) -> None:
    with ssh_server.serve(lambda _: b"", tmp_path) as served:
        (seen,) = look(Service("ssh", served.ssh.rpartition("@")[2]))
    assert isinstance(seen, SshDoor)
    assert seen.software.startswith("SSH-2.0-")
    assert "curve25519-sha256@libssh.org" in seen.key_exchanges
    assert "aes128-ctr" in seen.ciphers
    assert seen.host_keys
    assert isinstance(seen.methods, tuple)
    assert "publickey" in seen.methods


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-x\r\n" + b"\x00\x00\x00\x0c\x04\x14" + bytes(10),
        b"SSH-2.0-x\r\n\xff\xff\xff\xff\x04\x14",
        b"SSH-2.0-x\r\n\x00\x00\x00\x20\x04\x15" + bytes(30),
    ],
)
def test_what_is_no_ssh_is_a_gap(said: bytes) -> None:
    with talker(lambda _: [said]) as served:
        (gap,) = look(Service("ssh", f"127.0.0.1:{served.port}"))
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.TRUNCATED


def test_lists_are_kept_where_nobody_can_ask_for_the_methods(tmp_path: Path) -> None:
    names = b",".join((b"curve25519-sha256", b"kex-strict-s-v00@openssh.com"))
    lists = [names, b"ssh-ed25519", *[b"odd@example"] * 2, *[b"hmac-sha2-256"] * 2, *[b"none"] * 2]
    lists += [b"", b""]
    payload = b"\x14" + bytes(16) + b"".join(len(one).to_bytes(4, "big") + one for one in lists)
    payload += bytes(5)
    packet = (len(payload) + 5).to_bytes(4, "big") + b"\x04" + payload + bytes(4)
    with talker(lambda _: [b"hello\r\nSSH-2.0-odd\r\n", packet]) as served:
        (seen,) = look(Service("sftp", f"127.0.0.1:{served.port}"))
    assert seen.key_exchanges == ("curve25519-sha256",)
    assert seen.strict_exchange is True
    assert seen.ciphers == ("odd@example",)
    assert isinstance(seen.methods, Unknown)
