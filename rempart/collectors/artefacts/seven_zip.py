"""7z archives, told by their headers: what encrypts the content, and whether names are readable.

Source: 7zFormat.txt and Methods.txt of the LZMA SDK 24.09.
"""

import lzma
from typing import Final

from rempart.collectors.artefacts.kinds import ARCHIVE, Kind

AES: Final = b"\x06\xf1\x07\x01"
_HEADER: Final = 0x01
_ENCODED: Final = 0x17
_LZMA: Final = b"\x03\x01\x01"
_LZMA2: Final = b"\x21"
_MOST: Final = 4_000_000  # bytes of a header once unpacked
_MEMORY: Final = 256 << 20


class _Bytes:
    """A header read from its beginning. Raises ValueError where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            raise ValueError
        self._place += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A number of one to nine bytes: leading ones of the first say how many follow."""
        first = self.byte()
        mask, value = 0x80, 0
        for place in range(8):
            if not first & mask:
                return value | ((first & (mask - 1)) << (8 * place))
            value |= self.byte() << (8 * place)
            mask >>= 1
        return value


def seven_zip(head: bytes, tail: bytes, size: int) -> Kind:
    """What a 7z archive is; untold where its header is not among these bytes."""
    offset = 32 + int.from_bytes(head[12:20], "little")
    length = int.from_bytes(head[20:28], "little")
    header = _at(head, tail, size, offset, length)
    if not header:
        return _untold("the archive is cut: its header is missing")
    if header[0] == _HEADER:
        return _told(AES in header, names=True)
    try:
        return _packed(head, tail, size, header)
    except ValueError:
        return _untold("the archive's header is of a kind not read here")


def _packed(head: bytes, tail: bytes, size: int, header: bytes) -> Kind:
    """An archive whose header is packed, or encrypted: then its names are too."""
    place, packed, coders, length = _encoded(header)
    if any(id_ == AES for id_, _ in coders):
        return _told(True, names=False)
    content = _unpacked(_at(head, tail, size, 32 + place, packed), coders, length)
    return _told(AES in content, names=True)


def _told(encrypted: bool, *, names: bool) -> Kind:
    return Kind(
        encryption="7z AES" if encrypted else "",
        packed="7z",
        opaque="" if encrypted else "7z",
        family=ARCHIVE,
        format="7z",
        encrypted=encrypted,
        cipher="AES256-CBC" if encrypted else "",
        derivation="SHA-256" if encrypted else "",
        cost=1 << 19 if encrypted else None,
        names=names,
    )


def _untold(why: str) -> Kind:
    return Kind("", "", "7z", "7z", ARCHIVE, "7z", encrypted=None, why=why)


def _at(head: bytes, tail: bytes, size: int, offset: int, length: int) -> bytes:
    """Bytes at a place of the file, where they are at hand whole."""
    if not 0 < length <= _MOST:
        return b""
    behind = size - len(tail) if size else -1
    if tail and offset >= behind >= 0:
        found = tail[offset - behind : offset - behind + length]
    else:
        found = head[offset : offset + length]
    return found if len(found) == length else b""


def _encoded(header: bytes) -> tuple[int, int, list[tuple[bytes, bytes]], int]:
    """Place, packed size, coders and size of a packed header."""
    data = _Bytes(header)
    if (data.byte(), data.byte()) != (_ENCODED, 0x06):
        raise ValueError
    place = data.number()
    if data.number() != 1 or data.byte() != 0x09:
        raise ValueError
    packed = data.number()
    while (mark := data.byte()) != 0x00:
        if mark != 0x0A:
            raise ValueError
        data.take(5)
    if (data.byte(), data.byte(), data.number(), data.byte()) != (0x07, 0x0B, 1, 0):
        raise ValueError
    coders = [_coder(data) for _ in range(min(data.number(), 4))]
    if len(coders) > 1:  # which of them feeds which
        for _ in range(2 * (len(coders) - 1)):
            data.number()
    if data.byte() != 0x0C:
        raise ValueError
    return place, packed, coders, max(data.number() for _ in coders)


def _coder(data: _Bytes) -> tuple[bytes, bytes]:
    flags = data.byte()
    id_ = data.take(flags & 0x0F)
    if flags & 0x10:
        data.number()
        data.number()
    return id_, data.take(data.number()) if flags & 0x20 else b""


def _unpacked(packed: bytes, coders: list[tuple[bytes, bytes]], size: int) -> bytes:
    """The header under its one packing. Raises ValueError where it is packed otherwise."""
    if len(coders) != 1 or not packed or size > _MOST:
        raise ValueError
    id_, properties = coders[0]
    if id_ == b"\x00":
        return packed
    try:
        stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, None, [_filter(id_, properties)])
        return stream.decompress(packed, size)
    except (lzma.LZMAError, EOFError, MemoryError):
        raise ValueError from None


def _filter(id_: bytes, properties: bytes) -> dict[str, int]:
    if id_ == _LZMA and len(properties) == 5 and properties[0] < 225:
        rest, literal = divmod(properties[0], 9)
        pointers, positions = divmod(rest, 5)[::-1]
        window = max(int.from_bytes(properties[1:], "little"), 4096)
        words = {"lc": literal, "lp": pointers, "pb": positions}
        return {"id": lzma.FILTER_LZMA1, "dict_size": min(window, _MEMORY), **words}
    if id_ == _LZMA2 and len(properties) == 1 and properties[0] <= 32:
        window = (2 | (properties[0] & 1)) << (properties[0] // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": min(window, _MEMORY)}
    raise ValueError
