"""The first answer to a ClientHello, read from raw bytes that may be anything."""

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

from rempart.collectors.tls.hello import WIRE
from rempart.errors import Truncated

_NAMES = {wire: version for version, wire in WIRE.items()}
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_RECORD_CAP = 16384 + 2048
_RECORDS_CAP = 64
_KINDS = frozenset(range(20, 25))
_MESSAGE_CAP = 1 << 16
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The server picked a version and a suite; `group` where a HelloRetryRequest names one.

    `extensions` are those it answered with, `compression` the method it picked (0 is none).
    """

    version: str
    suite: int
    group: int | None = None
    extensions: frozenset[int] = field(default=frozenset(), compare=False)
    compression: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """The server said no, with a fatal alert."""

    name: str


Answer: TypeAlias = Chosen | Alert


def answer(raw: bytes) -> Answer | None:
    """What the server answered; None while the bytes do not tell yet.

    Raises Truncated when they can no longer become an answer: not TLS, or broken TLS.
    """
    if raw[:1] and raw[0] & 0x80:
        return _ssl2(raw)
    message = b""
    for kind, content in records(raw):
        if kind == 21:
            alert = _alert(content)
            if alert is not None:
                return alert
        elif kind == 22:
            message += content
            found = _server_hello(message)
            if found is not None:
                return found
        else:
            raise Truncated(f"answered with a record of type {kind} instead of a ServerHello")
    return None


def complete(raw: bytes) -> bool:
    """Whether more bytes would change nothing: an answer stands, or never will."""
    try:
        return answer(raw) is not None
    except Truncated:
        return True


def records(raw: bytes) -> list[tuple[int, bytes]]:
    """The whole records in it: their types and contents; raises Truncated when it is no TLS."""
    found: list[tuple[int, bytes]] = []
    position = 0
    while len(raw) - position >= 5:
        if len(found) == _RECORDS_CAP:
            raise Truncated("answered with a storm of records")
        kind, major, _, length = struct.unpack_from("!BBBH", raw, position)
        if kind not in _KINDS or major != 3 or length > _RECORD_CAP:
            raise Truncated("answered with something that is not TLS")
        if len(raw) - position - 5 < length:
            break
        found.append((kind, raw[position + 5 : position + 5 + length]))
        position += 5 + length
    rest = raw[position:]
    if rest and (rest[0] not in _KINDS or rest[1:2] not in (b"", b"\x03")):
        raise Truncated("answered with something that is not TLS")
    return found


def _alert(content: bytes) -> Alert | None:
    """A fatal alert; a warning (an unknown server name, say) is not the answer yet."""
    if len(content) % 2 or not content:
        raise Truncated("answered with a broken alert")
    for level, number in zip(content[::2], content[1::2], strict=True):
        if level != 1 or number == 0:
            return Alert(ALERTS.get(number, f"alert {number}"))
    return None


def _server_hello(message: bytes) -> Chosen | None:
    if len(message) < 4:
        return None
    length = int.from_bytes(message[1:4], "big")
    if message[0] != 2 or length > _MESSAGE_CAP:
        raise Truncated(f"answered with handshake message {message[0]} instead of a ServerHello")
    if len(message) < 4 + length:
        return None
    try:
        return _chosen(message[4 : 4 + length])
    except (struct.error, IndexError):
        raise Truncated("answered with a broken ServerHello") from None


def _chosen(body: bytes) -> Chosen:
    (wire,) = struct.unpack_from("!H", body)
    retry = body[2:34] == _RETRY
    position = 35 + body[34]
    (suite,) = struct.unpack_from("!H", body, position)
    extensions = _extensions(body[position + 3 :])
    if 0x002B in extensions:
        (wire,) = struct.unpack("!H", extensions[0x002B])
    group: int | None = None
    if retry and 0x0033 in extensions:
        (group,) = struct.unpack("!H", extensions[0x0033])
    if wire not in _NAMES:
        raise Truncated(f"answered with protocol version 0x{wire:04x}")
    compression = body[position + 2]
    return Chosen(_NAMES[wire], suite, group, frozenset(extensions), compression)


def _extensions(raw: bytes) -> dict[int, bytes]:
    if not raw:
        return {}
    (total,) = struct.unpack_from("!H", raw)
    if total != len(raw) - 2:
        raise Truncated("answered with a broken ServerHello")
    found: dict[int, bytes] = {}
    position = 2
    while position < len(raw):
        number, length = struct.unpack_from("!HH", raw, position)
        if position + 4 + length > len(raw):
            raise Truncated("answered with a broken ServerHello")
        found[number] = raw[position + 4 : position + 4 + length]
        position += 4 + length
    return found


def _ssl2(raw: bytes) -> Answer | None:
    """An SSL 2.0 SERVER-HELLO or ERROR; a version without a cipher in common is not offered."""
    if len(raw) < 5:
        return None
    length = int.from_bytes(raw[:2], "big") & 0x7FFF
    if raw[2] == 0 and length == 3:
        return Alert("SSLv2 error")
    if raw[2] != 4:
        raise Truncated("answered with something that is not TLS")
    if length < 11:
        raise Truncated("answered with a broken SSLv2 SERVER-HELLO")
    if len(raw) < 13:
        return None
    wire, _certificate, ciphers = struct.unpack_from("!HHH", raw, 5)
    if wire != WIRE["SSLv2"]:
        raise Truncated(f"answered with protocol version 0x{wire:04x}")
    return Chosen("SSLv2", 0) if ciphers else Alert("no SSLv2 cipher in common")
