"""Real servers behind the doors of the inventory: sshd, Redis, PostgreSQL, slapd."""

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rempart.observations.doors import OpenDoor, SshDoor
from rempart.observations.tls import Certificate, TlsSuites, TlsVersion
from tests.lab import need
from tests.lab.databases import postgresql
from tests.lab.directories import slapd
from tests.lab.test_sshd import running
from tests.portals import of
from tests.test_collector_service import Service, look

pytestmark = pytest.mark.lab


def test_sshd_shows_what_it_was_told_to_offer(tmp_path: Path) -> None:
    text = "UsePAM no\nPasswordAuthentication yes\nCiphers aes128-cbc,aes256-gcm@openssh.com\n"
    with running(tmp_path, text) as host:
        (seen,) = look(Service("ssh", host.ssh.rpartition("@")[2]))
    assert isinstance(seen, SshDoor)
    assert seen.ciphers == ("aes128-cbc", "aes256-gcm@openssh.com")
    assert seen.strict_exchange is True
    assert any("sntrup761" in name for name in seen.key_exchanges)
    assert isinstance(seen.methods, tuple)
    assert {"publickey", "password"} <= set(seen.methods)


@pytest.mark.parametrize("asks", [True, False])
def test_redis_with_and_without_a_password(tmp_path: Path, asks: bool) -> None:
    program = need("redis-server", "redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir"]
    command += [str(tmp_path), *(["--requirepass", "secret"] if asks else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        next(line for line in server.stdout if "Ready to accept" in line)
        (seen,) = look(Service("redis", f"127.0.0.1:{port}"))
        server.terminate()
        server.communicate()
    assert isinstance(seen, OpenDoor)
    assert (seen.answers, seen.encrypted, seen.anonymous) == (True, False, not asks)


@pytest.mark.parametrize("tls", [True, False])
def test_postgresql_before_and_behind_tls(tls: bool) -> None:
    with postgresql(tls=tls) as served:
        ca = served.folder / "ca.pem" if tls else None
        found = look(Service("postgresql", f"127.0.0.1:{served.port}", ca=ca))
    _started(found, tls)


@pytest.mark.parametrize("tls", [True, False])
def test_a_directory_before_and_behind_tls(tmp_path: Path, tls: bool) -> None:
    with slapd(tmp_path / "slapd", policy=False, tls=tls) as served:
        ca = served.folder / "ca.pem" if tls else None
        found = look(Service("ldap", f"127.0.0.1:{served.url.rpartition(':')[2]}", ca=ca))
    _started(found, tls)


def _started(found: list[Any], tls: bool) -> None:
    (door,) = of(found, OpenDoor)
    assert (door.answers, door.encrypted) == (True, tls)
    offered = {one.version for one in of(found, TlsVersion) if one.offered is True}
    assert bool(offered & {"TLSv1.2", "TLSv1.3"}) is tls
    assert bool(of(found, Certificate)) is tls
    assert bool(of(found, TlsSuites)) is tls
