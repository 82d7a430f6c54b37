"""The table that says what Terraform attributes mean, and the paths its rules follow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from rempart.check import Unknown
from rempart.collectors.repository.hcl import Attribute, Block
from rempart.collectors.repository.values import unresolved
from rempart.documents import load

TABLE = Path(__file__).parent / "tables" / "stores.yaml"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one fact is decided; see the head of the table."""

    paths: tuple[str, ...] = ()
    companion: str = ""
    by: str = ""
    reader: Literal["boolean", "all", "set", "open", "words"] = "boolean"
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
    key: str = ""
    public: tuple[Rule, ...] = ()


def table() -> dict[str, Row]:
    """The rows by resource type."""
    return {row.type: row for row in load(TABLE, list[Row])}


def attributes(block: Block, path: str) -> Iterator[Attribute | Unknown]:
    """The attributes at a path of nested blocks; a dynamic block hides what it makes."""
    *blocks, name = path.split(".")
    found = [block]
    for step in blocks:
        for one in found:
            if any(dynamic.labels == (step,) for dynamic in one.all("dynamic")):
                yield unresolved(f"{step} is a dynamic block")
        found = [nested for one in found for nested in one.all(step)]
    for one in found:
        if name in one.attributes:
            yield one.attributes[name]


def stands(block: Block, path: str) -> bool:
    """Whether a block stands at the path."""
    found = [block]
    for step in path.split("."):
        found = [nested for one in found for nested in one.all(step)]
    return bool(found)
