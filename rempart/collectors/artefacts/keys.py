"""Keys and passphrases that lie in files, and places that name a key kept elsewhere.

What a key is leaves this module, never the key: equal ones are told by a digest under a secret of
the inventory, or by a fingerprint that is public anyway.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.collectors.artefacts.key_words import KEY_FILE, KEYS, SERVICES, TOKENS
from rempart.collectors.artefacts.kinds import KEY
from rempart.collectors.artefacts.openpgp import fingerprint, openpgp
from rempart.collectors.entropy import looks_random

TEXT: Final = 262_144  # bytes of a text that are searched
SHORT: Final = 8_192  # bytes a key file has at most
LINES: Final = 100  # keys a key file of MariaDB has at most


_BETWEEN: Final = "{0,400}"


def _line(pattern: str) -> re.Pattern[str]:
    """The pattern of a line, asked of a whole text: no bracket reaches into the next line.

    What stands between two words is bounded: a hostile line may repeat the first one for ever.
    """
    bounded = pattern.replace(".*", f".{_BETWEEN}").replace("]*[|]", f"]{_BETWEEN}[|]")
    return re.compile(bounded.replace("[^", "[^\n"), re.MULTILINE)


_WORDS: Final = tuple((word, _line(word.pattern)) for word in KEYS)
_SERVICES: Final = tuple((one, _line(one.pattern), _line(one.clear or r"(?!)")) for one in SERVICES)
_TOKENS: Final = tuple(map(_line, TOKENS))
_PEM: Final = re.compile(rb"-----BEGIN ((?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY)-----")
_OPENSSH: Final = b"openssh-key-v1\0"
_NAMED: Final = re.compile(
    r"(?:\A|[._-])(?:key-?file|keyfile|passphrase|password|passwd|pass|pw|secret|luks|master)"
    r"(?:[._-](?:key|file|txt|pass|password))*\Z|\.(?:key|keyfile|pass|passphrase)\Z",
    re.I,
)
_PUBLIC: Final = re.compile(
    rb"BEGIN (?:CERTIFICATE|PUBLIC KEY|PGP PUBLIC KEY|SSH2 PUBLIC)|ssh-\w+ "
)
_CONTROLS: Final = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
_AGE_PUBLIC: Final = re.compile(r"# public key: (age1[0-9a-z]{10,100})")


@dataclass(frozen=True, slots=True)
class Found:
    """A key in a file; `line` is 0 for a file that is a key. `sealed` None: it does not tell."""

    kind: str
    opens: str
    sealed: bool | None
    line: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A key kept elsewhere, as a line names it; `encrypted` None: the line does not say."""

    service: str
    encrypted: bool | None
    line: int


def keys(head: bytes, name: str, size: int, secret: bytes) -> Iterator[Found]:
    """The keys in a file with these first bytes."""
    if pem := _PEM.search(head[:4096]):
        yield Found(f"private key ({pem[1].decode().title()})", "", _sealed(head, pem[1]))
        return
    packet = openpgp(head)
    if packet is not None:
        if packet.family == KEY:
            yield Found(packet.format, "backup", packet.encrypted, 0, grouped(fingerprint(head)))
        return
    text = _text(head[:TEXT])
    if text is None:
        if _NAMED.search(name) and 16 <= size <= SHORT and _random(head):
            yield Found("key file", "volume", False, 0, _digest(head, secret))
        return
    found = list(_written(text, secret))
    yield from found
    if not found and _whole(text, name, size, head):
        yield Found("password file", "backup", False, 0, _digest(head.strip(), secret))


def services(head: bytes) -> Iterator[Named]:
    """The services a text names as holders of keys, each once."""
    text = _text(head[:TEXT]) or ""
    for one, pattern, clear in _SERVICES:
        found = _first(pattern, text) if one.hint in text else None
        if found is not None:
            number, start = found
            line = text[start:].partition("\n")[0]
            yield Named(one.name, not clear.search(line) if one.clear else None, number)


def token(head: bytes) -> bool:
    """Whether a credential of a key service stands in a text in clear."""
    text = _text(head[:TEXT]) or ""
    return any(_first(pattern, text) is not None for pattern in _TOKENS)


def _first(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    """Number and beginning of the first line that fits and is no comment."""
    for match in pattern.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if not text[start : match.end()].lstrip().startswith("#"):
            return text.count("\n", 0, start) + 1, start
    return None


def _written(text: str, secret: bytes) -> Iterator[Found]:
    """One for each kind that a text holds, at its first line."""
    told: set[str] = set()
    for word, pattern in _WORDS:
        found = _first(pattern, text) if word.hint in text and word.kind not in told else None
        if found is None or (word.kind == KEY_FILE and not _only(pattern, text)):
            continue
        told.add(word.kind)
        number, start = found
        line = text[start:].partition("\n")[0]
        value = pattern.search(line)
        mark = _digest(line[value.end() - 1 if value else 0 :].strip().encode(), secret)
        sealed: bool | None = False
        if word.kind == "age identity":
            public = _AGE_PUBLIC.search(text)
            mark = public[1] if public else _digest(line.strip().encode(), secret)
        elif word.kind == "borg key":
            sealed, mark = None, grouped(line[9:73])
        elif word.kind == KEY_FILE:
            mark = _digest(line.strip().encode(), secret)
        yield Found(word.kind, word.opens, sealed, number, mark)


def _only(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text is a key file and nothing else: a column of hashes looks alike."""
    lines = [line for line in text.split("\n") if line.strip() and line.lstrip()[0] != "#"]
    return len(lines) <= LINES and all(pattern.search(line) for line in lines)


def _whole(text: str, name: str, size: int, head: bytes) -> bool:
    """Whether a file named as one is nothing but a password: one short line, no settings."""
    line = text.strip()
    if not _NAMED.search(name) or not 4 <= size <= SHORT or _PUBLIC.search(head):
        return False
    return bool(line) and "\n" not in line and " = " not in line and len(line) <= 1024


def _digest(value: bytes, secret: bytes) -> str:
    """Letters only: runs of digits are masked wherever a text comes from a target."""
    if not secret or not value:
        return ""
    return hmac.new(secret, value, hashlib.sha256).hexdigest()[:16].translate(_LETTERS)


def readers(mode: int) -> str:
    """Who may read a file of that mode."""
    return "everybody" if mode & 0o004 else "group" if mode & 0o040 else "owner"


def grouped(digits: str) -> str:
    """A public fingerprint in groups of eight, so that no part of it looks like a number."""
    return ":".join(digits[place : place + 8] for place in range(0, len(digits), 8))


def _text(head: bytes) -> str | None:
    """Bytes as text: UTF-8, UTF-16 with its mark, or an old code page; None where they are none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if _CONTROLS.search(head):
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return (
            head[: error.start].decode()
            if error.start > len(head) - 4
            else head.decode("cp1252", "replace")
        )


def _random(head: bytes) -> bool:
    return looks_random(head) if len(head) >= 1024 else len(set(head)) > len(head) // 3


def _sealed(head: bytes, title: bytes) -> bool | None:
    if title.startswith(b"ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in head[:4096]:
        return True
    if not title.startswith(b"OPENSSH"):
        return False
    body = head.partition(b"-----\n")[2].partition(b"-----")[0]
    try:
        data = base64.b64decode(b"".join(body.split())[:400])
    except binascii.Error:
        return None
    if not data.startswith(_OPENSSH):
        return None
    length = int.from_bytes(data[15:19], "big")
    return data[19 : 19 + length] != b"none"
