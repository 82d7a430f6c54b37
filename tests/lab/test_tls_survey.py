"""The survey against real servers: it lists what they were told, and what clients can use."""

import os
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rempart.check import Observation, Unknown
from rempart.collectors import tls
from rempart.collectors.tls.suites import suite_name
from rempart.observations.tls import (
    Certificate,
    DiffieHellman,
    TlsFeatures,
    TlsGroups,
    TlsPlace,
    TlsSuites,
    TlsVersion,
)
from tests.lab import need
from tests.lab.test_nginx import listening
from tests.portals import NAME, access, look, of
from tests.tls_servers import ancient, modern

pytestmark = pytest.mark.lab
T = TypeVar("T", bound=Observation)
HARDENED = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305"
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
ALL_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_CONFIGURATION = """
daemon off; {user}
pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  server {{ listen 127.0.0.1:{port} ssl; server_name {name}; {rules} }}
}}
"""


@dataclass(frozen=True)
class Issued:
    certificate: Path
    key: Path


def self_signed(folder: Path, kind: str = "rsa") -> Issued:
    issued = Issued(folder / "cert.pem", folder / "key.pem")
    new = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt"]
    new += ["ec_paramgen_curve:P-256"] * (kind != "rsa")
    command = [need("openssl", "openssl"), "req", "-x509", *new, "-nodes", "-days", "30"]
    command += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command += ["-keyout", str(issued.key), "-out", str(issued.certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return issued


@contextmanager
def nginx(folder: Path, rules: str, kind: str = "rsa") -> Iterator[int]:
    program = need("nginx", "nginx-light")
    self_signed(folder, kind)
    with listening() as door:
        port = int(door.getsockname()[1])
        user = "user root;" if os.geteuid() == 0 else ""
        text = _CONFIGURATION.format(folder=folder, user=user, port=port, name=NAME, rules=rules)
        (folder / "nginx.conf").write_text(text)
        running = subprocess.Popen(
            [program, "-c", "nginx.conf", "-p", str(folder), "-e", "error.log"],
            env={"NGINX": f"{door.fileno()};"},
            pass_fds=[door.fileno()],
            stderr=subprocess.DEVNULL,
        )
    try:
        yield port
    finally:
        running.terminate()
        running.wait(timeout=20)


def rules(ciphers: str, versions: Sequence[str], more: str = "") -> str:
    return f"ssl_ciphers {ciphers}; ssl_protocols {' '.join(versions)}; {more}"


def surveyed(folder: Path, port: int) -> tuple[list[Any], int]:
    """What is seen, and the connections it took; the certificate is the inventory's own."""
    ca, budget = f"file:{folder / 'cert.pem'}", "{connections: 400}"
    way = access(folder, connect=f"127.0.0.1:{port}", ca=ca, budget=budget)
    found = look(tls, way)
    return found, way.connections


def by_version(found: list[Any]) -> dict[str, TlsSuites]:
    return {one.version: one for one in of(found, TlsSuites)}


def usable(port: int, version: str) -> set[str]:
    """Every suite the standard library can finish a handshake with, tried one by one."""
    found = set()
    for each in _suites():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            only = ssl.TLSVersion[version.replace(".", "_")]
            context.minimum_version = context.maximum_version = only
        context.set_ciphers(f"{each['name']}:@SECLEVEL=0")
        try:
            with (
                socket.create_connection(("127.0.0.1", port), 5) as line,
                context.wrap_socket(line, server_hostname=NAME),
            ):
                found.add(suite_name(each["id"] & 0xFFFF))
        except OSError:
            continue
    return found


def _suites() -> list[Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(EVERYTHING)
    return [one for one in context.get_ciphers() if one["protocol"] != "TLSv1.3"]


def test_a_hardened_server_is_known_whole_with_few_connections(tmp_path: Path) -> None:
    order = "ssl_prefer_server_ciphers on;"
    with nginx(tmp_path, rules(HARDENED, ("TLSv1.2", "TLSv1.3"), order)) as port:
        found, connections = surveyed(tmp_path, port)
    lists = by_version(found)
    assert lists["TLSv1.2"].suites == (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    )
    assert set(lists) == {"TLSv1.2", "TLSv1.3"}
    assert all(one.server_order is True for one in lists.values())
    assert lists["TLSv1.3"].completed == "TLS_AES_256_GCM_SHA384"
    groups = {one.version: one for one in of(found, TlsGroups)}
    assert groups["TLSv1.3"].groups[:2] == ("x25519", "secp256r1")
    assert groups["TLSv1.2"].whole
    (granted,) = of(found, TlsFeatures)
    assert granted.secure_renegotiation
    assert granted.extended_master_secret
    assert granted.fallback_protected is True
    assert not granted.compression
    assert not of(found, DiffieHellman)
    assert [one.versions for one in of(found, TlsPlace)] == [("TLSv1.2", "TLSv1.3"), ()]
    assert len(of(found, Certificate)) == 1
    assert connections <= 30


def test_a_server_with_everything_on_lists_all_that_a_client_can_use(tmp_path: Path) -> None:
    parameters = tmp_path / "dh.pem"
    command = [need("openssl", "openssl"), "genpkey", "-genparam", "-algorithm", "DH"]
    subprocess.run(
        [*command, "-pkeyopt", "group:modp_2048", "-out", str(parameters)],
        check=True,
        capture_output=True,
    )
    more = f"ssl_dhparam {parameters};"
    with nginx(tmp_path, rules(EVERYTHING, ALL_VERSIONS, more)) as port:
        found, connections = surveyed(tmp_path, port)
        again = [by_version(surveyed(tmp_path, port)[0]) for _ in range(2)]
        for version, listed in by_version(found).items():
            if version != "TLSv1.3":
                assert usable(port, version) <= set(listed.suites), version
    lists = by_version(found)
    assert set(lists) == set(ALL_VERSIONS)
    for other in again:
        for version, listed in other.items():
            assert listed.suites == lists[version].suites
    assert "TLS_DH_anon_WITH_AES_128_CBC_SHA" in lists["TLSv1"].suites
    (parameters_seen,) = of(found, DiffieHellman)
    assert (parameters_seen.bits, parameters_seen.known) == (2048, "RFC 3526 group 14")
    assert connections <= 170


def test_hybrid_groups_are_seen_without_computing_any(tmp_path: Path) -> None:
    issued = self_signed(tmp_path)
    with modern(issued.certificate, issued.key) as port:
        found, _ = surveyed(tmp_path, port)
    groups = next(one for one in of(found, TlsGroups) if one.version == "TLSv1.3")
    assert "X25519MLKEM768" in groups.groups
    assert {one.version for one in of(found, TlsVersion) if one.offered is True} >= {"TLSv1.3"}


def test_a_library_of_old_shows_what_current_clients_no_longer_speak(tmp_path: Path) -> None:
    issued = self_signed(tmp_path)
    with ancient(issued.certificate, issued.key) as port:
        found, _ = surveyed(tmp_path, port)
    offered = {one.version for one in of(found, TlsVersion) if one.offered is True}
    assert offered == {"SSLv3", "TLSv1", "TLSv1.1"}
    lists = by_version(found)
    assert "TLS_RSA_WITH_RC4_128_SHA" in lists["SSLv3"].suites
    assert "TLS_RSA_WITH_3DES_EDE_CBC_SHA" in lists["TLSv1"].suites
    assert isinstance(lists["SSLv3"].completed, Unknown | None)
