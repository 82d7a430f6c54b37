"""What a server says after its ServerHello, up to TLS 1.2: its certificate, its key's parameters.

Sources: RFC 5246 (7.4), RFC 8422 (5.4), RFC 4279 and 5489 (PSK hints), RFC 6066 (status).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rempart.collectors.tls.answer import Alert, Chosen, answer, records
from rempart.collectors.tls.suites import key_exchange, suite_name
from rempart.errors import Truncated

_MOST = 1 << 17
_CERTIFICATE, _KEY_EXCHANGE, _REQUEST, _DONE, _STATUS = 11, 12, 13, 14, 22
_NAMED_CURVE = 3


@dataclass(frozen=True, slots=True)
class Flight:
    """The server's first messages. `done` when it said everything it says before its client.

    `curve` is the group of an ECDHE key, `prime` the modulus of a DHE key. `stapled` is true where
    a certificate status came along, `asks` where a client certificate is asked for. `kinds` are the
    ciphers an SSL 2.0 server lists.
    """

    chosen: Chosen
    certificates: tuple[bytes, ...] = ()
    curve: int | None = None
    prime: int | None = None
    stapled: bool = False
    asks: bool = False
    done: bool = False
    kinds: tuple[int, ...] = ()


def flight(raw: bytes) -> Flight | Alert | None:
    """What was said so far; None while not even the ServerHello stands. Raises Truncated."""
    first = answer(raw)
    if not isinstance(first, Chosen):
        return first
    if first.version == "SSLv2":
        return Flight(first, kinds=ssl2_suites(raw), done=True)
    certificates: tuple[bytes, ...] = ()
    curve = prime = None
    seen = set()
    exchange = key_exchange(suite_name(first.suite))
    hinted = "_PSK_" in suite_name(first.suite)
    for kind, body in _messages(raw):
        seen.add(kind)
        try:
            if kind == _CERTIFICATE:
                certificates = tuple(_certificates(body))
            elif kind == _KEY_EXCHANGE and exchange in ("ECDHE", "ECDH"):
                curve = _curve(_after_hint(body, hinted))
            elif kind == _KEY_EXCHANGE and exchange in ("DHE", "DH"):
                prime = _prime(_after_hint(body, hinted))
        except struct.error:
            raise Truncated("answered with a broken handshake message") from None
    return Flight(
        first, certificates, curve, prime, _STATUS in seen, _REQUEST in seen, _DONE in seen
    )


def said_all(raw: bytes) -> bool:
    """Whether more bytes would change nothing."""
    try:
        found = flight(raw)
    except Truncated:
        return True
    if isinstance(found, Flight):
        return found.done or found.chosen.version == "TLSv1.3"
    return found is not None


def ssl2_suites(raw: bytes) -> tuple[int, ...]:
    """The cipher kinds an SSL 2.0 SERVER-HELLO lists (the specification of 1995, 2.6)."""
    if len(raw) < 13 or raw[2] != 4:
        return ()
    certificate, ciphers = struct.unpack_from("!HH", raw, 7)
    listed = raw[13 + certificate : 13 + certificate + ciphers]
    return tuple(
        int.from_bytes(listed[place : place + 3], "big") for place in range(0, len(listed) - 2, 3)
    )


def _messages(raw: bytes) -> Iterator[tuple[int, bytes]]:
    text = b"".join(content for kind, content in records(raw) if kind == 22)
    place = 0
    while len(text) - place >= 4:
        length = int.from_bytes(text[place + 1 : place + 4], "big")
        if length > _MOST:
            raise Truncated("answered with a handshake message larger than any")
        if len(text) - place - 4 < length:
            return
        yield text[place], text[place + 4 : place + 4 + length]
        place += 4 + length


def _certificates(body: bytes) -> Iterator[bytes]:
    place = 3
    while place + 3 <= len(body):
        length = int.from_bytes(body[place : place + 3], "big")
        yield body[place + 3 : place + 3 + length]
        place += 3 + length


def _after_hint(body: bytes, hinted: bool) -> bytes:
    if not hinted:
        return body
    (length,) = struct.unpack_from("!H", body)
    return body[2 + length :]


def _curve(body: bytes) -> int | None:
    kind, curve = struct.unpack_from("!BH", body)
    return int(curve) if kind == _NAMED_CURVE else None


def _prime(body: bytes) -> int:
    (length,) = struct.unpack_from("!H", body)
    if length > len(body) - 2:
        raise Truncated("answered with a broken handshake message")
    return int.from_bytes(body[2 : 2 + length], "big")
