"""A DNS server on 127.0.0.1 for tests: zones as text, signed when asked, over UDP and TCP."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.dnssec
import dns.dnssectypes
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec, rsa

HEAD = "@ 3600 IN SOA ns. hostmaster. 1 7200 900 1209600 300\n@ 3600 IN NS ns.\n"
UDP_MOST = 1232
Twist = Callable[[dns.message.Message, dns.message.Message], dns.message.Message | bytes | None]


@dataclass(slots=True)
class Served:
    """A running server and what it was asked, as `TYPE name`."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def resolver(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Signed:
    """Zones signed from the root down, and the root's digest as an anchor file says it."""

    zones: dict[str, dns.zone.Zone]
    anchor: str


def zones(texts: Mapping[str, str]) -> dict[str, dns.zone.Zone]:
    """Zones by name; SOA and NS come along."""
    return {name: dns.zone.from_text(HEAD + text, name or ".") for name, text in texts.items()}


def signed(
    texts: Mapping[str, str],
    *,
    unsigned: tuple[str, ...] = (),
    algorithm: dns.dnssectypes.Algorithm = dns.dnssectypes.Algorithm.ECDSAP256SHA256,
    digest: str = "SHA256",
    lifetime: int = 86400,
) -> Signed:
    """Zones signed with a key of each; a parent names its child's unless that stays unsigned."""
    found = zones(texts)
    keys = {}
    for name in found:
        private = (
            ec.generate_private_key(ec.SECP256R1())
            if algorithm == dns.dnssectypes.Algorithm.ECDSAP256SHA256
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        policy = dns.dnssec.allow_all_policy
        key = dns.dnssec.make_dnskey(private.public_key(), algorithm, flags=257)
        keys[name] = private, key, dns.dnssec.make_ds(f"{name}.", key, digest, policy=policy)
    for name in sorted(found, key=lambda one: -len(one)):  # children before their parents
        if not name or name in unsigned:
            continue
        parent = max(
            (
                other
                for other in found
                if other != name and (not other or name.endswith(f".{other}"))
            ),
            key=len,
        )
        with found[parent].writer() as change:
            change.add(dns.name.from_text(name), 3600, keys[name][2])
            change.add(dns.name.from_text(name), 3600, dns.rdata.from_text("IN", "NS", "ns."))
    for name, zone in found.items():
        if name not in unsigned:
            private, key, _ = keys[name]
            dns.dnssec.sign_zone(
                zone,
                keys=[(private, key)],
                lifetime=lifetime,
                policy=dns.dnssec.allow_all_policy,
            )
    return Signed(found, f". IN DS {keys[''][2]}\n")


@contextmanager
def serving(
    held: Mapping[str, dns.zone.Zone], twist: Twist = lambda _, answer: answer
) -> Iterator[Served]:
    """The server; `twist` may change an answer, replace it by bytes, or swallow it (None)."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    port = udp.getsockname()[1]
    tcp = socket.create_server(("127.0.0.1", port))
    served = Served(port)

    def reply(wire: bytes, most: int) -> bytes | None:
        question = dns.message.from_wire(wire)
        served.asked.append(
            f"{dns.rdatatype.to_text(question.question[0].rdtype)} {question.question[0].name}"
        )
        answer = twist(question, _answer(question, held))
        if answer is None or isinstance(answer, bytes):
            return answer
        text = answer.to_wire(max_size=65535)
        if len(text) > most:
            short = dns.message.make_response(question)
            short.flags |= dns.flags.TC
            return short.to_wire()
        return text

    def datagrams() -> None:
        while True:
            try:
                wire, peer = udp.recvfrom(4096)
            except OSError:
                return
            if not wire:
                return
            if (text := reply(wire, UDP_MOST)) is not None:
                udp.sendto(text, peer)

    def streams() -> None:
        while True:
            try:
                line, _ = tcp.accept()
            except OSError:
                return
            with line:
                size = line.recv(2)
                if len(size) == 2 and (text := reply(line.recv(*struct.unpack("!H", size)), 65535)):
                    line.sendall(struct.pack("!H", len(text)) + text)

    threads = [threading.Thread(target=run) for run in (datagrams, streams)]
    for thread in threads:
        thread.start()
    try:
        yield served
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", ("127.0.0.1", port))
        tcp.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        udp.close()
        tcp.close()


def _answer(
    question: dns.message.Message, held: Mapping[str, dns.zone.Zone]
) -> dns.message.Message:
    answer = dns.message.make_response(question)
    asked = question.question[0]
    name, kind = asked.name, asked.rdtype
    origins = {_origin(each): each for each in held.values() if name.is_subdomain(_origin(each))}
    if kind == dns.rdatatype.DS and len(origins) > 1:
        origins.pop(name, None)  # a delegation stands at the parent
    origin = max(origins, key=len)
    zone = origins[origin]
    node = zone.get_node(name)
    if node is None:
        below = any(one.derelativize(origin).is_subdomain(name) for one in zone.nodes)
        if not below:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
    for covers in (kind, dns.rdatatype.CNAME):
        found = node.get_rdataset(dns.rdataclass.IN, covers)
        if found is None:
            continue
        for each in (found, node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.RRSIG, covers)):
            if each is not None:
                entry = dns.rrset.RRset(name, each.rdclass, each.rdtype, each.covers)
                for one in each:
                    entry.add(_whole(one, origin), each.ttl)
                answer.answer.append(entry)
        if covers == dns.rdatatype.CNAME and kind != covers:
            further = dns.message.make_query(_target(found, origin), kind, want_dnssec=True)
            answer.answer += _answer(further, held).answer
        break
    return answer


def _whole(record: dns.rdata.Rdata, origin: dns.name.Name) -> dns.rdata.Rdata:
    wire = record.to_wire(origin=origin) or b""
    return dns.rdata.from_wire(record.rdclass, record.rdtype, wire, 0, len(wire))


def _origin(zone: dns.zone.Zone) -> dns.name.Name:
    assert zone.origin is not None
    return zone.origin


def _target(found: dns.rdataset.Rdataset, origin: dns.name.Name) -> dns.name.Name:
    target: dns.name.Name = found[0].target
    return target.derelativize(origin)
