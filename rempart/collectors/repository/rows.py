"""The table that says what Terraform attributes mean, and the paths its rules follow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from rempart.check import Unknown
from rempart.collectors.repository.syntax import Attribute, Block, Expression
from rempart.collectors.repository.values import unresolved
from rempart.documents import load

TABLE = Path(__file__).parent / "tables" / "stores.yaml"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one fact is decided; see the head of the table."""

    paths: tuple[str, ...] = ()
    companion: str = ""
    by: str = ""
    reader: Literal["boolean", "all", "set", "open", "words", "policy"] = "boolean"
    words: dict[str, bool] = {}
    negate: bool = False
    only: bool = False  # decides only when its answer is false
    switch: str = ""
    default: bool | str | None = None
    before: dict[str, bool] = {}


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource type of the table."""

    type: str
    kind: Literal["volume", "database", "bucket"]
    encrypted: tuple[Rule, ...]
    source: str
    blocks: tuple[str, ...] = ()
    implied: str = ""
    copied: tuple[str, ...] = ()
    key: str = ""
    public: tuple[Rule, ...] = ()


def table() -> dict[str, Row]:
    """The rows by resource type."""
    return {row.type: row for row in load(TABLE, list[Row])}


def attributes(block: Block, path: str) -> Iterator[Attribute | Unknown]:
    """The attributes at a path of nested blocks; a dynamic block may hide what it makes."""
    *blocks, name = path.split(".")
    found = [block]
    for step in blocks:
        for one in found:
            if _hidden(one, step):
                yield unresolved(f"{step} is not decided here")
        found = [nested for one in found for nested in _inside(one, step)]
    for one in found:
        if any(dynamic.labels == (name,) for dynamic in one.all("dynamic")):
            yield unresolved(f"{name} is a dynamic block")
        if name in one.attributes:
            yield one.attributes[name]


def stands(block: Block, path: str) -> bool:
    """Whether a block stands at the path."""
    found = [block]
    for step in path.split("."):
        found = [nested for one in found for nested in _inside(one, step)]
    return bool(found)


def _inside(block: Block, name: str) -> list[Block]:
    """The blocks of a name, those written as attributes (`name = {...}`) included."""
    attribute = block.attributes.get(name)
    value = attribute.value if attribute else None
    given = [one for one in (value if isinstance(value, tuple) else (value,)) if one is not None]
    return [*block.all(name), *(as_block(attribute, one) for one in given if attribute)]


def as_block(attribute: Attribute, value: Expression) -> Block:
    """An object in an attribute as the block it could have been; empty where it is none."""
    where = (attribute.line, attribute.end_line)
    items = value.items() if isinstance(value, dict) else ()
    named = {name: Attribute(name, one, *where) for name, one in items}
    return Block(attribute.name, (), *where, attributes=named)


def _hidden(block: Block, name: str) -> bool:
    attribute = block.attributes.get(name)
    if attribute is not None and not isinstance(attribute.value, dict | tuple | None):
        return True
    return any(dynamic.labels == (name,) for dynamic in block.all("dynamic"))
