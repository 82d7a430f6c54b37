"""How a `userPassword` value is kept: its scheme and cost, and nothing of the rest.

Sources: RFC 2307 and 3112, slapd-pw-sha2(5), slapd-pw-argon2(5), pw-pbkdf2 of OpenLDAP, crypt(5).
"""

import re
from typing import Final

LONGEST: Final = 80  # bytes that can tell a scheme; the digest itself begins behind them
_PREFIX: Final = re.compile(rb"\{([A-Za-z0-9./_-]{1,24})\}")
_CRYPT: Final = {
    "1": "md5crypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2y": "bcrypt",
    "5": "sha256crypt",
    "6": "sha512crypt",
    "7": "scrypt",
    "y": "yescrypt",
    "gy": "gost-yescrypt",
    "md5": "sunmd5",
    "sha1": "sha1crypt",
}
_PLAIN: Final = {
    "cleartext": "clear",
    "md5": "md5",
    "smd5": "smd5",
    "sha": "sha1",
    "ssha": "ssha",
    "sha256": "sha256",
    "ssha256": "ssha256",
    "sha384": "sha384",
    "ssha384": "ssha384",
    "sha512": "sha512",
    "ssha512": "ssha512",
    "pbkdf2": "pbkdf2-sha1",
    "pbkdf2-sha1": "pbkdf2-sha1",
    "pbkdf2-sha256": "pbkdf2-sha256",
    "pbkdf2-sha512": "pbkdf2-sha512",
    "bcrypt": "bcrypt",
    "sasl": "elsewhere",
}
_CRYPT_HEAD: Final = re.compile(rb"\$([0-9a-z]{1,4})\$(?:rounds=(\d{1,9})\$|(\d\d)\$)?")
_ARGON: Final = re.compile(rb"\$(argon2(?:id|i|d))\$(?:v=\d+\$)?m=\d+,t=(\d{1,4})")
_ITERATIONS: Final = re.compile(rb"(\d{1,9})\$")


def reduced(value: bytes) -> bytes:
    """What of a value tells its scheme and cost; the salt and the digest are dropped."""
    scheme, cost = scheme_of(value)
    return f"{scheme} {'' if cost is None else cost}".encode()


def restored(value: bytes) -> tuple[str, int | None]:
    """Scheme and cost of a value that was reduced."""
    scheme, _, cost = value.decode("ascii").partition(" ")
    return scheme, int(cost) if cost else None


def scheme_of(value: bytes) -> tuple[str, int | None]:
    """Scheme and cost, the scheme named as yardsticks name it; `clear` without a prefix."""
    head = value[:LONGEST]
    found = _PREFIX.match(head)
    if found is None:
        return "clear", None
    name, rest = found[1].decode("ascii").lower(), head[found.end() :]
    if name == "crypt":
        return _crypt(rest)
    if name == "argon2":
        argon = _ARGON.match(rest)
        return (argon[1].decode("ascii"), int(argon[2])) if argon else ("unknown", None)
    scheme = _PLAIN.get(name, "unknown")
    iterations = _ITERATIONS.match(rest) if scheme.startswith("pbkdf2") else None
    return scheme, int(iterations[1]) if iterations else None


def _crypt(rest: bytes) -> tuple[str, int | None]:
    head = _CRYPT_HEAD.match(rest)
    if head is None:
        return ("bsdicrypt" if rest[:1] == b"_" else "descrypt"), None
    scheme = _CRYPT.get(head[1].decode("ascii"), "unknown")
    cost = head[2] or head[3]
    return scheme, int(cost) if cost else None
