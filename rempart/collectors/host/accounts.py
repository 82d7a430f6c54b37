"""Who may sign in, from passwd and shadow as the host reduced them: no hash is among the words."""

import re
from collections.abc import Iterator
from typing import Any

from rempart.check import Observation, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.errors import CollectError
from rempart.observations.accounts import Account

# What a password field is reduced to on the host, from passwd and shadow alike:
# name|set, empty, locked or shadow|scheme tag|cost|field 3|field 7. No salt, no hash: a tag is
# printed when crypt(5) knows it, and of what follows only rounds, a bcrypt or a yescrypt cost.
REDUCE = (
    '{h=$2;s="set";if(h=="")s="empty";if(h=="x")s="shadow";'
    'if(h~/^[!*]/){s="locked";sub(/^[!*]+/,"",h)}'
    'n=split(h,p,"$");k="none";c="";'
    'if(n>3&&p[1]==""){'
    'k=index(" 1 2a 2b 2x 2y 3 5 6 7 8 md5 sha1 y gy "," "p[2]" ")?p[2]:"other";'
    "if(k~/^2/&&p[3]~/^[0-9][0-9]$/||k~/y$/&&length(p[3])<9||p[3]~/^rounds=[0-9]+$/)c=p[3]}"
    'else if(length(h)==13)k="des";else if(h~/^_/&&length(h)==20)k="bsdi";'
    'print $1"|"s"|"k"|"c"|"$3"|"$7}'
)
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
NO_SIGN_IN = frozenset({"nologin", "false", "sync", "halt", "shutdown", "true"})
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HASH = re.compile(r"\$([^$]*)\$([^$]*)\$.*\$?.*")


def accounts(answers: Answers) -> Iterator[Observation]:
    """Each local account; where shadow could not be read, what it would say is unknown."""
    shadow = _shadow(answers)
    for fields in _rows(answers.text("passwd")):
        name, state, scheme, cost, uid, shell = fields
        if not uid.isdigit():
            continue  # an NIS `+` line is no account
        yield Account(
            uid=int(uid[:10]),
            shell=shell,
            can_sign_in=shell.rsplit("/", 1)[-1] not in NO_SIGN_IN,
            hash_in_passwd=state in ("set", "locked") and scheme != "none",
            key=name,
            **_joined(name, state, scheme, cost, shadow),
        )


def _joined(
    name: str,
    state: str,
    scheme: str,
    cost: str,
    shadow: dict[str, dict[str, Any]] | Unknown,
) -> dict[str, Any]:
    """The secret's facts: passwd's own word, else shadow's; no line in shadow matches nothing."""
    if state != "shadow":
        return _secret(state, scheme, cost, "/etc/passwd")
    if isinstance(shadow, Unknown):
        return _unseen(shadow)
    return shadow.get(name) or _secret("locked", "none", "", "/etc/shadow")


def reduced(text: str) -> str:
    """A captured passwd or shadow file, reduced as the script's awk reduces it on a host."""
    return "\n".join(_reduced(line) for line in text.splitlines() if ":" in line)


def _reduced(line: str) -> str:
    fields = [*line.split(":"), *[""] * 7]
    secret = fields[1]
    state = {"": "empty", "x": "shadow"}.get(secret, "set")
    if secret[:1] in ("!", "*"):
        state, secret = "locked", secret.lstrip("!*")
    tag, cost = _tag(secret)
    return "|".join((fields[0], state, tag, cost, fields[2], fields[6]))


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


def _rows(text: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    for line in text.split("\n"):
        fields = line.split("|")
        if len(fields) == 6 and fields[0]:
            name, state, scheme, cost, third, seventh = fields
            yield name, state, scheme, cost, third, seventh


def _shadow(answers: Answers) -> dict[str, dict[str, Any]] | Unknown:
    try:
        text = answers.text("shadow")
    except CollectError as error:
        return Unknown(error.reason, str(error))
    return {
        name: _secret(state, scheme, cost, "/etc/shadow")
        for name, state, scheme, cost, _, _ in _rows(text)
    }


def _secret(state: str, tag: str, cost: str, source: str) -> dict[str, Any]:
    scheme = SCHEMES.get(tag)
    locked = state == "locked" or (scheme is None and state != "empty")
    return {
        "hash_scheme": scheme,
        "hash_cost": _cost(scheme, cost),
        "locked": locked,
        "empty_password": state == "empty",
        "source": source,
    }


def _unseen(why: Unknown) -> dict[str, Any]:
    names = ("hash_scheme", "hash_cost", "locked", "empty_password")
    return {**dict.fromkeys(names, why), "source": "/etc/shadow"}


def _cost(scheme: str | None, cost: str) -> int | None:
    digits = cost.removeprefix("rounds=")
    if digits.isascii() and digits.isdigit():
        return int(digits[:9])
    if scheme in ("yescrypt", "gost-yescrypt") and len(cost) > 1 and cost[1] in _ALPHABET:
        return _ALPHABET.index(cost[1]) + 1  # j9T is 2^12 blocks
    return DEFAULT_ROUNDS.get(scheme or "")


SECTIONS = (
    Section(
        "passwd",
        "/etc/passwd",
        (Account,),
        ((AWK, "-F:", REDUCE, "/etc/passwd"),),
        given=("/etc/passwd",),
        reduced=reduced,
    ),
    Section(
        "shadow",
        "/etc/shadow",
        (Account,),
        ((AWK, "-F:", REDUCE, "/etc/shadow"),),
        root=True,
        given=("/etc/shadow",),
        reduced=reduced,
    ),
)
READERS = {Account: accounts}
