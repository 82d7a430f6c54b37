"""What a file is, told by its first and last bytes, never by its name alone.

Sources: age-encryption.org/v1; openssl-enc(1); the modules beside this one for the others.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, Final

from rempart.collectors.artefacts.archives import archive, plain_archive
from rempart.collectors.artefacts.containers import container, lower_file
from rempart.collectors.artefacts.database_files import database_file, parquet
from rempart.collectors.artefacts.disk_images import disk_image
from rempart.collectors.artefacts.documents import document
from rempart.collectors.artefacts.dumps import dump, dump_by_name
from rempart.collectors.artefacts.kinds import ARCHIVE, DATABASE, DUMP, MESSAGE, Kind
from rempart.collectors.artefacts.memory import memory
from rempart.collectors.artefacts.openpgp import openpgp
from rempart.collectors.artefacts.seven_zip import seven_zip

__all__ = ["HEAD", "UNPACKED", "Kind", "dump", "first_and_last", "kind", "unpacked"]

HEAD = 65_536  # bytes of a file that decide what it is
FOOT = 1_048_576  # bytes of its end, where the format keeps its directory there
UNPACKED = 1_048_576  # bytes unpacked at once
_GZIP: Final = b"\x1f\x8b"
_AGE: Final = b"age-encryption.org/v1\n"
_AGE_ARMOR: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_PACKED: Final = (
    (_GZIP, "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x89LZO\0", "lzop"),
    (b"LZIP\1", "lzip"),
)
_DIRECTORY_LAST: Final = (b"7z\xbc\xaf", b"PK", b"%PDF", b"PAR", b"\xd0\xcf\x11\xe0")
_RECIPIENT: Final = re.compile(rb"(?m)^-> (\S+)")


def kind(head: bytes, name: str, tail: bytes = b"", size: int = 0) -> Kind:
    """What a file of that name and size and those first (and last) bytes is."""
    named = dump_by_name(name)
    if head.startswith(b"PK\x03\x04"):
        return _as_dump(archive(head, tail, size), named)
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return _as_dump(seven_zip(head, tail, size), named)
    packing = next((word for magic, word in _PACKED if head.startswith(magic)), "")
    if packing == "gzip":
        below = _packed(head, name)
        if below is not None:
            return below
    if packing:
        return Kind(named, "", packing, packing, DUMP if named else ARCHIVE, packing)
    tail = tail or head
    found = _first(
        lambda: _message(head),
        lambda: openpgp(head),
        lambda: container(head),
        lambda: lower_file(head),
        lambda: disk_image(head),
        lambda: memory(head),
        lambda: parquet(head, tail),
        lambda: document(head, tail),
        lambda: database_file(head, name, size),
        lambda: _dump(head),
        lambda: plain_archive(head),
    )
    found = found or Kind()
    return _as_dump(found, named) if found.family == MESSAGE else found


def _dump(head: bytes) -> Kind | None:
    told = dump(head)
    return Kind(told, family=DUMP, format=told) if told else None


def _first(*asked: Callable[[], Kind | None]) -> Kind | None:
    for ask in asked:
        found = ask()
        if found is not None:
            return found
    return None


def _as_dump(found: Kind, named: str) -> Kind:
    return replace(found, dump=named) if named and found.family != DATABASE else found


def _packed(head: bytes, name: str) -> Kind | None:
    """What gzip data hold; None where they unpack to gzip again, as some do for ever."""
    text = unpacked(head)
    if text.startswith(_GZIP):
        return None
    below = kind(text, name.removesuffix(".gz"))
    family = below.family or ARCHIVE
    return replace(below, packed="gzip", family=family, format=below.format or "gzip")


def _message(head: bytes) -> Kind | None:
    if head.startswith(_AGE):
        return _age(head)
    if head.startswith(_AGE_ARMOR):
        return Kind(encryption="age", family=MESSAGE, format="age", encrypted=True)
    if head.startswith((b"Salted__", b"U2FsdGVkX1")):  # the second is base64, as `enc -a` writes
        return Kind(
            encryption="OpenSSL",
            family=MESSAGE,
            format="openssl enc",
            encrypted=True,
            why="its file names neither the cipher nor the key derivation",
        )
    return None


def _age(head: bytes) -> Kind:
    """The header names each recipient's kind; `scrypt` is a passphrase with its work factor."""
    header = head.partition(b"\n--- ")[0]
    kinds = [match[1] for match in _RECIPIENT.finditer(header)]
    work = re.search(rb"(?m)^-> scrypt \S+ (\d{1,2})$", header)
    return Kind(
        encryption="age",
        family=MESSAGE,
        format="age",
        encrypted=True,
        cipher="ChaCha20-Poly1305",
        derivation="scrypt" if work else "",
        cost=1 << int(work[1]) if work else None,
        recipients=sum(one not in (b"scrypt",) and not one.endswith(b"-grease") for one in kinds),
    )


def unpacked(data: bytes, cap: int = UNPACKED) -> bytes:
    """The beginning of gzip data, at most `cap` bytes of it; empty where it is none."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, cap)
    except zlib.error:
        return b""


def first_and_last(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """The bytes that decide what a file is; its position is the beginning again."""
    head = file.read(HEAD)
    tail = b""
    if head.startswith(_DIRECTORY_LAST) or head[:1024].lstrip()[:4] == b"%PDF":
        file.seek(max(0, size - FOOT))
        tail = file.read(FOOT)
    file.seek(0)
    return head, tail
