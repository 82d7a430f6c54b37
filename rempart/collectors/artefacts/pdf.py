"""PDF files that encrypt themselves, and whether anybody may open them without a password.

A file with an owner's password alone opens for everybody: its key follows from the empty password.
Source: ISO 32000-2, 7.6: algorithms 2, 2.A, 2.B, 4, 5 and 11.
"""

import hashlib
import re
from itertools import islice
from typing import Final

from rempart.collectors.artefacts.kinds import DOCUMENT, Kind

_TRAILER: Final = re.compile(rb"/Encrypt(?:\s+\d+\s+\d+\s+R|\s*<<)")
_HANDLER: Final = re.compile(rb"/Filter\s*/(Standard|Adobe\.PubSec)\b")
_NUMBER: Final = rb"/%s\s+(-?\d{1,10})\b"
_METHOD: Final = re.compile(rb"/CFM\s*/(AESV3|AESV2|V2|None|AESV4)\b")
_METHODS: Final = {
    b"AESV3": "AES256",
    b"AESV4": "AES256-GCM",
    b"AESV2": "AES128",
    b"V2": "RC4",
    b"None": "none",
}
_ID: Final = re.compile(rb"/ID\s*\[\s*(<[0-9A-Fa-f\s]*>|\()")
HANDLERS: Final = 50  # dictionaries looked at: a file needs one
_AROUND: Final = 4096  # bytes before and behind the handler's name that its dictionary may take
_PAD: Final = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf(head: bytes, tail: bytes) -> Kind:
    """What a PDF is: clear, encrypted, or encrypted for nobody; untold where its end is missing."""
    if b"%%EOF" not in tail[-2048:] and b"startxref" not in tail[-2048:]:
        why = "the file is cut: its trailer is missing"
        return Kind(family=DOCUMENT, format="PDF", encrypted=None, why=why)
    if not (_TRAILER.search(tail) or _TRAILER.search(head)):
        return Kind(family=DOCUMENT, format="PDF")
    rules = _rules(tail) or _rules(head)
    cipher = _cipher(rules)
    opens = True if cipher == "none" else _opens(rules, _identity(tail) or _identity(head))
    if opens is None:
        why = "whether the empty password opens it was not tried"
        return Kind("", "", "", "", DOCUMENT, "PDF", encrypted=None, cipher=cipher, why=why)
    if opens:
        open_ = f"{cipher}, opens with the empty password"
        return Kind(family=DOCUMENT, format="PDF", cipher=open_)
    named = f"PDF {cipher}".strip()
    return Kind("", named, "", "", DOCUMENT, "PDF", encrypted=True, cipher=cipher)


def _rules(data: bytes) -> bytes:
    """The object that holds the encryption dictionary; nothing where it is not among these."""
    for found in islice(_HANDLER.finditer(data), HANDLERS):
        first = max(0, found.start() - _AROUND)
        begin = data.rfind(b" obj", first, found.start())
        begin = begin if begin >= 0 else data.rfind(b"/Encrypt", first, found.start())
        end = data.find(b"endobj", found.end(), found.end() + _AROUND)
        around = data[max(first, begin) : end if end >= 0 else found.end() + _AROUND]
        if re.search(rb"/V\s+\d", around):
            return around
    return b""


def _cipher(rules: bytes) -> str:
    method = _METHOD.search(rules)
    if method:
        return _METHODS[method[1]]
    version, length = _number(rules, b"V"), _number(rules, b"Length")
    if version == 1:
        return "RC4-40"
    return f"RC4-{length}" if version and length else "RC4" if version else ""


def _opens(rules: bytes, identity: bytes) -> bool | None:
    """Whether the empty password opens it; None where that cannot be tried here."""
    revision = _number(rules, b"R") or 0
    owner, user = _string(rules, b"O"), _string(rules, b"U")
    if re.search(rb"/Adobe\.PubSec\b", rules):
        return False  # for certificates: there is no password
    if revision in (2, 3, 4) and len(owner) >= 32 and len(user) >= 32:
        return _old(rules, owner, user, identity)
    if revision == 5 and len(user) >= 48:
        return hashlib.sha256(user[32:40]).digest() == user[:32]
    if revision == 6 and len(user) >= 48:
        tried = _hardened(user[32:40])
        return tried == user[:32] if tried else None
    return None


def _old(rules: bytes, owner: bytes, user: bytes, identity: bytes) -> bool:
    revision = _number(rules, b"R") or 0
    length = min(max((_number(rules, b"Length") or 40) // 8, 5), 16) if revision > 2 else 5
    length = 16 if revision == 4 else length
    allowed = (_number(rules, b"P") or 0) & 0xFFFFFFFF
    asked = _PAD + owner[:32] + allowed.to_bytes(4, "little") + identity
    if revision == 4 and re.search(rb"/EncryptMetadata\s+false", rules):
        asked += b"\xff\xff\xff\xff"
    key = _md5(asked)
    for _ in range(50 if revision > 2 else 0):
        key = _md5(key[:length])
    key = key[:length]
    if revision == 2:
        return rc4(key, _PAD) == user[:32]
    said = rc4(key, _md5(_PAD + identity))
    for place in range(1, 20):
        said = rc4(bytes(byte ^ place for byte in key), said)
    return said[:16] == user[:16]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def rc4(key: bytes, data: bytes) -> bytes:
    """Data under RC4, as old files are."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def _hardened(salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password; nothing where no AES is at hand, as on a host."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError:
        return b""
    key = hashlib.sha256(salt).digest()
    turn, last = 0, 0
    while turn < 64 or last > turn - 32:
        block = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        mixed = block.update(key * 64) + block.finalize()
        name = ("sha256", "sha384", "sha512")[sum(mixed[:16]) % 3]
        key, last = hashlib.new(name, mixed).digest(), mixed[-1]
        turn += 1
    return key[:32]


def _number(rules: bytes, name: bytes) -> int | None:
    found = [int(one) for one in re.findall(_NUMBER % name, rules)]
    return max(found) if found else None


def _identity(data: bytes) -> bytes:
    match = _ID.search(data)
    return _text(data, match.start(1)) if match else b""


def _string(rules: bytes, name: bytes) -> bytes:
    match = re.search(rb"/%s\s*(?=[<(])" % name, rules)
    return _text(rules, match.end()) if match else b""


def _text(data: bytes, place: int) -> bytes:
    """The string that begins there, in hexadecimal or between brackets."""
    if data[place : place + 1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", data[place + 1 : data.find(b">", place)])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    out, depth, place = bytearray(), 1, place + 1
    while place < len(data) and len(out) < 128:
        one = data[place : place + 1]
        if one == b"\\":
            octal = re.match(rb"[0-7]{1,3}", data[place + 1 : place + 4])
            if octal:
                out.append(int(octal[0], 8) & 255)
                place += 1 + len(octal[0])
            else:
                escaped = data[place + 1 : place + 2]
                out += _ESCAPES.get(escaped, escaped)
                place += 2
            continue
        depth += (one == b"(") - (one == b")")
        if not depth:
            break
        out += one
        place += 1
    return bytes(out)
