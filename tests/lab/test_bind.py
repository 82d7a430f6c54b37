"""Debian's BIND, authoritative for a root of its own, and what the domain collector says of it."""

import os
import secrets
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.check import Observation
from rempart.collectors import domain
from rempart.demo.authority import Issued, issue
from rempart.observations.dns import DnssecChain, MailTransport, SpfPolicy
from tests.lab import lacking, need
from tests.loopback import access, mandate
from tests.test_collector_domain import Domain, one, txt

pytestmark = pytest.mark.lab

CONFIGURATION = """
options {{
  directory "{folder}"; pid-file "{folder}/pid"; session-keyfile "{folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; notify no; minimal-responses no-auth-recursive; dnssec-validation no;
}};
controls {{ }};
{zones}
"""
HEAD = "$TTL 3600\n@ IN SOA ns. hostmaster. 1 7200 900 1209600 300\n@ IN NS ns.\n"
MAIL = "@ IN MX 10 mail\nmail IN A 192.0.2.9\n_25._tcp.mail IN TLSA 3 1 1 " + "ab" * 32 + "\n"
STS_HOST, STS_ADDRESS = "mta-sts.payer.example", "127.9.9.9"
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mail.payer.example\r\nmax_age: 86400\r\n"


@dataclass(frozen=True)
class Bind:
    """A running server, its signed root's digests."""

    port: int
    anchor: Path

    def look(self, name: str, *kinds: type[Observation], **keys: object) -> list[object]:
        subject = Domain(name, resolver=f"127.0.0.1:{self.port}", anchor=self.anchor)
        with access(subject, **keys) as way:  # type: ignore[arg-type]
            return list(domain.collect(subject, way, frozenset(kinds)))


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    named = need("named", "bind9")
    folder = tmp_path_factory.mktemp("bind")
    names = signed_tree(folder)
    port = free_port()
    zones = "\n".join(
        f'zone "{name}" {{ type primary; file "{folder}/{file_of(name)}"; }};' for name in names
    )
    (folder / "named.conf").write_text(CONFIGURATION.format(folder=folder, port=port, zones=zones))
    command = [named, "-f", "-n", "1", "-c", str(folder / "named.conf")]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as server:
        try:
            answering(port, server, folder)
            yield Bind(port, folder / "anchor")
        finally:
            server.terminate()


def signed_tree(folder: Path) -> tuple[str, ...]:
    """Sign the zones, children first; broken.example with a key that its parent never saw."""
    payer = keyed(folder, "payer.example")
    signed(folder, "payer.example", MAIL + txt("@", "v=spf1 mx -all"), payer)
    seen, used = keyed(folder, "broken.example"), keyed(folder, "broken.example")
    signed(folder, "broken.example", "", used)
    (folder / "plain.example").write_text(HEAD)
    delegations = "".join(
        f"{name}. IN NS ns.\n" for name in ("payer.example", "broken.example", "plain.example")
    )
    example = keyed(folder, "example")
    signed(folder, "example", delegations + digests(payer) + digests(seen), example)
    root = keyed(folder, ".")
    signed(folder, ".", "ns IN A 127.0.0.1\nexample. IN NS ns.\n" + digests(example), root)
    (folder / "anchor").write_text(digests(root))
    return ("payer.example", "broken.example", "plain.example", "example", ".")


def keyed(folder: Path, name: str) -> Path:
    """A fresh key of a zone, alone in a folder."""
    alone = folder / secrets.token_hex(4)
    alone.mkdir()
    told(
        need("dnssec-keygen", "bind9-utils"),
        "-K",
        alone,
        "-a",
        "ECDSAP256SHA256",
        "-f",
        "KSK",
        name,
    )
    return next(alone.glob("*.key"))


def digests(key: Path) -> str:
    """The DS record a parent publishes for a key."""
    return told(need("dnssec-dsfromkey", "bind9-utils"), "-2", key)


def signed(folder: Path, name: str, text: str, key: Path) -> None:
    file = folder / file_of(name)
    file.write_text(HEAD + text)
    program = need("dnssec-signzone", "bind9-utils")
    told(program, "-z", "-S", "-K", key.parent, "-d", folder, "-o", name, "-f", file, file)


def told(*command: str | Path) -> str:
    """What a program printed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def file_of(name: str) -> str:
    return "root" if name == "." else name


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def answering(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.2):
                return
        except OSError:
            server.poll()
    pytest.fail((folder / "log").read_text()[-2000:])


def test_a_signed_zone_holds_and_its_mail_is_protected(bind: Bind) -> None:
    found = bind.look("payer.example", DnssecChain, MailTransport, SpfPolicy)
    chain = one(found, DnssecChain)
    assert (chain.state, chain.link, chain.weak) == ("signed", "", ())
    assert one(found, MailTransport).dane is True
    assert (one(found, SpfPolicy).ends, one(found, SpfPolicy).lookups) == ("-all", 1)


def test_a_zone_without_delegation_is_unsigned(bind: Bind) -> None:
    chain = one(bind.look("plain.example", DnssecChain), DnssecChain)
    assert (chain.state, chain.link) == ("unsigned", "example has no DS record for plain.example")


def test_a_zone_whose_key_its_parent_never_saw_is_broken(bind: Bind) -> None:
    chain = one(bind.look("broken.example", DnssecChain), DnssecChain)
    assert (chain.state, chain.link) == (
        "broken",
        "no key of broken.example fits the digests above it",
    )


@contextmanager
def strict_transport(issued: Issued) -> Iterator[None]:
    """The web server of an MTA-STS policy, where senders look for it: port 443."""
    if os.geteuid() != 0:
        lacking("only root may listen on port 443")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"

    def serve(door: socket.socket) -> None:
        line, _ = door.accept()
        with context.wrap_socket(line, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(head % len(POLICY) + POLICY)

    with socket.create_server((STS_ADDRESS, 443)) as door:
        thread = threading.Thread(target=serve, args=(door,))
        thread.start()
        yield
        thread.join()


def test_a_strict_transport_policy_is_fetched_and_believed(tmp_path: Path) -> None:
    from tests.name_server import serving, zones

    issued = issue(tmp_path, STS_HOST, issued=datetime.now(UTC), days=30)
    records = "@ IN MX 10 mail\n" + txt("_mta-sts", "v=STSv1; id=1")
    allowed = mandate(scope=("127.0.0.0/8", "*.payer.example"))
    with serving(zones({"": "", "payer.example": records})) as served, strict_transport(issued):
        subject = Domain(resolver=served.resolver, ca=issued.ca)
        with access(subject, authorisation=allowed) as way:
            assert way.scope is not None
            way.scope.pins.pin(STS_HOST, [STS_ADDRESS])
            found = list(domain.collect(subject, way, frozenset({MailTransport})))
    seen = one(found, MailTransport)
    assert (seen.sts_mode, seen.fault) == ("enforce", "")
