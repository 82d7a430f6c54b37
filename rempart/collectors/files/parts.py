"""A file, or a member of one, as pieces of bytes; and what looking into it may cost.

Nothing is written to a disk. A member that has to be read out of order is held in memory, within a
limit.
"""

import errno
import io
import os
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from rempart.collectors import packing
from rempart.errors import Limited, NoCollector, Truncated

PIECE: Final = 1 << 20
HEAD: Final = 65_536
SECONDS: Final = 30.0  # of one file
EXPANDED: Final = 512 << 20  # bytes all members of one archive may unpack to
RATIO: Final = 100  # times its size a packed thing may unpack to
FREE: Final = 10 << 20  # bytes that may be unpacked whatever the ratio
MEMBERS: Final = 10_000
DEPTH: Final = 3  # archives and messages within each other
HELD: Final = 64 << 20  # bytes of a member that has to be read out of order


class Spent(Limited):
    """A limit of the whole file: nothing more of it is looked at."""


class Allowance:
    """What one file may still cost. `over` says in words why there is no time, or nothing."""

    def __init__(self, over: Callable[[], str], *, seconds: float = SECONDS) -> None:
        self._over = over
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._left = EXPANDED
        self._members = 0

    def check(self) -> None:
        """Raises Spent when the time is over."""
        why = self._over()
        if not why and time.monotonic() > self._end:
            why = f"not read whole within {self._seconds:g} seconds"
        if why:
            raise Spent(why)

    def member(self, depth: int) -> None:
        """One more member, that deep. Raises Spent, or Limited where it lies too deep."""
        self.check()
        self._members += 1
        if self._members > MEMBERS:
            raise Spent(f"more than {MEMBERS} members")
        if depth > DEPTH:
            raise Limited(f"archives within each other deeper than {DEPTH}")

    def unpacked(self, pieces: Iterator[bytes], packed: int, *, counted: bool) -> Iterator[bytes]:
        """The pieces of a thing of so many packed bytes. Raises Spent where they are too many.

        `counted` for members of an archive, whose sum is limited; a single stream is limited by its
        ratio and the time.
        """
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > FREE and size > RATIO * max(1, packed):
                raise Limited(f"unpacks to more than {RATIO} times its size")
            if counted:
                self._left -= len(piece)
                if self._left < 0:
                    raise Spent(f"members unpack to more than {EXPANDED >> 20} MiB")
            self.check()
            yield piece


class Part:
    """Bytes with a name: the first of them, all of them once, and out of order if need be."""

    def __init__(self, name: str, pieces: Iterator[bytes], size: int) -> None:
        self.name = name
        self.size = size
        self._pieces = pieces
        held = b""
        while len(held) < HEAD:
            piece = next(self._pieces, None)
            if piece is None:
                break
            held += piece
        self._held = held
        self.head = held[:HEAD]

    def pieces(self) -> Iterator[bytes]:
        """All of it, once."""
        for start in range(0, len(self._held), PIECE):
            yield self._held[start : start + PIECE]
        self._held = b""
        yield from self._pieces

    def seekable(self) -> BinaryIO:
        """All of it, to be read in any order. Raises Limited where it is too much to hold."""
        held = bytearray()
        for piece in self.pieces():
            held += piece
            if len(held) > HELD:
                raise Limited(f"more than {HELD >> 20} MiB that must be held whole")
        self.size = len(held)
        return io.BytesIO(held)

    def content(self, most: int = HELD) -> bytes:
        """All of it at once. Raises Limited where it is too much to hold."""
        if self.size > most:
            raise Limited(f"more than {most >> 20} MiB that must be held whole")
        return self.seekable().read()


class FilePart(Part):
    """A file on a disk."""

    def __init__(self, name: str, file: BinaryIO, size: int, allowance: Allowance) -> None:
        self._file = file
        super().__init__(name, read(file, size, allowance), size)

    def seekable(self) -> BinaryIO:
        """The file itself."""
        self._file.seek(0)
        return self._file


def read(file: BinaryIO, size: int, allowance: Allowance) -> Iterator[bytes]:
    """A file from its beginning, holes left out; what is written meanwhile is not read.

    Raises Truncated where it became shorter.
    """
    place = 0
    for start, end in _data(file.fileno(), size):
        place = start
        while place < end:
            allowance.check()
            piece = os.pread(file.fileno(), min(PIECE, end - place), place)
            if not piece:
                raise Truncated("it became shorter while it was read")
            place += len(piece)
            if piece[0] or piece[-1] or piece.count(0) < len(piece):  # zeros hold nothing
                yield piece


def _data(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches of a file that hold data, where its file system tells."""
    place = 0
    while place < size:
        before = os.lseek(descriptor, 0, os.SEEK_CUR)  # who buffers the file relies on it
        try:
            start = os.lseek(descriptor, place, os.SEEK_DATA)
            end = os.lseek(descriptor, start, os.SEEK_HOLE)
        except OSError as error:
            if place or error.errno == errno.ENXIO:  # nothing but a hole up to the end
                return
            start, end = 0, size
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)
        yield start, min(end, size)
        place = end


def inflated(pieces: Iterator[bytes], packed: str) -> Iterator[bytes]:
    """What packed pieces unpack to.

    Raises Truncated for a stream that is damaged or ends early, NoCollector for want of a package.
    """
    try:
        yield from packing.unpacked(pieces, packed)
    except packing.NoPackage as error:
        raise NoCollector(str(error)) from None
    except packing.EndsEarly:
        raise Truncated("its packed bytes end early") from None
    except packing.damages():
        raise Truncated("its packed bytes are damaged") from None
