"""Settings of servers that are written as YAML, nested or with dots in their names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rempart.check import Seen
from rempart.collectors.repository.servers.lines import TEMPLATED, Decided, Text, meant
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import Limits, every
from rempart.documents.document import Step
from rempart.errors import ContentErrors, Truncated

_FILLED = re.compile(r"\{\{.*?\}\}|<%=.*?%>")
LIMITS = Limits(size=2_000_000, nodes=100_000, aliases=True)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One setting: its dotted name, what it says, and its line."""

    name: str
    value: Any
    line: int

    @property
    def shown(self) -> str:
        """As people write it."""
        return clean(f"{self.name}: {plain(self.value)}", 100)


@dataclass(frozen=True, slots=True)
class Tree:
    """The settings of a YAML file by their dotted names in lower case."""

    text: Text
    leaves: dict[str, Leaf]
    line: int = 1

    def leaf(self, *names: str) -> Leaf | None:
        """The first of these that is there."""
        return next((self.leaves[one.lower()] for one in names if one.lower() in self.leaves), None)

    def value(self, *names: str) -> Seen[str] | None:
        """What it says as text; unknown where a template fills it in."""
        leaf = self.leaf(*names)
        if leaf is None:
            return None
        said = plain(leaf.value)
        return unresolved(leaf.shown) if TEMPLATED.search(said) else said

    def decided(
        self,
        names: tuple[str, ...],
        words: dict[str, bool],
        default: Seen[bool] | None,
        absent: str = "",
    ) -> Decided | None:
        """What the setting's word means; None where nothing says it and nothing is the default."""
        leaf, value = self.leaf(*names), self.value(*names)
        if leaf is None or value is None:
            if default is None:
                return None
            return Decided(default, absent or f"{names[0]} is absent", self.line)
        return meant(value, words, leaf.shown, leaf.line)


def plain(value: object) -> str:
    """A value as text; a list with commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(plain(one) for one in value)
    return "" if value is None or isinstance(value, dict) else str(value)


def trees(text: Text) -> Iterator[Tree]:
    """The settings of each document of a file.

    Raises Truncated where a template's marks leave no YAML.
    """
    content = "\n".join(_FILLED.sub("${filled_in}", line.text) for line in text.lines)
    try:
        documents = every(content, text.path, limits=LIMITS, tagged=True)
    except ContentErrors as errors:
        if TEMPLATED.search(text.content):
            raise Truncated(f"a template that leaves no YAML: {errors.errors[0].message}") from None
        raise
    for document in documents:
        leaves: dict[str, Leaf] = {}
        stack: list[tuple[tuple[Step, ...], Any]] = [((), document.value)]
        while stack:
            path, item = stack.pop()
            if isinstance(item, dict) and item:
                stack += [((*path, key), one) for key, one in item.items()]
            elif path:
                name = ".".join(map(str, path))
                leaves[name.lower()] = Leaf(name, item, document.line_of(path))
        if leaves:
            yield Tree(text, leaves, document.line)
