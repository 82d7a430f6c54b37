"""Thrift's compact protocol, as far as a Parquet footer needs it.

Source: thrift-compact-protocol.md of Apache Thrift 0.20. Raises ValueError for anything else.
"""

from typing import Any, Final, TypeAlias

Struct: TypeAlias = dict[int, Any]

_DEPTH: Final = 24
_ITEMS: Final = 2_000_000
_NAME: Final = 128  # bytes of a string that are kept
_NAMES: Final = 200_000  # values in which strings are kept


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0
        self.items = 0

    def byte(self) -> int:
        if self.place >= len(self.data):
            raise ValueError("cut")
        self.place += 1
        return self.data[self.place - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > 70:
                raise ValueError("a number too long")

    def skip(self, count: int) -> None:
        if count < 0 or self.place + count > len(self.data):
            raise ValueError("cut")
        self.place += count

    def text(self, count: int) -> bytes:
        """The beginning of a string; of a footer with very many, of the first ones."""
        begin = self.place
        self.skip(count)
        return self.data[begin : begin + min(count, _NAME)] if self.items <= _NAMES else b""


def begun(data: bytes) -> tuple[Struct, int]:
    """The same, and how many bytes the struct takes."""
    reader = _Reader(data)
    return _struct(reader, 0), reader.place


def number(value: Any) -> int:  # noqa: ANN401
    """An integer as it is meant: they are written in zigzag."""
    return (value >> 1) ^ -(value & 1) if isinstance(value, int) else -1


def struct(data: bytes) -> Struct:
    """The fields of the struct these bytes begin with, by their ids."""
    return _struct(_Reader(data), 0)


def structs(value: Any) -> list[Struct]:  # noqa: ANN401
    """The structs of a list; none where it is no list of them."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(value: Any) -> Struct:  # noqa: ANN401
    """A struct inside; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def _struct(data: _Reader, depth: int) -> Struct:
    if depth > _DEPTH:
        raise ValueError("too deep")
    fields: Struct = {}
    last = 0
    while True:
        header = data.byte()
        if header == 0:
            return fields
        delta, kind = header >> 4, header & 0x0F
        number = data.varint() if not delta else 0
        last = last + delta if delta else (number >> 1) ^ -(number & 1)
        fields[last] = _value(data, kind, depth)


def _value(data: _Reader, kind: int, depth: int) -> Any:  # noqa: ANN401
    data.items += 1
    if data.items > _ITEMS:
        raise ValueError("too many values")
    if kind in (1, 2):
        return kind == 1
    if kind in (4, 5, 6):
        return data.varint()
    if kind in (3, 7):
        return data.skip({3: 1, 7: 8}[kind])
    if kind == 8:
        return data.text(data.varint())
    if kind in (9, 10):
        return _list(data, depth)
    if kind == 12:
        return _struct(data, depth + 1)
    raise ValueError(f"a kind {kind} of value")


def _list(data: _Reader, depth: int) -> list[Any]:
    header = data.byte()
    count, kind = header >> 4, header & 0x0F
    if count == 15:
        count = data.varint()
    if count > _ITEMS:
        raise ValueError("too many values")
    if kind in (1, 2):
        data.skip(count)
        return []
    return [_value(data, kind, depth + 1) for _ in range(count)]
