"""Where the lines wait until the log is read: in memory, then in one nameless file.

A line takes sixteen bytes: five of the account's hash, five of the person's, two of the network's
and four of the moment. The file has no name from the start, so nothing is left behind however the
process ends; it holds keyed hashes alone.
"""

import os
import struct
import sys
import tempfile
import weakref
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import compress
from operator import iadd, itemgetter
from pathlib import Path
from typing import IO

from rempart.reading.batch import Words

WIDTH = 16
ROW = struct.Struct(f"{WIDTH}s")
HELD = 1_000_000  # lines in memory before they go to the file: 16 MB
PIECE = 250_000  # lines that come back at once


class Spill:
    """Lines sorted into numbered slots; each slot comes back in the order it was filled."""

    def __init__(self, slots: int, folder: Path | None = None, *, held: int = HELD) -> None:
        self._folder = folder
        self._held = held
        self._waiting = 0
        self._slots = [bytearray() for _ in range(slots)]
        self._places: list[list[tuple[int, int]]] = [[] for _ in range(slots)]
        self._file: IO[bytes] | None = None

    def put(self, slots: Iterable[int], rows: bytes) -> None:
        """Take rows of `WIDTH` bytes, each with the number of its slot."""
        waiting = self._slots
        each = map(itemgetter(0), ROW.iter_unpack(rows))
        deque(map(iadd, map(waiting.__getitem__, slots), each), maxlen=0)
        self._waiting += len(rows) // WIDTH
        if self._waiting >= self._held:
            self._flush()

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()
        self._slots, self._places = [], []

    def drop(self, slot: int) -> None:
        """Forget the rows of a slot that are in memory."""
        self._waiting -= len(self._slots[slot]) // WIDTH
        self._slots[slot] = bytearray()

    def rows(self, slot: int) -> Iterator[bytes]:
        """The rows of a slot, in pieces."""
        for start, length in self._places[slot]:
            yield from self._kept(start, length)
        waiting = self._slots[slot]
        step = WIDTH * PIECE
        for start in range(0, len(waiting), step):
            yield bytes(waiting[start : start + step])

    def _kept(self, start: int, length: int) -> Iterator[bytes]:
        file = self._file
        step = WIDTH * PIECE
        for place in range(start, start + length, step):
            size = min(step, start + length - place)
            rows = b"" if file is None else os.pread(file.fileno(), size, place)
            if len(rows) != size:
                raise OSError("the file of waiting lines came back short")
            yield rows

    def size(self, slot: int) -> int:
        """How many rows a slot holds."""
        kept = sum(length for _, length in self._places[slot])
        return (kept + len(self._slots[slot])) // WIDTH

    def __len__(self) -> int:
        return len(self._slots)

    def _flush(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        place = self._file.seek(0, 2)
        for number, waiting in enumerate(self._slots):
            if not waiting:
                continue
            data = memoryview(bytes(waiting))
            length = len(data)
            self._places[number].append((place, length))
            while data:
                data = data[self._file.write(data) :]
            place += length
        self._slots = [bytearray() for _ in self._slots]
        self._waiting = 0


def packed(times: Words, accounts: Words, people: Words, networks: Words) -> bytes:
    """Rows of equal columns; the lowest byte of an account is its slot and is left out."""
    rows = bytearray(WIDTH * len(times))
    account, person, network = little(accounts), little(people), little(networks)
    moment = little(times)
    for byte in range(5):
        rows[byte::WIDTH] = account[byte + 1 :: 8]
        rows[byte + 5 :: WIDTH] = person[byte + 3 :: 8]
    for byte in range(2):
        rows[byte + 10 :: WIDTH] = network[byte::8]
    for byte in range(4):
        rows[byte + 12 :: WIDTH] = moment[byte::8]
    return bytes(rows)


def chosen(rows: bytes, choice: bytes) -> bytes:
    """The rows whose place holds a one."""
    found = bytearray(WIDTH * sum(choice))
    for byte in range(WIDTH):
        found[byte::WIDTH] = bytes(compress(rows[byte::WIDTH], choice))
    return bytes(found)


def accounts_of(rows: bytes, slot: int) -> Words:
    """The accounts of rows, as far as rows keep them: the low 48 bits of the hash."""
    wide = bytearray(len(rows) // 2)
    wide[0::8] = bytes([slot]) * (len(rows) // WIDTH)
    for byte in range(5):
        wide[byte + 1 :: 8] = rows[byte::WIDTH]
    return native("Q", bytes(wide))


def times_of(rows: bytes) -> Words:
    """The moments of rows, in seconds since 1970."""
    return _column(rows, "I", range(12, 16))


def people_of(rows: bytes) -> Words:
    """The people of rows: the high 40 bits of the hash."""
    wide = bytearray(len(rows) // 2)
    for byte in range(5):
        wide[byte::8] = rows[byte + 5 :: WIDTH]
    return native("Q", bytes(wide))


def networks_of(rows: bytes) -> Words:
    """The networks of rows: sixteen bits of the hash."""
    return _column(rows, "H", range(10, 12))


def _column(rows: bytes, kind: str, places: range) -> Words:
    column = bytearray(len(places) * (len(rows) // WIDTH))
    for number, place in enumerate(places):
        column[number :: len(places)] = rows[place::WIDTH]
    return native(kind, bytes(column))


def little(words: Words) -> bytes:
    """Words as bytes, the least significant first."""
    if sys.byteorder == "little":
        return words.tobytes()
    swapped = words[:]
    swapped.byteswap()
    return swapped.tobytes()


def native(kind: str, data: bytes) -> Words:
    """Words from bytes, the least significant first."""
    words: Words = array(kind, data)
    if sys.byteorder == "big":
        words.byteswap()
    return words
