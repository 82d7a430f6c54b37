"""Password hashes as a host may speak of them: the scheme and its cost, never the hash.

Source: crypt(5), passwd(5), shadow(5).
"""

import re
from typing import Any

# What a password field is reduced to on the host: name|set, empty, locked or shadow|scheme tag|cost
# and then plain fields. No salt, no hash: a tag is printed when crypt(5) knows it, and of what
# follows only rounds, a bcrypt or a yescrypt cost. No name of a person either (field 5 of passwd).
_REDUCE = (
    '{h=$2;s="set";if(h=="")s="empty";if(h=="x")s="shadow";'
    'if(h~/^[!*]/){s="locked";sub(/^[!*]+/,"",h)}'
    'n=split(h,p,"$");k="none";c="";'
    'if(n>3&&p[1]==""){'
    'k=index(" 1 2a 2b 2x 2y 3 5 6 7 8 md5 sha1 y gy "," "p[2]" ")?p[2]:"other";'
    "if(k~/^2/&&p[3]~/^[0-9][0-9]$/||k~/y$/&&length(p[3])<9||p[3]~/^rounds=[0-9]+$/)c=p[3]}"
    'else if(length(h)==13)k="des";else if(h~/^_/&&length(h)==20)k="bsdi";'
    'print $1"|"s"|"k"|"c"|"$3"|"$7'
)
# number, shell, group, home; day of the change, days after expiry, least, most, day it ends
REDUCE_PASSWD = _REDUCE + '"|"$4"|"$6}'
REDUCE_SHADOW = _REDUCE + '"|"$4"|"$5"|"$8}'
AWK = "/usr/bin/awk"
# crypt(5); the tags after the first dollar sign, and two shapes without one
SCHEMES = {
    "1": "md5crypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2x": "bcrypt",
    "2y": "bcrypt",
    "3": "nt",
    "5": "sha256crypt",
    "6": "sha512crypt",
    "7": "scrypt",
    "8": "cisco-pbkdf2",
    "md5": "sunmd5",
    "sha1": "sha1crypt",
    "y": "yescrypt",
    "gy": "gost-yescrypt",
    "des": "descrypt",
    "bsdi": "bsdicrypt",
    "other": "unknown",
}
DEFAULT_ROUNDS = {"sha256crypt": 5000, "sha512crypt": 5000}
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def reduced_passwd(text: str) -> str:
    """A captured passwd file, reduced as the script's awk reduces it on a host."""
    return "\n".join(_reduced(line, passwd=True) for line in text.split("\n") if ":" in line)


def reduced_shadow(text: str) -> str:
    """A captured shadow file, reduced likewise."""
    return "\n".join(_reduced(line, passwd=False) for line in text.split("\n") if ":" in line)


def _reduced(line: str, *, passwd: bool) -> str:
    fields = [*line.split(":"), *[""] * 8]
    secret = fields[1]
    state = {"": "empty", "x": "shadow"}.get(secret, "set")
    if secret[:1] in ("!", "*"):
        state, secret = "locked", secret.lstrip("!*")
    tag, cost = _tag(secret)
    more = fields[3:6:2] if passwd else (fields[3], fields[4], fields[7])
    return "|".join((fields[0], state, tag, cost, fields[2], fields[6], *more))


def _tag(secret: str) -> tuple[str, str]:
    parts = secret.split("$")
    if len(parts) > 3 and not parts[0]:
        tag = parts[1] if parts[1] in SCHEMES and parts[1] not in _SHAPES else "other"
        return tag, _cost_text(tag, parts[2])
    if len(secret) == 13:
        return "des", ""
    return ("bsdi", "") if secret.startswith("_") and len(secret) == 20 else ("none", "")


_SHAPES = frozenset({"des", "bsdi", "other"})


def _cost_text(tag: str, part: str) -> str:
    shown = (
        re.fullmatch(r"rounds=[0-9]+", part)
        or (tag.startswith("2") and re.fullmatch(r"[0-9][0-9]", part))
        or (tag.endswith("y") and tag != "2y" and len(part) < 9)
    )
    return part if shown else ""


def secret(state: str, tag: str, cost: str, source: str) -> dict[str, Any]:
    """What one reduced password field says of its account."""
    scheme = SCHEMES.get(tag)
    locked = state == "locked" or (scheme is None and state != "empty")
    return {
        "hash_scheme": scheme,
        "hash_cost": _cost(scheme, cost),
        "locked": locked,
        "empty_password": state == "empty",
        "source": source,
    }


def _cost(scheme: str | None, cost: str) -> int | None:
    digits = cost.removeprefix("rounds=")
    if digits.isascii() and digits.isdigit():
        return int(digits[:9])
    if scheme in ("yescrypt", "gost-yescrypt") and len(cost) > 1 and cost[1] in _ALPHABET:
        return _ALPHABET.index(cost[1]) + 1  # j9T is 2^12 blocks
    return DEFAULT_ROUNDS.get(scheme or "")
