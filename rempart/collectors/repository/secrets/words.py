"""Where keywords stand in a text: by Hyperscan or Aho-Corasick where installed, else by Python."""

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Final, Protocol, TypeAlias

PART: Final = 1 << 20  # bytes looked through at a time, so that many hits take little memory
ENGINES: Final = ("hyperscan", "ahocorasick_rs", "python")


class Words(Protocol):
    """Looks for many words at once in a text in lower case."""

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        """The number of each word found and where it starts, in any order."""
        ...


def words(sought: Sequence[bytes], engine: str = "") -> Words:
    """The quickest engine at hand, or the one named."""
    chosen = engine or next(one for one in ENGINES if one == "python" or find_spec(one))
    if chosen == "hyperscan":
        return _Hyperscan(sought)
    return _AhoCorasick(sought) if chosen == "ahocorasick_rs" else _Tree(sought)


def _parts(lowered: bytes, overlap: int) -> Iterator[tuple[int, bytes]]:
    """Where each part begins, and the part with what a word that begins in it may end in."""
    if len(lowered) <= PART:
        yield 0, lowered
        return
    for base in range(0, len(lowered), PART):
        yield base, lowered[base : base + PART + overlap]


class _AhoCorasick:
    def __init__(self, sought: Sequence[bytes]) -> None:
        from ahocorasick_rs import BytesAhoCorasick

        self._automaton = BytesAhoCorasick(sought)
        self._overlap = max(map(len, sought)) - 1

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        find = self._automaton.find_matches_as_indexes
        for base, part in _parts(lowered, self._overlap):
            for number, start, _ in find(part, overlapping=True):
                if start < PART:
                    yield number, base + start


class _Tree:
    """All words as one tree of letters in a pattern of Python's own."""

    def __init__(self, sought: Sequence[bytes]) -> None:
        self._pattern = re.compile(_pattern(_tree(sought)))
        self._longer: dict[bytes, list[tuple[int, bytes]]] = {}
        for number, word in enumerate(sought):
            first = self._pattern.match(word)
            self._longer.setdefault(first[0] if first else word, []).append((number, word))

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        search, match = self._pattern.search, self._pattern.search(lowered)
        while match is not None:
            start = match.start()
            for number, word in self._longer[match[0]]:
                if lowered.startswith(word, start):
                    yield number, start
            match = search(lowered, start + 1)


Tree: TypeAlias = dict[int, "Tree"]


def _tree(sought: Sequence[bytes]) -> Tree:
    """The words letter by letter; where one begins others, it alone stands for them."""
    tree: Tree = {}
    before = b"\0"
    for word in sorted(sought):
        if word.startswith(before):
            continue
        before, branch = word, tree
        for letter in word:
            branch = branch.setdefault(letter, {})
    return tree


def _pattern(tree: Tree) -> bytes:
    parts = [re.escape(bytes([letter])) + _pattern(rest) for letter, rest in sorted(tree.items())]
    return parts[0] if len(parts) == 1 else b"(?:" + b"|".join(parts) + b")" if parts else b""


class _Hyperscan:
    def __init__(self, sought: Sequence[bytes]) -> None:
        import hyperscan

        self._lengths = tuple(map(len, sought))
        self._database: Any = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[b"".join(rb"\x%02x" % byte for byte in word) for word in sought],
            ids=list(range(len(sought))),
            elements=len(sought),
            flags=[0] * len(sought),
        )

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        found: list[tuple[int, int]] = []

        def met(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end - self._lengths[number]))

        for base, part in _parts(lowered, max(self._lengths) - 1):
            self._database.scan(part, match_event_handler=met)
            yield from ((number, base + start) for number, start in found if start < PART)
            found.clear()
