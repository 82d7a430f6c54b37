"""How a file is read, told by its first bytes: text, mail, office, packed, picture, or not at all.

What encrypts a file is told by `rempart.collectors.artefacts`; here is only what can be read.
Sources: the formats' own specifications; file(1)'s magic for pictures.
"""

import re
from dataclasses import dataclass
from typing import Final

from rempart.collectors import packing
from rempart.collectors.entropy import looks_random

_PICTURES: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"BM", "BMP"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (0, b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"AT&TFORM", "DjVu"),
    (128, b"DICM", "DICOM"),
)
_STARTS: Final = (
    (b"PK\x03\x04", "zip", "zip"),
    (b"PK\x05\x06", "zip", "zip"),
    (b"{\\rtf", "rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "raw", "Office 97-2003 or Outlook message"),
    (b"7z\xbc\xaf\x27\x1c", "closed", "7z"),
    (b"Rar!\x1a\x07", "closed", "RAR"),
    (b"MSCF", "closed", "CAB"),
    (b"\x04\x22\x4d\x18", "closed", "LZ4"),
    (b"\xff\x06\0\0sNaPpY", "closed", "Snappy"),
    (b"\x5d\0\0", "closed", "LZMA"),
    (b"!BDN", "closed", "Outlook PST"),
    (b"!<arch>\n", "closed", "ar"),
    (b"\xed\xab\xee\xdb", "closed", "RPM"),
    (b"hsqs", "closed", "SquashFS"),
    (b"\x1f\x9d", "closed", "compress"),
    (b"LZIP", "closed", "lzip"),
    (b"\x89LZO", "closed", "lzop"),
    (b"Obj\x01", "closed", "Avro"),
    (b"ORC", "closed", "ORC"),
    (b"PAR1", "closed", "Parquet inside an archive, or without its footer"),
    (b"PGDMP", "closed", "pg_dump custom"),
)
_MAIL: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\r\n]{0,998}\r?\n(?:[ \t][^\r\n]*\r?\n)*)"
    rb"{2,}"
)
_MAILED: Final = re.compile(
    rb"(?mi)^(?:received|message-id|mime-version|return-path|delivered-to):"
)
_SENDER: Final = re.compile(rb"(?mi)^(?:from|to|subject|date):")
_MBOX: Final = re.compile(rb"\AFrom \S+.{0,80}\d{4}.{0,20}\r?\n(?:>?[A-Za-z-]+[: ])")
_TAR: Final = b"ustar"
_PRINTED: Final = bytes(range(32, 127)) + b"\t\n\r\f\v\b\x1b" + bytes(range(128, 256))


@dataclass(frozen=True, slots=True)
class Format:
    """How to read it (`way`) and what it is called.

    Ways: text, utf-16, rtf, mbox, mail, zip, tar, packed, pdf, picture, raw (searched as it is),
    closed (nothing here reads it), random (encrypted or packed, unknown how), empty.
    """

    way: str
    name: str


def told(head: bytes) -> Format:
    """The format that begins here."""
    return _marked(head) or _written(head)


def _marked(head: bytes) -> Format | None:
    """A format that says so in its first bytes."""
    for magic, packed in packing.MAGIC:
        if head.startswith(magic):
            return Format("packed", packed)
    for magic, way, name in _STARTS:
        if head.startswith(magic) and (name != "ORC" or b"\0" in head[:1024]):
            return Format(way, name)
    if head[257:262] == _TAR:
        return Format("tar", "tar")
    if head[:1024].lstrip()[:5] == b"%PDF-":
        return Format("pdf", "PDF")
    for offset, magic, name in _PICTURES:
        if head[offset:].startswith(magic) and (name != "BMP" or head[6:10] == bytes(4)):
            return Format("picture", name)
    return None


def _written(head: bytes) -> Format:
    """Text of one kind or another, or bytes."""
    wide = _wide(head)
    if not head or wide:
        return Format("utf-16", wide) if head else Format("empty", "empty")
    if head.count(b"\0") or len(head.translate(None, _PRINTED)) * 20 > len(head):
        noise = looks_random(head[:32_768])
        return Format("random", "") if noise else Format("raw", "binary")
    if _MBOX.match(head):
        return Format("mbox", "mbox")
    match = _MAIL.match(head)
    mailed = match and _MAILED.search(match[0]) and _SENDER.search(match[0])
    return Format("mail", "message") if mailed else Format("text", "text")


def _wide(head: bytes) -> str:
    """The UTF-16 of a text, marked or seen by its zeros; empty where it is none."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark) and head[2:4] != b"\0\0":
            return name
    sample = head[: min(len(head), 4096) & ~1]
    half = len(sample) // 2
    first, second = sample[::2].count(0), sample[1::2].count(0)
    few, most = min(first, second), max(first, second)
    if half < 8 or most * 10 < half * 8 or few * 50 > half:
        return ""
    return "utf-16-le" if second == most else "utf-16-be"
