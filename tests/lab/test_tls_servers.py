"""The survey on what payers put before their portals: HAProxy, stunnel, lighttpd, Apache."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rempart.observations.doors import SshDoor
from rempart.observations.tls import TlsFeatures, TlsGroups, TlsVersion
from tests.lab import need
from tests.lab.test_tls_survey import by_version, self_signed, surveyed, usable
from tests.portals import of
from tests.test_collector_service import Service, look

pytestmark = pytest.mark.lab
SERVERS = {
    "haproxy": (
        ("haproxy", "haproxy"),
        "global\n  maxconn 200\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n"
        "  timeout server 5s\nfrontend f\n  bind 127.0.0.1:{port} ssl crt {folder}/both.pem\n"
        "  http-request return status 200\n",
        ("-db", "-f", "{file}"),
    ),
    "stunnel": (
        ("stunnel4", "stunnel4"),
        "foreground = yes\npid =\n[s]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:9\n"
        "cert = {folder}/both.pem\n",
        ("{file}",),
    ),
    "lighttpd": (
        ("lighttpd", "lighttpd"),
        'server.document-root = "{folder}"\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
        'server.modules = ("mod_openssl")\nssl.engine = "enable"\n'
        'ssl.pemfile = "{folder}/both.pem"\n',
        ("-D", "-f", "{file}"),
    ),
    "apache": (
        ("apache2", "apache2-bin"),
        "ServerName portail.payer.example\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n"
        "ErrorLog {folder}/log\nDefaultRuntimeDir {folder}\nMutex file:{folder}\n"
        "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
        "LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n"
        "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n"
        "{user}SSLEngine on\nSSLCertificateFile {folder}/cert.pem\n"
        "SSLCertificateKeyFile {folder}/key.pem\nDocumentRoot {folder}\n",
        ("-X", "-f", "{file}"),
    ),
}


@contextmanager
def running(folder: Path, name: str) -> Iterator[int]:
    """One of the servers with its own default TLS, on a free port."""
    (program, package), text, arguments = SERVERS[name]
    issued = self_signed(folder)
    both = issued.certificate.read_text() + issued.key.read_text()
    (folder / "both.pem").write_text(both)
    port, file = free_port(), folder / f"{name}.conf"
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    file.write_text(text.format(port=port, folder=folder, user=user))
    folder.chmod(0o755)
    command = [need(program, package), *(each.format(file=file) for each in arguments)]
    with started(command, port):
        yield port


@contextmanager
def started(command: list[str], port: int) -> Iterator[None]:
    """A program that listens on a port, until the context ends."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            end = time.monotonic() + 20
            while server.poll() is None and time.monotonic() < end and not listens(port):
                pass
            assert listens(port), f"{command[0]} does not listen"
            yield
        finally:
            server.terminate()


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_what_is_listed_is_what_a_client_can_use(tmp_path: Path, name: str) -> None:
    with running(tmp_path, name) as port:
        found, connections = surveyed(tmp_path, port)
        possible = usable(port, "TLSv1.2")
    offered = {one.version for one in of(found, TlsVersion) if one.offered is True}
    assert offered == {"TLSv1.2", "TLSv1.3"}
    assert possible
    assert possible <= set(by_version(found)["TLSv1.2"].suites)
    assert {one.version for one in of(found, TlsGroups)} == offered
    assert len(of(found, TlsFeatures)) == 1
    assert connections <= 90


def test_dropbear_shows_its_own_lists(tmp_path: Path) -> None:
    key, port = tmp_path / "key", free_port()
    make = need("dropbearkey", "dropbear-bin")
    subprocess.run([make, "-t", "ed25519", "-f", str(key)], check=True, capture_output=True)
    command = [need("dropbear", "dropbear-bin"), "-F", "-E", "-r", str(key), "-s"]
    with started([*command, "-p", f"127.0.0.1:{port}", "-P", str(tmp_path / "pid")], port):
        (seen,) = look(Service("ssh", f"127.0.0.1:{port}"))
    assert isinstance(seen, SshDoor)
    assert "dropbear" in seen.software.lower()
    assert "ssh-ed25519" in seen.host_keys
    assert seen.methods == ("publickey",)


def test_a_tarpit_of_ssh_ends_in_time(tmp_path: Path) -> None:
    port = free_port()
    command = [need("endlessh", "endlessh"), "-4", "-p", str(port), "-d", "200"]
    with started(command, port):
        begun = time.monotonic()
        (gap,) = look(Service("ssh", f"127.0.0.1:{port}"), seconds=3)
    assert gap.type == "SshDoor"
    assert time.monotonic() - begun < 40
