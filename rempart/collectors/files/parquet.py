"""Tables in Parquet files, column by column: dictionary and plain pages, counts only.

Columns under modular encryption are left out. Sources: parquet-format 2.10 (parquet.thrift,
Encodings.md, Compression.md); snappy's format_description.txt.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from rempart.collectors import packing
from rempart.collectors.artefacts import thrift
from rempart.collectors.files.columns import COLUMNS, RECORDS, Records, counted
from rempart.collectors.text import clean
from rempart.collectors.values import Column
from rempart.errors import Limited, NoCollector, Truncated

FOOTER: Final = 16 << 20
PAGE: Final = 8 << 20  # bytes of one page, unpacked
CHUNK: Final = 32 << 20  # bytes of one column of one row group that are read
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_PLAIN: Final = (0, 2)  # PLAIN, and what it is called in dictionaries of old
_WIDTHS: Final = {1: 4, 2: 8, 5: 8}  # INT32, INT64, DOUBLE
_BYTES, _FIXED, _DOUBLE = 6, 7, 5
_CODECS: Final = {3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"}


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A column of the schema: how its values are written."""

    width: int
    levels: int  # of definition and repetition that stand before the values of a page


@dataclass(slots=True)
class _Reading:
    """One column while its pages pass by."""

    column: Column
    whole: bool = True


def table(file: BinaryIO, size: int, check: Callable[[], None]) -> tuple[Records, int]:
    """What the columns of a file look like, and how many could not be read.

    `check` is called before each page and may raise Limited. Raises Truncated or NoCollector.
    """
    footer = _footer(file, size)
    leaves = list(_leaves(thrift.structs(footer.get(2))))
    readings: dict[bytes, _Reading] = {}
    for group in thrift.structs(footer.get(4)):
        for leaf, chunk in zip(leaves, thrift.structs(group.get(1)), strict=False):
            meta = thrift.inner(chunk.get(3))
            if 8 in chunk or not meta:
                continue  # encrypted by itself
            name = b".".join(one for one in meta.get(3) or () if isinstance(one, bytes))
            if name not in readings and len(readings) >= COLUMNS:
                continue
            text = clean(name.decode("utf-8", "replace"), 60)
            reading = readings.setdefault(name, _Reading(Column(text)))
            _chunk(file, meta, leaf, reading, check)
    rows = max(0, thrift.number(footer.get(3)))
    columns = [one.column for one in readings.values()]
    sampled = max((one.sampled for one in columns), default=0)
    whole = rows <= RECORDS and all(one.whole for one in readings.values())
    unread = sum(not one.column.sampled and not one.whole for one in readings.values())
    return Records("Parquet", min(sampled, rows), whole, counted(columns)), unread


def _footer(file: BinaryIO, size: int) -> thrift.Struct:
    file.seek(max(0, size - 8))
    tail = file.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or not 0 < length <= min(FOOTER, size - 8):
        raise Truncated("a Parquet file whose footer is missing or damaged")
    file.seek(size - 8 - length)
    try:
        return thrift.struct(file.read(length))
    except (ValueError, RecursionError):
        raise Truncated("a Parquet file whose footer is damaged") from None


def _leaves(elements: list[thrift.Struct]) -> Iterator[_Leaf]:
    """The leaves of the schema, which is written as a tree in the order of reading it."""
    open_: list[list[int]] = []  # of each group that is open: children left, levels of its path
    for place, element in enumerate(elements):
        while open_ and not open_[-1][0]:
            open_.pop()
        if open_:
            open_[-1][0] -= 1
        levels = open_[-1][1] if open_ else 0
        repetition = thrift.number(element.get(3)) if place else 0
        levels |= {1: 1, 2: 3}.get(repetition, 0)  # optional: definitions; repeated: both
        children = thrift.number(element.get(5))
        if children > 0:
            open_.append([children, levels])
        elif place:
            kind = thrift.number(element.get(1))
            width = _WIDTHS.get(kind, 0)
            if kind == _FIXED:
                width = max(0, thrift.number(element.get(2)))
            yield _Leaf(-1 if kind == _BYTES else width if kind != _DOUBLE else 0, levels)


