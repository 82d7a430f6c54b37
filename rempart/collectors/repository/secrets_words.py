"""Where keywords stand in a text: by Hyperscan or Aho-Corasick where installed, else one by one."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Final, Protocol

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
    return _AhoCorasick(sought) if chosen == "ahocorasick_rs" else _OneByOne(sought)


class _AhoCorasick:
    def __init__(self, sought: Sequence[bytes]) -> None:
        from ahocorasick_rs import BytesAhoCorasick

        self._automaton = BytesAhoCorasick(sought)

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        found = self._automaton.find_matches_as_indexes(lowered, overlapping=True)
        return ((number, start) for number, start, _ in found)


class _OneByOne:
    def __init__(self, sought: Sequence[bytes]) -> None:
        self._sought = tuple(sought)

    def hits(self, lowered: bytes) -> Iterator[tuple[int, int]]:
        for number, word in enumerate(self._sought):
            start = lowered.find(word)
            while start >= 0:
                yield number, start
                start = lowered.find(word, start + len(word))


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

        self._database.scan(lowered, match_event_handler=met)
        return iter(found)
