"""What a file is, told by its first and last bytes, never by its name alone.

Sources: age-encryption.org/v1; RFC 4880 and 9580 packet tags; openssl-enc(1) `Salted__`; PKWARE
APPNOTE 4.4.4 and the WinZip AE-2 extra field; 7zFormat.txt; pg_dump, mysqldump, mariadb-dump,
sqlite3 and mongodump as they write today.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

HEAD = 65_536  # bytes of a file that decide what it is
UNPACKED = 1_048_576  # bytes unpacked at once
ZIP_AES: Final = 99

_STARTS: Final = (
    (b"age-encryption.org/v1\n", "age"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    (b"-----BEGIN PGP MESSAGE-----", "OpenPGP"),
    (b"Salted__", "OpenSSL"),
    (b"U2FsdGVkX1", "OpenSSL"),  # the same in base64, as `enc -a` writes it
)
_DUMPS: Final = (
    (re.compile(rb"\APGDMP"), "pg_dump custom"),
    (re.compile(rb"\A(?:--\s*\n)*-- PostgreSQL database (?:cluster )?dump"), "pg_dump"),
    (re.compile(rb"\A(?:/\*M?!\d+.*\n)?-- (?:MySQL|MariaDB) dump "), "mysqldump"),
    (re.compile(rb"\APRAGMA foreign_keys=OFF;\r?\nBEGIN TRANSACTION;"), "sqlite3 .dump"),
    (re.compile(rb"\ASQLite format 3\0"), "SQLite database"),
    (re.compile(rb"\A\x6d\xe2\x99\x81"), "mongodump archive"),
    (re.compile(rb"(?m)^COPY [\w.\"]+ \([^)\n]*\) FROM stdin;"), "SQL"),
    (re.compile(rb"(?mi)^INSERT INTO [\w.\"`]+ (?:\([^)\n]*\) )?VALUES\s*\("), "SQL"),
)
_GZIP: Final = b"\x1f\x8b"
_PACKED: Final = (
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (_GZIP, "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_NAMED_DUMP: Final = re.compile(r"\.(?:sql|dump|dmp|pgdump|bak)\b|(?:pg|mysql|maria)_?dump", re.I)
_ENTRY: Final = re.compile(rb"PK\x01\x02")
_TAR_TOC: Final = re.compile(rb"\Atoc\.dat\0")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is. `dump` and `encryption` are empty where it is neither."""

    dump: str = ""
    encryption: str = ""
    packed: str = ""  # gzip | zip | 7z | bzip2 | xz | zstd
    opaque: str = ""  # the packing nothing here looks into


def kind(head: bytes, name: str, tail: bytes = b"") -> Kind:
    """What a file of that name and those first (and last) bytes is."""
    if encryption := _encryption(head):
        return Kind(_dump_by_name(name), encryption)
    packed = next((packing for magic, packing in _PACKED if head.startswith(magic)), "")
    if packed == "zip":
        return _zip(head, name, tail)
    if packed == "7z":
        return _seven_zip(name, tail)
    if packed == "gzip" and not unpacked(head).startswith(_GZIP):  # may unpack to itself for ever
        below = kind(unpacked(head), name.removesuffix(".gz"))
        return Kind(below.dump, below.encryption, "gzip", below.opaque)
    if packed:
        return Kind(_dump_by_name(name), "", packed, packed)
    return Kind(dump(head))


def dump(head: bytes) -> str:
    """Which tool dumped the database this begins with; empty where it is no dump."""
    if _TAR_TOC.search(head) and b"PGDMP" in head[:2048]:
        return "pg_dump tar"
    return next((name for pattern, name in _DUMPS if pattern.search(head)), "")


def unpacked(data: bytes, cap: int = UNPACKED) -> bytes:
    """The beginning of gzip data, at most `cap` bytes of it; empty where it is none."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, cap)
    except zlib.error:
        return b""


def _dump_by_name(name: str) -> str:
    return "dump by its name" if _NAMED_DUMP.search(name) else ""


def _encryption(head: bytes) -> str:
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    return "OpenPGP" if _openpgp(head) else ""


def _openpgp(head: bytes) -> bool:
    """Whether a binary OpenPGP message begins: a packet for a key (version 3, 6) or a passphrase.

    Tag 1 (public-key encrypted session key) and tag 3 (symmetric, version 4 to 6), old or new form.
    """
    if len(head) < 16 or not head[0] & 0x80:
        return False
    if head[0] & 0x40:
        tag, length, body = head[0] & 0x3F, head[1], head[2:]
        if length >= 192:
            length, body = ((head[1] - 192) << 8) + head[2] + 192, head[3:]
    else:
        tag, size = (head[0] >> 2) & 0x0F, head[0] & 3
        if size == 3:
            return False
        width = (1, 2, 4)[size]
        length, body = int.from_bytes(head[1 : 1 + width], "big"), head[1 + width :]
    if tag == 3:
        return body[0] in (4, 5, 6) and 4 <= length <= 256
    return tag == 1 and body[0] in (3, 6) and 12 <= length <= 4096


def _zip(head: bytes, name: str, tail: bytes) -> Kind:
    """Flag bit 0 and method (99 for AES) of the members; the weakest of them counts."""
    by_name = _dump_by_name(name)
    members = [(head[6:8], head[8:10]), *_listed(tail)]
    if not all(int.from_bytes(flags, "little") & 1 for flags, _ in members):
        return Kind(by_name, "", "zip", "zip")
    strong = all(int.from_bytes(method, "little") == ZIP_AES for _, method in members)
    return Kind(by_name, "zip AES" if strong else "ZipCrypto", "zip")


def _listed(tail: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Flags and method of the members in the central directory, folders and empty ones left out."""
    for found in _ENTRY.finditer(tail):
        entry = tail[found.start() : found.start() + 46]
        if len(entry) == 46 and int.from_bytes(entry[20:24], "little"):
            yield entry[8:10], entry[10:12]


def _seven_zip(name: str, tail: bytes) -> Kind:
    """The AES coder's id stands in the header at the end, when that itself is not packed."""
    if b"\x06\xf1\x07\x01" in tail:
        return Kind(_dump_by_name(name), "7z AES", "7z")
    return Kind(_dump_by_name(name), "", "7z", "7z")


def first_and_last(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """The bytes that decide what a file is; its position is the beginning again."""
    head = file.read(HEAD)
    tail = b""
    if head.startswith((b"7z", b"PK")):
        file.seek(max(0, size - HEAD))
        tail = file.read(HEAD)
    file.seek(0)
    return head, tail
