"""Where in a line the account, the person, the moment stand, as an inventory writes it.

`$.user.id` is a path in a JSON line, `login` a column or a named group, `$remote_user` and `%u` are
variables of nginx and Apache. `field ~ pattern` takes the pattern's first group out of the field:
`$request ~ [?&]nir=(\\d{13,15})`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from rempart.inventory.patterns import Pattern

SEARCHED: Final = 4096  # characters of a field a pattern is shown
NOTHING: Final = frozenset({"", "-", "null", "None", "<none>"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name in the log, and the pattern whose first group is meant."""

    name: str
    pattern: Pattern | None = None

    @classmethod
    def parse(cls, text: str, *, portable: bool = False) -> "Field":
        """The field a text names; raises ValueError for a pattern that is none or has no group."""
        name, tilde, written = text.partition(" ~ ")
        if not tilde:
            return cls(text.strip())
        try:
            pattern = Pattern(written.strip(), portable=portable)
        except re.error as error:
            raise ValueError(f"expected a regular expression after ~, found {error}") from None
        if pattern.groups < 1:
            raise ValueError("expected a group ( ) in the pattern after ~, found none")
        return cls(name.strip(), pattern)

    def of(self, column: list[Any]) -> list[Any]:
        """The part of each value that is meant, None where there is none."""
        if self.pattern is None:
            return column
        search = self.pattern.search
        found = [search(value[:SEARCHED]) if isinstance(value, str) else None for value in column]
        return [each[1] if each else None for each in found]

    def __str__(self) -> str:
        return f"{self.name} ~ {self.pattern.written}" if self.pattern else self.name


Fields = Mapping[str, Field]


@dataclass(slots=True)
class Parsed:
    """Records of a block, as one column a role, and the lines that gave none.

    `unread` lines fit no format; `passed` are lines of the same log about something else.
    """

    count: int
    columns: dict[str, list[Any]] = field(default_factory=dict)
    unread: int = 0
    passed: int = 0


class Parser(Protocol):
    """Reads whole lines of one file, block by block."""

    def parse(self, block: bytes) -> Parsed:
        """The records of these lines."""


def by_role(fields: Fields, columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """One column a role out of the columns by name; a role whose field is not there is left out."""
    return {
        role: wanted.of(columns[wanted.name])
        for role, wanted in fields.items()
        if wanted.name in columns
    }


def transposed(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows of equal width as columns."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * width


def lines_of(block: bytes) -> Iterable[bytes]:
    """The lines of a block that are not blank, without their ends."""
    return (line for each in block.split(b"\n") if (line := each.strip(b"\r \t\0")))
