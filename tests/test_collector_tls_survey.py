"""Suites, groups and flaws, asked of servers played by this file: each answers as its rules say."""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.check import Reason, Unknown
from rempart.collectors.tls import primes
from rempart.collectors.tls.asking import Asking
from rempart.collectors.tls.flaws import Target, early_ccs, flaws, heartbleed, robot
from rempart.collectors.tls.flight import flight, ssl2_suites
from rempart.collectors.tls.hello import HEARTBEAT, Offer
from rempart.collectors.tls.suites import GROUPS, SUITES, group_name, registered, suite_name
from rempart.collectors.tls.survey import fallback_protected, modulus, selected, server_order
from rempart.errors import Refused, Truncated, Unreachable
from rempart.judge.suites import FAMILIES, families

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
ECDHE, ECDHE2, DHE, STATIC, STATIC2 = 0xC02F, 0xC030, 0x009E, 0x009C, 0x002F
ECDSA = 0xC02B
FALLBACK = 0x5600


def sized(content: bytes, width: int = 2) -> bytes:
    return len(content).to_bytes(width, "big") + content


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0303, len(content)) + content


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + sized(body, 3)


def extension(number: int, content: bytes = b"") -> bytes:
    return number.to_bytes(2, "big") + sized(content)


@dataclass(frozen=True)
class Asked:
    """A ClientHello as a server reads it."""

    suites: tuple[int, ...]
    groups: tuple[int, ...]
    modern: bool
    named: bool


def words(raw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"!{len(raw) // 2}H", raw)


def read(payload: bytes) -> Asked:
    body = payload[9:]
    place = 35 + body[34]
    (length,) = struct.unpack_from("!H", body, place)
    suites = words(body[place + 2 : place + 2 + length])
    place += 2 + length
    place += 1 + body[place] + 2
    found = {}
    while place + 4 <= len(body):
        number, size = struct.unpack_from("!HH", body, place)
        found[number] = body[place + 4 : place + 4 + size]
        place += 4 + size
    groups = words(found[0x000A][2:]) if 0x000A in found else ()
    return Asked(suites, groups, 0x002B in found, 0x0000 in found)


