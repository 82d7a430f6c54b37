"""Zip archives and office files, told by their directories: the weakest member decides.

Sources: PKWARE APPNOTE 6.3.9, 4.4.4 (flags) and 4.5; the WinZip AE-2 extra field 0x9901; ODF 1.3
part 2, 3.4 (encryption-data in the manifest).
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from rempart.collectors.artefacts.kinds import ARCHIVE, DOCUMENT, Kind

AES: Final = 99
STRONG: Final = 1 << 6  # PKWARE's own strong encryption
HIDDEN: Final = 1 << 13  # its masked local headers: the central directory is encrypted
_ENTRY: Final = b"PK\x01\x02"
_END: Final = b"PK\x05\x06"
_MANIFEST: Final = b"META-INF/manifest.xml"
_MOST: Final = 1_000_000  # bytes of a manifest
_PLAIN: Final = (
    (257, b"ustar", "tar"),
    (0, b"070701", "cpio"),
    (0, b"070702", "cpio"),
    (0, b"!<arch>\n", "ar"),
    (0, b"hsqs", "squashfs"),
)
_STRENGTH: Final = {1: "AES128", 2: "AES192", 3: "AES256"}


def plain_archive(head: bytes) -> Kind | None:
    """An archive without a directory of its own at the end: none of these encrypts by itself."""
    for place, magic, name in _PLAIN:
        if head[place : place + len(magic)] == magic:
            return Kind(family=ARCHIVE, format=name, names=True)
    if head.startswith(b"Rar!\x1a\x07"):
        why = "nothing here reads RAR archives"
        return Kind("", "", "rar", "rar", ARCHIVE, "rar", encrypted=None, why=why)
    return None


class Member(NamedTuple):
    """What an archive says of one member."""

    name: bytes
    flags: int
    method: int
    size: int  # bytes once unpacked
    extra: bytes
    offset: int

    @property
    def encrypted(self) -> bool:
        """Whether its bytes are."""
        return bool(self.flags & 1)


def archive(head: bytes, tail: bytes, size: int) -> Kind:
    """What a zip is: an archive, or an office document."""
    first, *listed = _members(head, tail, size)
    members = listed or [first]
    if listed and first.size and not first.encrypted and listed[0].encrypted:
        members = [first, *listed]  # the directory may say what it likes
    office = _office(head, members, tail, size)
    if office is not None:
        return office
    filled = [one for one in members if one.size or one.encrypted] or members
    sealed = [one for one in filled if one.encrypted]
    names = not any(one.flags & HIDDEN for one in members)
    if len(sealed) < len(filled):
        told = f"{len(sealed)} of {len(filled)} members encrypted" if sealed else ""
        return Kind("", "", "zip", "zip", ARCHIVE, "zip", cipher=told, names=names)
    cipher = _weakest(sealed)
    strong = cipher.startswith("AES")
    if strong and (why := _hidden(tail, len(listed))):
        return Kind("", "", "zip", "zip", ARCHIVE, "zip", encrypted=None, names=names, why=why)
    named = "zip AES" if strong else cipher
    sealed_kind = Kind("", named, "zip", "", ARCHIVE, "zip", True, cipher, names=names)
    return replace(sealed_kind, derivation="pbkdf2 SHA-1", cost=1000) if strong else sealed_kind


def _hidden(tail: bytes, listed: int) -> str:
    """Why members may be there that were not seen; empty where all were."""
    end = tail.rfind(_END)
    if not tail:
        return ""  # asked about its beginning alone
    if end < 0 or end + 12 > len(tail):
        return "the archive is cut: its directory is missing"
    told = int.from_bytes(tail[end + 10 : end + 12], "little")
    if listed < told:
        return f"{listed} of {told} members were reached"
    return ""


def _weakest(sealed: list[Member]) -> str:
    if any(one.method != AES and not one.flags & STRONG for one in sealed):
        return "ZipCrypto"
    if any(one.flags & STRONG for one in sealed):
        return "zip strong encryption"
    return min(_strength(one.extra) for one in sealed)


def _strength(extra: bytes) -> str:
    place = 0
    while place + 4 <= len(extra):
        id_ = int.from_bytes(extra[place : place + 2], "little")
        length = int.from_bytes(extra[place + 2 : place + 4], "little")
        if id_ == 0x9901 and place + 9 <= len(extra):
            return _STRENGTH.get(extra[place + 8], "AES")
        place += 4 + length
    return "AES"


def _members(head: bytes, tail: bytes, size: int) -> Iterator[Member]:
    """The members: the first by its own header, the others as the central directory lists them."""
    yield Member(
        head[30 : 30 + int.from_bytes(head[26:28], "little")],
        int.from_bytes(head[6:8], "little"),
        int.from_bytes(head[8:10], "little"),
        int.from_bytes(head[22:26], "little"),
        head[30 + int.from_bytes(head[26:28], "little") :][: int.from_bytes(head[28:30], "little")],
        0,
    )
    place = _directory(tail, size)
    while place >= 0 and tail[place : place + 4] == _ENTRY and place + 46 <= len(tail):
        entry = tail[place : place + 46]
        name, extra, comment = (int.from_bytes(entry[at : at + 2], "little") for at in (28, 30, 32))
        start = place + 46
        yield Member(
            tail[start : start + name],
            int.from_bytes(entry[8:10], "little"),
            int.from_bytes(entry[10:12], "little"),
            int.from_bytes(entry[24:28], "little"),
            tail[start + name : start + name + extra],
            int.from_bytes(entry[42:46], "little"),
        )
        place = start + name + extra + comment


def _directory(tail: bytes, size: int) -> int:
    """Where the directory begins in the tail; the first entry seen where it begins before it."""
    end = tail.rfind(_END)
    if end < 0 or end + 20 > len(tail):
        return tail.find(_ENTRY)
    offset = int.from_bytes(tail[end + 16 : end + 20], "little")
    place = offset - max(0, size - len(tail))
    return place if 0 <= place < len(tail) and size else tail.find(_ENTRY)


def _office(head: bytes, members: list[Member], tail: bytes, size: int) -> Kind | None:
    """An OpenDocument or Office Open XML file; the first may be encrypted member by member."""
    names = {one.name for one in members}
    if head[30:38] == b"mimetype" and b"opendocument" in head[38:120]:
        manifest = _manifest(members, head, tail, size)
        if manifest is None:
            why = "its manifest was not reached"
            return Kind("", "", "zip", "zip", DOCUMENT, "OpenDocument", encrypted=None, why=why)
        if b"encryption-data" not in manifest:
            return Kind("", "", "zip", "", DOCUMENT, "OpenDocument")
        cipher = _declared(manifest)
        named = f"OpenDocument {cipher}"
        return Kind("", named, "zip", "", DOCUMENT, "OpenDocument", encrypted=True, cipher=cipher)
    if b"[Content_Types].xml" in names or head[30:49] == b"[Content_Types].xml":
        return Kind("", "", "zip", "", DOCUMENT, "Office Open XML")
    return None


def _declared(manifest: bytes) -> str:
    for mark, name in ((b"aes256-gcm", "AES256-GCM"), (b"aes256-cbc", "AES256-CBC")):
        if mark in manifest:
            return name
    return "Blowfish" if b"lowfish" in manifest else "a cipher not known here"


def _manifest(members: list[Member], head: bytes, tail: bytes, size: int) -> bytes | None:
    """The manifest's text, where the bytes at hand hold it whole."""
    for one in members:
        if one.name != _MANIFEST:
            continue
        behind = max(0, size - len(tail))
        data = head[one.offset :] if one.offset < len(head) else tail[one.offset - behind :]
        if data[:4] != b"PK\x03\x04":
            return None
        start = 30 + sum(int.from_bytes(data[at : at + 2], "little") for at in (26, 28))
        if one.method == 0:
            return data[start : start + one.size]
        try:
            return zlib.decompressobj(-15).decompress(data[start:], _MOST)
        except zlib.error:
            return None
    return None
