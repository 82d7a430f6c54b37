"""Heartbleed, early CCS and ROBOT, asked without keeping what comes back: lengths and alerts only.

CVE-2014-0160: a heartbeat that claims more than it holds is answered with memory. CVE-2014-0224: a
ChangeCipherSpec before any key is taken instead of refused. ROBOT (2017): a server answers well and
badly padded secrets differently. What was lost on the way is never "not affected".
"""

import secrets
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.tls.answer import ALERTS, records
from rempart.collectors.tls.flight import Flight, flight, said_all
from rempart.collectors.tls.hello import HEARTBEAT, WIRE, Offer, offered
from rempart.collectors.tls.suites import key_exchange, suite_name
from rempart.errors import CollectError, Truncated
from rempart.observations.tls import TlsFlaw

if TYPE_CHECKING:
    from rempart.transport.raw import Talk

Open: TypeAlias = Callable[[], AbstractContextManager["Talk"]]

CLAIMED: Final = 0x4000
MARK: Final = b"heartbeat of an audit"
CAP: Final = 40_000
CLOSED: Final = "closed"
_CCS: Final = b"\x01"
_HEARTBEAT, _ALERT, _HANDSHAKE, _CHANGE = 24, 21, 22, 20
_LOST: Final = Unknown(Reason.UNREACHABLE, "the connection was lost before the answer")
_SEALED: Final = frozenset({"bad_record_mac", "decrypt_error", "decryption_failed"})


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint and what it takes: its newest version up to TLS 1.2 and its suites of that."""

    open: Open
    name: str
    version: str
    suites: tuple[int, ...]
    place: str

    def begun(self, line: "Talk", *, suites: tuple[int, ...] = ()) -> Flight | None:
        """The server's first flight; None where it did not come whole."""
        offer = Offer(self.version, suites or self.suites, features=True)
        line.send(offered(offer, self.name))
        try:
            found = flight(line.read(said_all, CAP))
        except Truncated:
            return None
        return found if isinstance(found, Flight) and found.done else None

    def record(self, kind: int, content: bytes) -> bytes:
        return struct.pack("!BHH", kind, WIRE[self.version], len(content)) + content


def flaws(target: Target) -> Iterator[TlsFlaw]:
    """One observation a flaw; each is asked again where it was lost the first time."""
    for name, probe in (("heartbleed", heartbleed), ("ccs", early_ccs), ("robot", robot)):
        present, answers = _twice(probe, target)
        yield TlsFlaw(present, answers, key=name, source=f"{name} probe of {target.place}")


def _twice(
    probe: Callable[[Target], tuple[Seen[bool], str]], target: Target
) -> tuple[Seen[bool], str]:
    found: tuple[Seen[bool], str] = (_LOST, "")
    for _ in range(2):
        try:
            found = probe(target)
        except CollectError as error:
            found = (Unknown(error.reason, str(error)), "")
        if not isinstance(found[0], Unknown):
            break
    return found


def heartbleed(target: Target) -> tuple[Seen[bool], str]:
    """A heartbeat that lies about its length, then an honest one that shows who is still there."""
    with target.open() as line:
        first = target.begun(line)
        if first is None:
            return _LOST, ""
        if HEARTBEAT not in first.chosen.extensions:
            return False, "no heartbeat"
        line.send(target.record(_HEARTBEAT, struct.pack("!BH", 1, CLAIMED)))
        honest = struct.pack("!BH", 1, len(MARK)) + MARK + bytes(16)
        line.send(target.record(_HEARTBEAT, honest))
        length, echoed, alert = _beats(line.read(_two_beats, CAP))
    if length > len(honest):
        return True, f"{length} bytes came back for none"
    if alert:
        return False, f"alert {alert}"
    if echoed:
        return False, "only the honest heartbeat was answered"
    return (False, "ignored") if line.open else (_LOST, "")


def _two_beats(raw: bytes) -> bool:
    try:
        length, echoed, alert = _beats(raw)
    except Truncated:
        return True
    return bool(alert) or echoed or length > CLAIMED // 2


