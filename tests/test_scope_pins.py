import contextlib
import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from rempart.errors import CollectError, NotAuthorised, Unreachable
from rempart.inventory.subjects import Portal
from rempart.scope import Pins, Scope, guarded
from rempart.transport.access import Access
from tests.loopback import Estate, mandate


class Zone:
    """Answers by name and type; each question takes the next of its answers.

    An answer is a list of addresses; `=name` is an alias that stands before them.
    """

    def __init__(self, **records: list[str]) -> None:
        self.records = records
        self.questions: list[str] = []

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        name, kind = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
        key = name.to_text(omit_final_dot=True).split(".")[0]
        self.questions.append(f"{key} {kind}")
        reply = dns.message.make_response(query)
        found = self.records.get(f"{key}_{kind}", [])
        if not found and not any(known.startswith(f"{key}_") for known in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        for text in (found.pop(0) if len(found) > 1 else "".join(found)).split():
            alias = text.removeprefix("=")
            shown = kind if alias == text else "CNAME"
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", shown, alias))
            name = dns.name.from_text(alias) if alias != text else name
        return reply.to_wire()


@contextlib.contextmanager
def resolver(zone: Zone) -> Iterator[str]:
    """The address of a DNS server for the zone."""
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                wire, client = sock.recvfrom(4096)
                if not wire:
                    return
                sock.sendto(zone.answer(wire), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield "{}:{}".format(*sock.getsockname())
        finally:
            with socket.socket(type=socket.SOCK_DGRAM) as stop:
                stop.sendto(b"", sock.getsockname())
            thread.join()


def test_a_name_is_asked_once_and_a_later_answer_changes_nothing() -> None:
    zone = Zone(portal_A=["8.8.8.8", "127.0.0.1"], portal_AAAA=["2001:db8::1", "::1"])
    with resolver(zone) as where:
        pins = Pins(where)
        for _ in range(3):
            assert pins.addresses("portal.payer.example") == ("8.8.8.8", "2001:db8::1")
            assert pins.addresses("PORTAL.payer.example.") == ("8.8.8.8", "2001:db8::1")
    assert zone.questions == ["portal A", "portal AAAA"]
    assert pins.names("8.8.8.8") == {"portal.payer.example"}


def test_many_threads_ask_once() -> None:
    zone = Zone(portal_A=["8.8.8.8"])
    with resolver(zone) as where:
        pins = Pins(where)
        threads = [
            threading.Thread(target=pins.addresses, args=("portal.payer.example",))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert zone.questions == ["portal A", "portal AAAA"]


def test_a_name_without_address_is_unreachable() -> None:
    with resolver(Zone(empty_TXT=[""])) as where:
        for name in ("absent.payer.example", "empty.payer.example"):
            with pytest.raises(Unreachable, match="no address"):
                Pins(where).addresses(name)


def test_a_resolver_that_is_silent_is_left_and_not_asked_again() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        pins = Pins("{}:{}".format(*deaf.getsockname()))
        with pytest.raises(Unreachable, match="no answer from DNS"):
            pins.addresses("portal.payer.example", seconds=0.2)
        with pytest.raises(Unreachable, match="has no address"):
            pins.addresses("portal.payer.example", seconds=60)


def test_an_alias_of_an_identity_provider_is_not_touched() -> None:
    zone = Zone(login_A=["=tenant.b2clogin.com. 8.8.8.8"])
    with resolver(zone) as where, pytest.raises(NotAuthorised, match="identity provider"):
        Pins(where).addresses("login.payer.example")


def test_localhost_needs_no_resolver() -> None:
    assert Pins("127.0.0.1:1").addresses("localhost") == ("127.0.0.1", "::1")


def test_the_gate_lets_the_audit_ask_its_resolver_and_nobody_else() -> None:
    with resolver(Zone(portal_A=["8.8.8.8"])) as where:
        bounds = Scope.of(mandate(exclude=(where,)), resolver=where)
        with guarded(bounds):
            assert bounds.pins.addresses("portal.payer.example") == ("8.8.8.8",)
            host, _, port = where.partition(":")
            with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NotAuthorised):
                sock.sendto(b"x", (host, int(port)))


def test_a_name_that_turns_private_is_not_dialled() -> None:
    zone = Zone(portal_A=["127.0.0.1"], other_A=["8.8.8.8"])
    with resolver(zone) as where:
        authorisation = mandate(scope=("*.payer.example",))
        portal = Portal(id="p", url="https://portal.payer.example/")
        bounds = Scope.of(authorisation, resolver=where)
        with Access.open(portal, Estate(authorisation), bounds) as reach:
            with pytest.raises(NotAuthorised, match="outside the scope"):
                reach.dial("portal.payer.example", 443)
            assert reach.addresses("other.payer.example", 443) == ("8.8.8.8",)
        assert reach.connections == 0


def test_excluded_names_are_resolved_before_the_first_connection() -> None:
    with resolver(Zone(prod_A=["127.0.0.9"])) as where:
        names = ("prod.payer.example", "absent.payer.example", "*.payer.example")
        authorisation = mandate(exclude=names)
        bounds = Scope.of(authorisation, resolver=where)
        with Access.open(None, Estate(authorisation), bounds) as reach:
            with pytest.raises(CollectError, match="excluded"):
                reach.dial("127.0.0.9", 443)
            assert reach.addresses("127.0.0.8", 443) == ("127.0.0.8",)