@dataclass
class Server:
    """A server's rules: suites and groups best first; its own order or the client's."""

    suites: tuple[int, ...] = (ECDHE, ECDHE2, STATIC)
    groups: tuple[int, ...] = (0x001D, 0x0017)
    own_order: bool = True
    certificate_curve: int | None = None
    prime: int = 0
    knows_fallback: bool = True
    asked: list[Asked] = field(default_factory=list)

    def ask(self, payload: bytes, _: Callable[[bytes], bool]) -> bytes:
        hello = read(payload)
        self.asked.append(hello)
        if FALLBACK in hello.suites and self.knows_fallback:
            return record(21, b"\x02\x56")
        group = self.pick(self.groups, hello.groups)
        usable = [one for one in self.suites if self.possible(one, hello, group)]
        suite = self.pick(usable, hello.suites)
        if suite is None or (hello.modern and group is None):
            return record(21, b"\x02\x28")
        return self.retry(suite, group or 0) if hello.modern else self.old(suite, group)

    def pick(self, own: Sequence[int], theirs: Sequence[int]) -> int | None:
        first, second = (own, theirs) if self.own_order else (theirs, own)
        return next((one for one in first if one in second), None)

    def possible(self, suite: int, hello: Asked, group: int | None) -> bool:
        if hello.modern != (suite >> 8 == 0x13):
            return False
        curve = self.certificate_curve
        if suite == ECDSA and curve is not None and curve not in hello.groups:
            return False
        return suite not in (ECDHE, ECDHE2, ECDSA) or group is not None

    def retry(self, suite: int, group: int) -> bytes:
        extensions = extension(0x2B, b"\x03\x04") + extension(0x33, group.to_bytes(2, "big"))
        body = b"\x03\x03" + RETRY + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
        return record(22, message(2, body + sized(extensions)))

    def old(self, suite: int, group: int | None) -> bytes:
        body = b"\x03\x03" + bytes(32) + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
        flight = message(2, body + sized(extension(0xFF01, b"\x00"))) + message(11, sized(b"", 3))
        if suite in (ECDHE, ECDHE2, ECDSA):
            flight += message(12, b"\x03" + (group or 0).to_bytes(2, "big") + b"\x01\x04")
        if suite == DHE:
            modulus = self.prime.to_bytes(-(-self.prime.bit_length() // 8), "big")
            flight += message(12, sized(modulus) + sized(b"\x02") + sized(b"\x05"))
        return record(22, flight + message(14, b""))


def asking(server: Server, **keys: object) -> Asking:
    return Asking(server.ask, "portail.payer.example", **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("own_order", [True, False])
@pytest.mark.parametrize(
    "groups", [(0x001D,), (0x001D, 0x0017, 0x0018), (0x001D, 0x0017, 0x0018, 0x0019, 0x001E)]
)
def test_every_suite_and_group_of_an_older_version(
    own_order: bool, groups: tuple[int, ...]
) -> None:
    server = Server(groups=groups, own_order=own_order)
    found = selected(asking(server), "TLSv1.2")
    assert set(found.suites) == set(server.suites)
    assert set(found.groups) == set(groups)
    assert found.whole
    assert len(server.asked) <= max(len(server.suites), len(groups)) + 4
    if own_order:
        assert tuple(found.suites) == server.suites
    assert server_order(found) is own_order


@pytest.mark.parametrize("own_order", [True, False])
def test_suites_and_groups_of_tls_13_are_struck_off_together(own_order: bool) -> None:
    server = Server((0x1302, 0x1303, 0x1301), (0x11EC, 0x001D, 0x0017, 0x0100), own_order)
    found = selected(asking(server), "TLSv1.3")
    assert set(found.suites) == set(server.suites)
    assert set(found.groups) == set(server.groups)
    assert len(server.asked) <= 4 + 2
    assert server_order(found) is own_order


def test_a_suite_is_not_taken_out_of_its_place_while_groups_are_held_back() -> None:
    server = Server((ECDHE, DHE, ECDHE2, STATIC), (0x001D, 0x0017), prime=23)
    assert tuple(selected(asking(server), "TLSv1.2").suites) == server.suites


def test_the_curve_of_the_certificate_hides_the_rest() -> None:
    server = Server((ECDSA,), (0x001D, 0x0017, 0x0018), certificate_curve=0x0017)
    found = selected(asking(server), "TLSv1.2")
    assert found.suites == [ECDSA]
    assert 0x0017 in found.groups
    assert not found.whole


def test_a_version_that_is_refused_has_nothing() -> None:
    found = selected(asking(Server(suites=())), "TLSv1.2")
    assert (found.suites, found.groups) == ([], [])
    order = server_order(found)
    assert isinstance(order, Unknown)
    assert order.reason is Reason.UNRESOLVED


def test_a_published_modulus_is_known_again() -> None:
    ffdhe = 2**64 - 59  # not published
    server = Server((DHE, STATIC), (), prime=ffdhe)
    assert modulus(asking(server), "TLSv1.2", (DHE, STATIC)) == ffdhe
    assert primes.known(ffdhe) == ""
    assert modulus(asking(server), "TLSv1.2", (STATIC,)) is None


@pytest.mark.parametrize("knows", [True, False])
def test_a_client_that_was_talked_down(knows: bool) -> None:
    server = Server(knows_fallback=knows)
    way = asking(server)
    assert fallback_protected(way, ("TLSv1.3", "TLSv1.2"), server.suites) is knows
    alone = fallback_protected(way, ("TLSv1.2",), server.suites)
    assert isinstance(alone, Unknown)


class Flaky(Server):
    """Drops every other connection, as a small server under load does."""

    dropped = 0

    def ask(self, payload: bytes, enough: Callable[[bytes], bool]) -> bytes:
        self.dropped += 1
        if self.dropped % 2:
            raise Unreachable("reset")
        return super().ask(payload, enough)


def test_five_runs_on_a_server_that_drops_connections_agree() -> None:
    known = Offer("TLSv1.2", (ECDHE,))
    runs = {tuple(selected(asking(Flaky(), known=known), "TLSv1.2").suites) for _ in range(5)}
    assert runs == {(ECDHE, ECDHE2, STATIC)}


class Mute(Server):
    """Closes without an alert where it has nothing in common with the client."""

    def ask(self, payload: bytes, enough: Callable[[bytes], bool]) -> bytes:
        said = super().ask(payload, enough)
        return said if said[0] == 22 else b""


def test_silence_is_a_refusal_only_where_it_still_answers_what_it_knows() -> None:
    known = Offer("TLSv1.2", (ECDHE,))
    assert set(selected(asking(Mute(), known=known), "TLSv1.2").suites) == {ECDHE, ECDHE2, STATIC}
    with pytest.raises(Unreachable):
        selected(asking(Mute()), "TLSv1.2")


class Banning(Server):
    """Answers ten connections, then none."""

    def ask(self, payload: bytes, enough: Callable[[bytes], bool]) -> bytes:
        if len(self.asked) >= 10:
            raise Unreachable("reset")
        return super().ask(payload, enough)


def test_a_server_that_bans_is_told_from_one_that_refuses() -> None:
    suites = (*range(0xC02B, 0xC031), *range(0x009C, 0x00A0), 0x002F, 0x0035, 0x003C, 0x003D)
    way = asking(Banning(suites), known=Offer("TLSv1.2", (0xC02B,)))
    with pytest.raises(Refused, match=r"after 1[0-9] hellos .* --gentle"):
        selected(way, "TLSv1.2")


def test_what_nobody_offered_is_no_answer() -> None:
    class Odd(Server):
        def ask(self, payload: bytes, enough: Callable[[bytes], bool]) -> bytes:
            return self.old(0x0005 if 0x0005 not in read(payload).suites else 0xC0FF, 0x001D)

    with pytest.raises(Truncated, match="nobody offered"):
        selected(asking(Odd()), "TLSv1.2")


def test_ssl2_lists_its_ciphers_at_once() -> None:
    kinds = bytes.fromhex("0100800700c0")
    body = struct.pack("!BBBHHHH", 4, 0, 1, 2, 3, len(kinds), 0) + b"abc" + kinds
    raw = struct.pack("!H", 0x8000 | len(body)) + body
    assert ssl2_suites(raw) == (0x010080, 0x0700C0)
    assert suite_name(0x0700C0) == "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_broken_key_message_is_no_answer(cut: int) -> None:
    server = Server((DHE,), (), prime=2**127 - 1)
    whole = server.old(DHE, None)
    body = whole[5:]
    place = body.index(b"\x0c\x00")
    short = body[: place + 1] + sized(body[place + 4 : place + 4 + 5 - min(cut, 4)], 3)
    with pytest.raises(Truncated):
        flight(record(22, short + message(14, b"")))


def test_tables_name_every_number_once() -> None:
    for table in (SUITES, GROUPS):
        names = list(registered(table).values())
        assert len(set(names)) == len(names)
    assert suite_name(0xFFFE) == "0xFFFE"
    assert group_name(0x11EC) == "X25519MLKEM768"


def test_every_suite_belongs_to_a_family() -> None:
    for name in registered(SUITES).values():
        assert families(name), name
        assert families(name) <= set(FAMILIES)


# Flaws ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def leaf(key: rsa.RSAPrivateKey) -> bytes:
    """A certificate of that key, in DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "p")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = start.replace(year=2027)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, end)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@dataclass
class Line:
    """A connection to a server that is a function of what it was sent last."""

    answers: Callable[[bytes], bytes | None]
    waiting: bytes = b""
    open: bool = True

    def send(self, payload: bytes) -> None:
        said = self.answers(payload)
        if said is None:
            self.open = False
        else:
            self.waiting += said

    def read(self, enough: Callable[[bytes], bool], cap: int = 0) -> bytes:
        said, self.waiting = self.waiting, b""
        return said


def target(behaviour: Callable[[], Callable[[bytes], bytes | None]]) -> Target:
    @contextmanager
    def line() -> Iterator[Line]:
        yield Line(behaviour())

    return Target(line, "p", "TLSv1.2", (STATIC, ECDHE), "p:443")  # type: ignore[arg-type]


def opening(key: rsa.RSAPrivateKey | None = None, *, heartbeat: bool = True) -> bytes:
    granted = sized(extension(HEARTBEAT, b"\x01") if heartbeat else extension(0x23))
    body = b"\x03\x03" + bytes(32) + b"\x00" + STATIC.to_bytes(2, "big") + b"\x00" + granted
    shown = leaf(key) if key else b""
    return record(22, message(2, body) + message(11, sized(sized(shown, 3), 3)) + message(14, b""))


def plays(
    key: rsa.RSAPrivateKey | None = None,
    *,
    heartbeat: bool = True,
    on: Callable[[int, bytes, int], bytes | None] = lambda kind, content, count: b"",
) -> Callable[[], Callable[[bytes], bytes | None]]:
    """A server that opens, then answers each record by its kind, content and how many came."""

    def behaviour() -> Callable[[bytes], bytes | None]:
        seen: list[int] = []

        def answers(payload: bytes) -> bytes | None:
            if not seen:
                seen.append(22)
                return opening(key, heartbeat=heartbeat)
            said = b""
            place = 0
            while place < len(payload):
                kind, size = payload[place], int.from_bytes(payload[place + 3 : place + 5], "big")
                seen.append(kind)
                one = on(kind, payload[place + 5 : place + 5 + size], seen.count(kind))
                if one is None:
                    return None
                said += one
                place += 5 + size
            return said

        return answers

    return behaviour


def honest(kind: int, content: bytes, count: int) -> bytes:
    claimed = int.from_bytes(content[1:3], "big")
    if claimed > len(content) - 19:
        return b""
    return record(24, b"\x02" + content[1 : 3 + claimed] + bytes(16))


def test_a_server_that_hands_out_memory_bleeds() -> None:
    def bleeds(kind: int, content: bytes, count: int) -> bytes:
        memory = b"\x02" + content[1:3] + b"secret=" + b"\xaa" * 16377
        return record(24, memory) if count == 1 else honest(kind, content, count)

    present, answers = heartbleed(target(plays(on=bleeds)))
    assert present is True
    assert answers == "16387 bytes came back for none"


@pytest.mark.parametrize(
    ("behaviour", "present", "answers"),
    [
        (plays(on=honest), False, "only the honest heartbeat was answered"),
        (plays(on=lambda *_: record(21, b"\x02\x0a")), False, "alert unexpected_message"),
        (plays(heartbeat=False), False, "no heartbeat"),
        (plays(), False, "ignored"),
    ],
)
def test_a_mended_server_does_not_bleed(
    behaviour: Callable[[], Callable[[bytes], bytes | None]], present: bool, answers: str
) -> None:
    assert heartbleed(target(behaviour)) == (present, answers)


def test_a_lost_connection_is_never_not_affected() -> None:
    found = {flaw.key: flaw.present for flaw in flaws(target(lambda: lambda payload: None))}
    assert set(found) == {"heartbleed", "ccs", "robot"}
    assert all(isinstance(present, Unknown) for present in found.values())
    lost = heartbleed(target(plays(on=lambda *_: None)))[0]
    assert isinstance(lost, Unknown)


@pytest.mark.parametrize(
    ("on", "present"),
    [
        (lambda kind, content, count: b"" if count == 1 else record(21, b"\x02\x14"), True),
        (lambda kind, content, count: record(21, b"\x02\x0a"), False),
        (lambda kind, content, count: None, False),
        (lambda kind, content, count: b"" if count == 1 else record(21, b"\x02\x0a"), False),
    ],
)
def test_an_early_change_of_cipher_is_refused_at_once_or_taken(
    on: Callable[[int, bytes, int], bytes | None], present: bool
) -> None:
    assert early_ccs(target(plays(on=on)))[0] is present


def test_a_connection_lost_after_an_early_change_is_asked_again() -> None:
    lost = plays(on=lambda *_: None)
    taken = plays(on=lambda kind, _, count: b"" if count == 1 else record(21, b"\x02\x14"))

    def one_after_another(*plans: Callable[[], Callable[[bytes], bytes | None]]) -> Target:
        left = iter(plans)

        def play() -> Callable[[bytes], bytes | None]:
            return next(left)()

        return target(play)

    assert early_ccs(one_after_another(lost, taken))[0] is True
    gone = one_after_another(lost, lost, lambda: lambda _: None)
    assert isinstance(early_ccs(gone)[0], Unknown)


def test_an_early_change_nobody_answers_stays_open() -> None:
    assert isinstance(early_ccs(target(plays()))[0], Unknown)


def oracle(key: rsa.RSAPrivateKey, *, tells: bool) -> Callable[[int, bytes, int], bytes | None]:
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n

    def answers(kind: int, content: bytes, count: int) -> bytes | None:
        if kind != 22 or content[:1] != b"\x10":
            return b""
        secret = pow(int.from_bytes(content[6:], "big"), numbers.d, modulus)
        padded = secret.to_bytes(256, "big")
        sound = padded[:2] == b"\x00\x02" and 0 not in padded[2:207] and padded[207] == 0
        return record(21, b"\x02\x14" if sound or not tells else b"\x02\x2f")

    return answers


@pytest.mark.parametrize("tells", [True, False])
def test_a_server_that_tells_paddings_apart_is_an_oracle(
    rsa_key: rsa.RSAPrivateKey, tells: bool
) -> None:
    present, answers = robot(target(plays(rsa_key, on=oracle(rsa_key, tells=tells))))
    assert present is tells
    assert ("told apart" in answers) is tells


def test_without_rsa_there_is_no_oracle() -> None:
    way = target(plays())
    assert robot(Target(way.open, "p", "TLSv1.2", (ECDHE,), "p")) == (
        False,
        "no key exchange by RSA",
    )
