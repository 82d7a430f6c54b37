"""OpenPGP messages and keys, told by their packets, binary or in armor.

Sources: RFC 9580, 4.2 (packets), 3.7.1 (string-to-key), 9.3 (ciphers), 9.5 (hashes); RFC 4880.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from rempart.collectors.artefacts.kinds import KEY, MESSAGE, Kind

PUBLIC_KEY_SESSION: Final = 1
PASSPHRASE_SESSION: Final = 3
SECRET_KEYS: Final = frozenset({5, 7})
OLD_DATA: Final = 9  # encrypted without anything that shows a change
CIPHERS: Final = {
    0: "none",
    1: "IDEA",
    2: "3DES",
    3: "CAST5",
    4: "Blowfish",
    7: "AES128",
    8: "AES192",
    9: "AES256",
    10: "Twofish",
    11: "Camellia128",
    12: "Camellia192",
    13: "Camellia256",
}
HASHES: Final = {1: "MD5", 2: "SHA-1", 3: "RIPEMD-160", 8: "SHA-256", 9: "SHA-384", 10: "SHA-512"}
_ARMOR: Final = re.compile(
    rb"\A-----BEGIN PGP (MESSAGE|PRIVATE KEY BLOCK)-----\r?\n(?:[A-Za-z-]+: [^\n]*\n)*\r?\n"
    rb"([A-Za-z0-9+/=\r\n]+)"
)
_MOST: Final = 64  # packets looked at


class Packet(NamedTuple):
    """One packet: its tag, the length it says it has (-1 where partial), and its first bytes."""

    tag: int
    length: int
    body: bytes


def packets(data: bytes) -> Iterator[Packet]:
    """The packets a message begins with, up to the one whose end is not among these bytes."""
    place = 0
    for _ in range(_MOST):
        found = _packet(data, place)
        if found is None:
            return
        packet, place = found
        yield packet
        if packet.length < 0 or place > len(data):
            return


def _packet(data: bytes, place: int) -> tuple[Packet, int] | None:
    if place + 2 > len(data) or not data[place] & 0x80:
        return None
    first = data[place]
    if first & 0x40:
        tag, length, start = first & 0x3F, data[place + 1], place + 2
        if 192 <= length < 224 and place + 3 <= len(data):
            length, start = ((length - 192) << 8) + data[place + 2] + 192, place + 3
        elif length == 255:
            length, start = int.from_bytes(data[place + 2 : place + 6], "big"), place + 6
        elif length >= 224:
            length = -1
    else:
        tag, size = (first >> 2) & 0x0F, first & 3
        width = (1, 2, 4, 0)[size]
        start = place + 1 + width
        length = int.from_bytes(data[place + 1 : start], "big") if width else -1
    end = len(data) if length < 0 else start + length
    return Packet(tag, length, data[start:end]), end


def openpgp(head: bytes) -> Kind | None:
    """The message or secret key that begins here; None where none does."""
    if head.startswith(b"-----BEGIN PGP "):
        return _armored(head)
    if len(head) < 16 or not head[0] & 0x80:
        return None
    found = list(packets(head))
    if not found:
        return None
    first = found[0]
    if first.tag in SECRET_KEYS and _plausible_key(first):
        return _key(first)
    return _message(found) if _session(first) else None


def _armored(head: bytes) -> Kind | None:
    match = _ARMOR.match(head)
    if match is None:
        return _untold() if head.startswith(b"-----BEGIN PGP MESSAGE-----") else None
    found = list(packets(_dearmored(match[2])))
    if match[1] != b"MESSAGE":
        return _key(found[0]) if found and found[0].tag in SECRET_KEYS else None
    return _message(found) if found and _session(found[0]) else _untold()


def _dearmored(text: bytes) -> bytes:
    text = b"".join(text.split())
    text = text[: text.find(b"=")] if b"=" in text else text
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:
        return b""


def _untold() -> Kind:
    """Armor says that it is a message; which cipher is not to be seen."""
    return Kind(encryption="OpenPGP", family=MESSAGE, format="OpenPGP", encrypted=True)


def _session(packet: Packet) -> bool:
    """Whether the packet is a session key: for a key (version 3, 6) or a passphrase (4 to 6)."""
    version = packet.body[:1]
    if len(packet.body) < 4:
        return False
    if packet.tag == PASSPHRASE_SESSION:
        return version in (b"\4", b"\5", b"\6") and 4 <= packet.length <= 256
    return (
        packet.tag == PUBLIC_KEY_SESSION
        and version in (b"\3", b"\6")
        and 12 <= packet.length <= 4096
    )


def _message(found: list[Packet]) -> Kind:
    sessions = [packet for packet in found if _session(packet)]
    keys = sum(packet.tag == PUBLIC_KEY_SESSION for packet in sessions)
    phrases = [packet for packet in sessions if packet.tag == PASSPHRASE_SESSION]
    cipher, derivation, cost = _phrase(phrases[0].body) if phrases else ("", "", None)
    unsafe = any(packet.tag == OLD_DATA for packet in found)  # no modification detection
    cipher = f"{cipher} without MDC".strip() if unsafe else cipher
    named = f"OpenPGP {cipher}".strip() if unsafe or _old(cipher) else "OpenPGP"
    return Kind(
        encryption=named,
        family=MESSAGE,
        format="OpenPGP",
        encrypted=True,
        cipher=cipher,
        derivation=derivation,
        cost=cost,
        recipients=keys,
    )


def _old(cipher: str) -> bool:
    return bool(cipher) and not cipher.startswith(("AES", "Twofish", "Camellia"))


def _phrase(body: bytes) -> tuple[str, str, int | None]:
    """Cipher, string-to-key and its count in a passphrase's session packet."""
    version, place = body[0], 1
    if version == 6:
        place += 1
    cipher = CIPHERS.get(body[place], f"cipher {body[place]}")
    place += 1 if version == 4 else 2  # an AEAD mode stands behind the cipher
    if version == 6:
        place += 1
    return (cipher, *string_to_key(body[place:]))


