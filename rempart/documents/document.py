"""What was read: a value, and the line of each of its parts; and how much of a text is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rempart.errors import ContentError

Step: TypeAlias = str | int
Lines: TypeAlias = dict[int, dict[Step, int]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a text is read: bytes, levels of nesting, keys and values together.

    With `aliases`, anchors and merge keys are followed; what they stand for counts each time.
    """

    size: int = 16_000_000
    depth: int = 64
    nodes: int = 1_500_000
    aliases: bool = False


DEFAULT = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A value and where each of its parts stands. `lines` is by the identity of a container."""

    value: Any
    file: str
    line: int
    lines: Lines = field(repr=False)

    def line_of(self, path: Sequence[Step]) -> int:
        """The line of a key or element; of the nearest thing around it when it is not there."""
        line, value = self.line, self.value
        for step in path:
            known = self.lines.get(id(value), {})
            if step not in known:
                break
            line, value = known[step], value[step]
        return line

    def at(self, path: Sequence[Step]) -> Any:  # noqa: ANN401
        """The part at a path that exists."""
        value = self.value
        for step in path:
            value = value[step]
        return value

    def error(self, path: Sequence[Step], message: str) -> ContentError:
        """A content error at that path, with its file and line."""
        words = f"{dotted(path)}: {message}" if path else message
        return ContentError(words, file=self.file, line=self.line_of(path))


def dotted(path: Sequence[Step]) -> str:
    """A path as people write it: `subjects.hosts[3].ssh`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def shown(text: str, most: int = 60) -> str:
    """A text safe to show: without control characters, and not too long."""
    plain = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def paths(value: Any, above: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:  # noqa: ANN401
    """Every scalar of a value with its path, in order: what text scanners walk over."""
    stack: list[tuple[tuple[Step, ...], Any]] = [(above, value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack.extend(((*path, key), item[key]) for key in reversed(item))
        elif isinstance(item, list):
            stack.extend(((*path, n), item[n]) for n in reversed(range(len(item))))
        else:
            yield path, item