def _chunk(
    file: BinaryIO,
    meta: thrift.Struct,
    leaf: _Leaf,
    reading: _Reading,
    check: Callable[[], None],
) -> None:
    """The pages of one column in one row group."""
    starts = [thrift.number(meta[one]) for one in (11, 9) if one in meta]
    start, length = min(starts, default=-1), thrift.number(meta.get(7))
    if start < 4 or length < 0 or not leaf.width:
        return
    file.seek(start)
    data = file.read(min(length, CHUNK))
    reading.whole = reading.whole and length <= CHUNK
    place = 0
    while place < len(data) and reading.column.sampled < RECORDS:
        check()
        try:
            header, taken = thrift.begun(data[place : place + 65_536])
        except ValueError:
            raise Truncated("a Parquet file with a damaged page") from None
        packed = thrift.number(header.get(3))
        place += taken
        if packed < 0 or place + packed > len(data):
            reading.whole = False
            return
        _page(header, data[place : place + packed], thrift.number(meta.get(4)), leaf, reading)
        place += packed


def _page(header: thrift.Struct, body: bytes, codec: int, leaf: _Leaf, reading: _Reading) -> None:
    kind, size = thrift.number(header.get(1)), thrift.number(header.get(2))
    told = thrift.inner(header.get({_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}.get(kind, 0)))
    encoding = thrift.number(told.get(4 if kind == _DATA_2 else 2))
    if not told or encoding not in _PLAIN or (encoding == 2 and kind != _DICTIONARY):
        reading.whole = reading.whole and encoding in (2, 8)  # places in a dictionary, read before
        return
    if kind == _DATA_2:
        levels = sum(max(0, thrift.number(told.get(one))) for one in (5, 6))
        body = body[levels:]
        values = _unpacked(body, codec, size - levels) if told.get(7, True) else body
    else:
        values = _unpacked(body, codec, size)
        for level in (1, 2) if kind == _DATA else ():
            if leaf.levels & level:
                values = values[4 + int.from_bytes(values[:4], "little") :]
    for value in _values(values, leaf):
        reading.column.add(value)


def _values(data: bytes, leaf: _Leaf) -> Iterator[bytes | int]:
    place = 0
    if leaf.width < 0:
        while place + 4 <= len(data):
            length = int.from_bytes(data[place : place + 4], "little")
            yield data[place + 4 : place + 4 + length]
            place += 4 + length
        return
    for place in range(0, len(data) - leaf.width + 1, leaf.width):
        value = data[place : place + leaf.width]
        yield int.from_bytes(value, "little", signed=True) if leaf.width in (4, 8) else value


def _unpacked(body: bytes, codec: int, size: int) -> bytes:
    damages: tuple[type[Exception], ...] = (*packing.damages(), IndexError)
    if size > PAGE:
        raise Limited(f"a page of more than {PAGE >> 20} MiB")
    try:
        if codec == 0:
            return body
        if codec == 1:
            return snappy(body, PAGE)
        if codec == 2:
            return zlib.decompressobj(wbits=47).decompress(body, PAGE)
        if codec == 6:
            return b"".join(packing.stream("zst").pieces(body))[:PAGE]
    except packing.NoPackage as error:
        raise NoCollector(str(error)) from None
    except damages:
        raise Truncated("a Parquet file with a damaged page") from None
    raise NoCollector(f"a Parquet file packed with {_CODECS.get(codec, 'an unknown method')}")


def snappy(data: bytes, most: int) -> bytes:
    """What snappy's raw format unpacks to. Raises ValueError or IndexError where it is none."""
    length = place = shift = 0
    while True:
        byte = data[place]
        length |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            break
    if length > most:
        raise ValueError("longer than a page")
    out = bytearray()
    while place < len(data) and len(out) < length:
        tag = data[place]
        place += 1
        kind, count = tag & 3, tag >> 2
        if kind == 0:
            if count >= 60:
                width = count - 59
                count = int.from_bytes(data[place : place + width], "little")
                place += width
            out += data[place : place + count + 1]
            place += count + 1
            continue
        width = {1: 1, 2: 2, 3: 4}[kind]
        offset = int.from_bytes(data[place : place + width], "little")
        place += width
        if kind == 1:
            offset, count = offset | (tag >> 5) << 8, (count & 7) + 3
        if not 0 < offset <= len(out):
            raise ValueError("no such place")
        begin, left = len(out) - offset, count + 1
        while left > 0:
            piece = out[begin : begin + min(left, offset)]
            out += piece
            left -= len(piece)
    return bytes(out[:length])
