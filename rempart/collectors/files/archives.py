"""Members of zip and tar archives, one after another, in memory; nothing is unpacked to a disk.

Their sizes are claims: what is unpacked is counted. `tarfile` reads a header of any claimed size
into memory, so tar is read here. Sources: PKWARE APPNOTE 6.3.9, POSIX pax (ustar), GNU tar.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from rempart.collectors.files.parts import PIECE, Allowance, Part
from rempart.errors import CollectError, Limited, NoCollector, Truncated

DIRECTORY: Final = 32 << 20  # bytes of a zip's directory
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """A zip archive. Raises Truncated where its directory is missing or damaged, Limited."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 66_000))
    tail = file.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise Truncated("an archive without its directory: damaged, or cut")
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    large = tail.rfind(b"PK\x06\x06")  # zip64
    if size == 0xFFFFFFFF and large >= 0:
        size = int.from_bytes(tail[large + 40 : large + 48], "little")
    if size > DIRECTORY:
        raise Limited(f"an archive whose directory is longer than {DIRECTORY >> 20} MiB")
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (*_DAMAGE, NotImplementedError, UnicodeDecodeError, RuntimeError):
        raise Truncated("an archive whose directory is damaged") from None


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> Part:
    """One member, unpacked as it is read. Raises CollectError."""
    return Part(info.filename, _unpacked(archive, info, allowance), info.file_size)


def _unpacked(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance
) -> Iterator[bytes]:
    try:
        with archive.open(info) as stream:
            read = iter(lambda: stream.read(PIECE), b"")
            yield from allowance.unpacked(read, info.compress_size, counted=True)
    except CollectError:
        raise
    except (NotImplementedError, RuntimeError):
        raise NoCollector("a member packed in a way nothing here unpacks") from None
    except _DAMAGE:
        raise Truncated("a member that is damaged, or cut") from None


def tar_members(pieces: Iterator[bytes], allowance: Allowance, depth: int) -> Iterator[Part]:
    """The regular files of a tar archive; what of one is not read is skipped."""
    source = _Ahead(pieces)
    longer = b""
    while len(header := source.read(512)) == 512 and header.strip(b"\0"):
        size, kind = _number(header[124:136]), header[156:157]
        if size < 0 or not _summed(header):
            raise Truncated("an archive that is damaged")
        padded = size + -size % 512
        if kind == b"L" and size <= PIECE:
            longer = source.read(padded).rstrip(b"\0")
            continue
        if kind in (b"0", b"\0", b"7"):
            name = longer or b"/".join(filter(None, (_text(header[345:500]), _text(header[:100]))))
            allowance.member(depth)
            body = source.most(size)
            counted = allowance.unpacked(body, max(size, 1), counted=True)
            yield Part(name.decode("utf-8", "backslashreplace"), counted, size)
            for _ in body:
                allowance.check()
            source.skip(padded - size)
        else:
            source.skip(padded)
        longer = b""
    if len(header) != 512:
        raise Truncated("an archive that ends early")


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        return -1


def _summed(header: bytes) -> bool:
    return sum(header[:148]) + 256 + sum(header[156:]) == _number(header[148:156])


class _Ahead:
    """Pieces read by length."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int) -> bytes:
        return b"".join(self.most(size))

    def most(self, size: int) -> Iterator[bytes]:
        """That many bytes as they come. Raises Truncated where they end before, but at once."""
        left = size
        while left > 0:
            piece = self._held or next(self._pieces, b"")
            if not piece:
                if left < size or size > 512:
                    raise Truncated("an archive that ends early")
                return
            self._held = piece[left:]
            yield piece[:left]
            left -= len(piece[:left])

    def skip(self, size: int) -> None:
        for _ in self.most(size):
            pass
