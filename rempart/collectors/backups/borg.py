"""Borg repositories, judged by what their segments hold: `key =` in the config proves nothing.

The mode `authenticated` has a key and stores everything in clear. Each object's first byte tells.
Source: borg's internals documentation (segments, key formats) and crypto/key.py of 1.2 and 2.0.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Final

from rempart.collectors.artefacts.keys import grouped
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.store import Store
from rempart.errors import CollectError

MODES: Final = {
    0x02: "none",
    0x06: "authenticated-blake2",
    0x07: "authenticated",
    0x00: "keyfile",
    0x01: "passphrase",
    0x03: "repokey",
    0x04: "keyfile-blake2",
    0x05: "repokey-blake2",
    0x10: "keyfile-aes-ocb",
    0x11: "repokey-aes-ocb",
    0x20: "keyfile-chacha20-poly1305",
    0x21: "repokey-chacha20-poly1305",
    0x30: "keyfile-blake2-aes-ocb",
    0x31: "repokey-blake2-aes-ocb",
    0x40: "keyfile-blake2-chacha20-poly1305",
    0x41: "repokey-blake2-chacha20-poly1305",
}
CLEAR: Final = frozenset({0x02, 0x06, 0x07})
SEGMENTS: Final = 200
OBJECTS: Final = 5_000
_MAGIC: Final = b"BORG_SEG"
_PUT: Final = 0
_PUT2: Final = 3  # with a digest of the entry behind the object's id
_HEADER: Final = 9  # crc, size, tag
_ID: Final = re.compile(rb"(?m)^id = ([0-9a-f]{64})")
_KEY: Final = re.compile(rb"(?m)^key = ([A-Za-z0-9+/=\s]+?)(?=^\S|\Z)")
_ITERATIONS: Final = re.compile(rb"\xaaiterations(\xce.{4}|\xcd.{2}|[\x00-\x7f])", re.DOTALL)


def borg(folder: Folder) -> Store | None:
    """The repository in this folder; None where there is none."""
    if not {b"config", b"data"} <= folder.names():
        return None
    config = folder.read(b"config")
    if not config.startswith(b"[repository]") or not _ID.search(config):
        return None
    kinds = _kinds(folder)
    derivation, cost = _derivation(config)
    identity = _ID.search(config)
    clear = sum(count for kind, count in kinds.items() if kind in CLEAR)
    looked = sum(kinds.values())
    known = set(kinds) <= set(MODES)
    mode = ", ".join(sorted({MODES.get(kind, f"type {kind:02x}") for kind in kinds}))
    return Store(
        "borg",
        (not clear if known or clear else None) if looked else None,
        mode or "empty",
        cipher=_cipher(mode) if looked and not clear else "",
        derivation=derivation,
        cost=cost,
        key_place=_place(config, mode),
        looked=looked,
        clear=clear,
        newest=folder.newest(b"data") if folder.folders(b"data") else None,
        identity=grouped(identity[1].decode()) if identity else "",
        why="" if looked and known else "no object of a kind known here was found in it",
    )


def _cipher(mode: str) -> str:
    if "chacha20" in mode:
        return "ChaCha20-Poly1305"
    return "AES256-OCB" if "ocb" in mode else "AES256-CTR"


def _place(config: bytes, mode: str) -> str:
    if _KEY.search(config):
        return "inside"
    return "none" if mode == "none" else "outside"


def _derivation(config: bytes) -> tuple[str, int | None]:
    """How the wrapped key follows from the passphrase: stands in clear beside it."""
    match = _KEY.search(config)
    if match is None:
        return "", None
    try:
        told = base64.b64decode(b"".join(match[1].split()))
    except binascii.Error:
        return "", None
    if b"argon2" in told:
        return "argon2id", None
    iterations = _ITERATIONS.search(told)
    if iterations is None:
        return "", None
    digits = iterations[1][1:] or iterations[1]
    return "pbkdf2 SHA-256", int.from_bytes(digits, "big")


def _kinds(folder: Folder) -> Counter[int]:
    """How many objects of each kind the first and the last segments hold."""
    segments = [
        file
        for below in sorted(folder.folders(b"data"), key=_number)
        for file in sorted(folder.files(below), key=_number)
    ]
    half = SEGMENTS // 2
    chosen = segments if len(segments) <= SEGMENTS else segments[:half] + segments[-half:]
    kinds: Counter[int] = Counter()
    for segment in chosen:
        try:
            with folder.open(segment) as file:
                kinds.update(_objects(file))
        except (CollectError, OSError):
            continue
        if kinds.total() >= OBJECTS:
            break
    return kinds


def _number(path: bytes) -> int:
    name = path.rpartition(b"/")[2]
    return int(name) if name.isdigit() and len(name) < 12 else -1


def _objects(file: BinaryIO) -> Iterator[int]:
    if file.read(len(_MAGIC)) != _MAGIC:
        return
    for _ in range(OBJECTS):
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return
        size, tag = int.from_bytes(header[4:8], "little"), header[8]
        body = size - _HEADER
        if body < 0:
            return
        before = {_PUT: 32, _PUT2: 40}.get(tag)
        if before is not None and body > before:
            content = file.read(before + 1)
            if len(content) <= before:
                return
            yield content[before]
            body -= before + 1
        file.seek(body, 1)
