"""A public key of SSH, measured: its size, and the fingerprint `ssh-keygen -l` prints.

Source: RFC 4253 6.6 (RSA, DSA), RFC 5656 3.1 (curves), RFC 8709 (Edwards curves).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Final

from rempart.check import Reason, Seen, Unknown

_CURVES: Final = {
    "nistp256": 256,
    "nistp384": 384,
    "nistp521": 521,
    "ed25519": 256,
    "ed448": 456,
}


def measured(blob: str) -> tuple[Seen[int], Seen[str]]:
    """Bits and SHA256 fingerprint of what stands in base64 behind the algorithm."""
    try:
        raw = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        unknown = Unknown(Reason.UNRESOLVED, "not a public key")
        return unknown, unknown
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    return _bits(tuple(_strings(raw))), f"SHA256:{digest}"


def _bits(parts: tuple[bytes, ...]) -> Seen[int]:
    """The size: of RSA and DSA that of the modulus, else that of the curve."""
    kind = parts[0].decode("ascii", "replace") if parts else ""
    at = 1 if "cert-v01" in kind else 0  # a certificate has a nonce before its key
    if kind.startswith("ssh-rsa") and len(parts) > 2 + at:
        return int.from_bytes(parts[2 + at], "big").bit_length()
    if kind.startswith("ssh-dss") and len(parts) > 1 + at:
        return int.from_bytes(parts[1 + at], "big").bit_length()
    curve = next((bits for name, bits in _CURVES.items() if name in kind), None)
    unread = Unknown(Reason.UNRESOLVED, f"the size of a key of {kind[:40] or '?'} is not read")
    return unread if curve is None else curve


def _strings(raw: bytes) -> Iterator[bytes]:
    place = 0
    while place + 4 <= len(raw):
        length = int.from_bytes(raw[place : place + 4], "big")
        if place + 4 + length > len(raw):
            return
        yield raw[place + 4 : place + 4 + length]
        place += 4 + length
