"""JSON lines: only the wanted fields are decoded, a block of lines at once.

A line that spoils its block costs that block a second, slower reading, line by line. Where msgspec
is missing (these sources also run on audited hosts) the standard library reads instead.
"""

import json
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final

import msgspec

from rempart.collectors.read_logs.fields import Fields, Parsed, by_role, lines_of

TYPED: Final = hasattr(msgspec, "defstruct")  # on an audited host only its structs are there


class JsonLines:
    """Lines that are one JSON object each, after a prefix (of syslog) or not."""

    def __init__(self, fields: Fields, *, prefixed: bool = False) -> None:
        self._fields = fields
        self._prefixed = prefixed
        self._paths = {one.name: path(one.name) for one in fields.values()}
        self._decoder: Any = None
        self._read: dict[str, Callable[[Any], list[Any]]] = {}
        if TYPED:
            self._decoder, self._read = _typed(self._paths)

    def parse(self, block: bytes) -> Parsed:
        """The objects of these lines."""
        if self._prefixed:
            block = b"\n".join(line[max(0, line.find(b"{")) :] for line in block.split(b"\n"))
        if self._decoder is not None:
            try:
                rows = self._decoder.decode_lines(block)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass
            else:
                columns = {name: read(rows) for name, read in self._read.items()}
                return Parsed(len(rows), by_role(self._fields, columns))
        return self._one_by_one(block)

    def _one_by_one(self, block: bytes) -> Parsed:
        objects, unread = [], 0
        for line in lines_of(block):
            try:
                one = msgspec.json.decode(line) if TYPED else json.loads(line)
            except (ValueError, RecursionError):  # msgspec's errors are ValueErrors too
                one = None
            if isinstance(one, dict):
                objects.append(one)
            else:
                unread += 1
        columns = {
            name: [_found(one, steps) for one in objects] for name, steps in self._paths.items()
        }
        return Parsed(len(objects), by_role(self._fields, columns), unread)


def path(name: str) -> tuple[str, ...]:
    """The keys of `$.user.id`, one after another."""
    return tuple(name.removeprefix("$").lstrip(".").split("."))


def _found(one: Any, steps: Iterable[str]) -> Any:  # noqa: ANN401
    for step in steps:
        one = one.get(step) if isinstance(one, dict) else None
    return one if isinstance(one, str | int | float) else None


def _typed(paths: dict[str, tuple[str, ...]]) -> tuple[Any, dict[str, Callable[[Any], list[Any]]]]:
    """A decoder of the wanted keys alone, and how to take each column out of its objects."""
    tree: dict[str, Any] = {}
    for steps in paths.values():
        branch = tree
        for step in steps[:-1]:
            branch = branch.setdefault(step, {})
            if branch is None:
                return None, {}  # one field lies inside another that is wanted as a value
        if branch.setdefault(steps[-1], None) is not None:
            return None, {}
    try:
        decoder = msgspec.json.Decoder(_struct(tree))
    except (TypeError, ValueError):
        return None, {}
    return decoder, {name: _column(tree, steps) for name, steps in paths.items()}


def _struct(tree: dict[str, Any]) -> Any:  # noqa: ANN401
    leaf = str | int | float | bool | None
    members = [
        (f"f{place}", leaf if below is None else _struct(below) | None, None)
        for place, below in enumerate(tree.values())
    ]
    rename = {f"f{place}": key for place, key in enumerate(tree)}
    return msgspec.defstruct("Line", members, rename=rename, gc=False)


def _column(tree: dict[str, Any], steps: tuple[str, ...]) -> Callable[[Any], list[Any]]:
    names = []
    for step in steps:
        names.append(f"f{list(tree).index(step)}")
        tree = tree[step] or {}
    first = attrgetter(names[0])

    def read(rows: Any) -> list[Any]:  # noqa: ANN401
        column = list(map(first, rows))
        for name in names[1:]:
            column = [None if one is None else getattr(one, name) for one in column]
        return column

    return read