def _beats(raw: bytes) -> tuple[int, bool, str]:
    """The bytes of the longest answer, whether the honest one came, and an alert."""
    length, echoed, alert = 0, False, ""
    for kind, content in records(raw):
        if kind == _HEARTBEAT:
            honest = content[3 : 3 + len(MARK)] == MARK
            echoed = echoed or honest
            length = max(length, 0 if honest else len(content))
        elif kind == _ALERT:
            alert = _alert(content)
    if not (length or echoed) and raw[:1] == bytes((_HEARTBEAT,)):
        length = len(raw) - 5  # a record that has not come whole yet
    return length, echoed, alert


def early_ccs(target: Target) -> tuple[Seen[bool], str]:
    """ChangeCipherSpec before any key: refused at once, or taken and found out at the second.

    One that closes without a word is believed when it does so again and is there afterwards: a
    connection may have been lost.
    """
    found = _early_ccs(target)
    if found[1] != CLOSED:
        return found
    again = _early_ccs(target)
    if again[1] != CLOSED:
        return again
    with target.open() as line:
        return found if target.begun(line) is not None else (_LOST, "")


def _early_ccs(target: Target) -> tuple[Seen[bool], str]:
    with target.open() as line:
        if target.begun(line) is None:
            return _LOST, ""
        line.send(target.record(_CHANGE, _CCS))
        first = _alerted(line.read(bool, CAP))
        if first or not line.open:
            return False, f"alert {first}" if first else CLOSED
        line.send(target.record(_CHANGE, _CCS))
        second = _alerted(line.read(bool, CAP))
    if second in _SEALED:
        return True, f"taken, then alert {second}"
    if second or not line.open:
        return False, f"alert {second}" if second else CLOSED
    return _LOST, ""


def robot(target: Target) -> tuple[Seen[bool], str]:
    """Whether five ways to pad a secret are told apart, twice in the same way."""
    usable = tuple(s for s in target.suites if key_exchange(suite_name(s)) == "RSA")
    if not usable:
        return False, "no key exchange by RSA"
    rounds = []
    for _ in range(2):
        answers = []
        for make in _PADDINGS:
            answer = _answered(target, usable, make)
            if answer is None:
                return _LOST, ""
            answers.append(answer)
        if len(set(answers)) == 1:
            return False, f"always {answers[0]}"
        rounds.append(answers)
    if rounds[0] != rounds[1]:
        return Unknown(Reason.UNRESOLVED, "answers differ from one round to the next"), ""
    return True, "told apart: " + ", ".join(dict.fromkeys(rounds[0]))


def _answered(
    target: Target, suites: tuple[int, ...], make: Callable[[int, int], bytes]
) -> str | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    with target.open() as line:
        first = target.begun(line, suites=suites)
        if first is None or not first.certificates:
            return None
        try:
            key = x509.load_der_x509_certificate(first.certificates[0]).public_key()
        except ValueError:
            return None
        if not isinstance(key, RSAPublicKey):
            return None
        numbers = key.public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        padded = int.from_bytes(make(size, WIRE[target.version]), "big")
        sealed = pow(padded, numbers.e, numbers.n).to_bytes(size, "big")
        body = struct.pack("!H", size) + sealed
        message = b"\x10" + len(body).to_bytes(3, "big") + body
        line.send(
            target.record(_HANDSHAKE, message)
            + target.record(_CHANGE, _CCS)
            + target.record(_HANDSHAKE, secrets.token_bytes(64))
        )
        alert = _alerted(line.read(bool, CAP))
    return alert or ("silence" if line.open else "closed")


def _filled(size: int) -> bytes:
    return bytes(secrets.choice(range(1, 256)) for _ in range(size))


def _sound(size: int, wire: int) -> bytes:
    return b"\x00\x02" + _filled(size - 51) + b"\x00" + wire.to_bytes(2, "big") + _filled(46)


_PADDINGS: Final = (
    _sound,
    lambda size, wire: b"\x41\x17" + _sound(size, wire)[2:],
    lambda size, wire: b"\x00\x02" + _filled(size - 2),
    lambda size, wire: b"\x00\x02" + _filled(8) + b"\x00" + _filled(size - 11),
    lambda size, wire: b"\x00\x02" + _filled(size - 51) + b"\x00\x02\x02" + _filled(46),
)


def _alerted(raw: bytes) -> str:
    for kind, content in records(raw):
        if kind == _ALERT:
            return _alert(content)
    return ""


def _alert(content: bytes) -> str:
    if len(content) < 2:
        return "broken"
    return ALERTS.get(content[1], f"alert {content[1]}")