def string_to_key(told: bytes) -> tuple[str, int | None]:
    """A string-to-key specifier in words, and the bytes it hashes (argon2: KiB of memory)."""
    if len(told) < 2:
        return "", None
    hashed = HASHES.get(told[1], f"hash {told[1]}")
    if told[0] == 0:
        return f"s2k simple {hashed}", None
    if told[0] == 1:
        return f"s2k salted {hashed}", None
    if told[0] == 3 and len(told) > 10:
        return f"s2k iterated {hashed}", (16 + (told[10] & 15)) << ((told[10] >> 4) + 6)
    if told[0] == 4 and len(told) > 19:
        return "argon2id", 1 << min(told[19], 31)
    return f"s2k {told[0]}", None


def _plausible_key(packet: Packet) -> bool:
    return packet.body[:1] in (b"\3", b"\4", b"\5", b"\6") and 12 <= packet.length <= 8192


def _key(packet: Packet) -> Kind:
    """A secret key; encrypted where a string-to-key usage octet says so.

    The octet stands behind the public part, whose length version 4 does not say: the numbers of RSA
    and of the curves are walked, other kinds are left untold.
    """
    usage = _usage(packet.body)
    return Kind(
        family=KEY,
        format="OpenPGP secret key",
        encrypted=None if usage is None else usage != 0,
        why="" if usage is not None else "a kind of key that is not walked",
    )


def _usage(body: bytes) -> int | None:
    place = _public(body)
    return body[place] if 0 < place < len(body) else None


def fingerprint(head: bytes) -> str:
    """The fingerprint of the secret key that begins here; empty where it is not told."""
    armor = _ARMOR.match(head)
    found = next(packets(_dearmored(armor[2]) if armor else head), None)
    place = _public(found.body) if found and found.tag in SECRET_KEYS else 0
    if found is None or not 0 < place <= len(found.body):
        return ""
    public = b"\x99" + place.to_bytes(2, "big") + found.body[:place]
    return hashlib.sha1(public, usedforsecurity=False).hexdigest().upper()


def _public(body: bytes) -> int:
    """Where the public part of a key of version 4 ends; 0 where that is not known."""
    if body[:1] != b"\4" or len(body) < 8:
        return 0
    algorithm, place = body[5], 6
    numbers = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}.get(algorithm)
    if numbers is None:
        if algorithm not in (18, 19, 22):
            return 0
        place += 1 + body[place]
        numbers = 1
    for _ in range(numbers):
        place += 2 + (int.from_bytes(body[place : place + 2], "big") + 7) // 8
    if algorithm == 18 and place < len(body):
        place += 1 + body[place]
    return place
