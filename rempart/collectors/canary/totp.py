"""One-time codes of a canary (RFC 6238): SHA-1, six digits, thirty seconds."""

import base64
import binascii
import hashlib
import hmac
import struct

from rempart.errors import Unresolved

STEP = 30


def code(secret: str, moment: float) -> str:
    """The code of a secret in base 32 at a moment of POSIX time. Raises Unresolved."""
    plain = secret.replace(" ", "").replace("-", "").upper()
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        raise Unresolved("the canary's totp is no secret in base 32") from None
    mark = hmac.new(key, struct.pack(">Q", int(moment) // STEP), hashlib.sha1).digest()
    place = mark[-1] & 15
    number = struct.unpack(">I", mark[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
