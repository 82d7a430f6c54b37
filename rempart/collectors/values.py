"""Values of a column counted by what they look like; values come in, only counts go out."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Final

from rempart.judge.identifiers import proven
from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers.catalogue import BY_NAME, CATALOGUE, Identifier
from rempart.observations.identifiers.french import published_for_tests
from rempart.observations.identifiers.spelling import compact

LONGEST = 128  # characters of a value that can still be one identifier
SHORTEST: Final = 15  # characters of a text that can hold an identifier beside other words
READ: Final = 4_000  # characters of a longer text that are searched
_WITHIN: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8](?:[ .-]?\d\d){2}[ .-]?\d[0-9ABab](?:[ .-]?\d{3}){2}(?:[ .-]| ?/ ?)?\d\d"
    r"(?![0-9A-Za-z])"
)
_HEX: Final = re.compile(r"(?:\\x|0x)?((?:[0-9a-fA-F]{2}){13,40})")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{18,40}={0,2}")
BY_LENGTH: Final = {
    length: tuple(one for one in CATALOGUE if length in one.lengths)
    for length in range(3, max(max(one.lengths) for one in CATALOGUE) + 1)
}


class Column:
    """Counts of one column while its values pass by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sampled = 0
        self._candidates: dict[tuple[str, str], list[int]] = {}
        self._detectors: dict[int, tuple[Identifier, ...]] = {}

    def add(self, value: object) -> None:
        """Count one value; empty ones and those of no text do not count."""
        text = _text(value)
        if not text:
            return
        self.sampled += 1
        if len(text) <= LONGEST:
            if self._count(compact(text), "clear"):
                return
            for encoding, inner in _decoded(text):
                self._count(compact(inner), encoding)
        if len(text) > SHORTEST:
            for match in _WITHIN.finditer(text[:READ]):
                self._count(compact(match[0].replace("/", "")), "clear")

    def _count(self, text: str, encoding: str) -> bool:
        shaped = False
        for detector in self._asked(len(text)):
            if detector.shape(text):
                shaped = True
                counts = self._candidates.setdefault((detector.name, encoding), [0, 0, 0])
                counts[0] += 1
                if detector.valid(text):
                    counts[1] += 1
                    counts[2] += detector.name == "nir" and published_for_tests(text)
        return shaped

    def _asked(self, length: int) -> tuple[Identifier, ...]:
        """The classes a value of that length may belong to, in a column of that name."""
        if length not in self._detectors:
            self._detectors[length] = tuple(
                one
                for one in BY_LENGTH.get(length, ())
                if one.strength != "named" or one.named(self.name)
            )
        return self._detectors[length]

    def counts(self) -> tuple[IdentifierCount, ...]:
        """One count for each class that is proven, else for the likeliest, else an empty one."""
        found = [
            IdentifierCount(self.name, name, encoding, self.sampled, *figures)
            for (name, encoding), figures in sorted(self._candidates.items())
        ]
        return chosen(self.name, found, self.sampled)


def chosen(
    column: str, found: Sequence[IdentifierCount], sampled: int
) -> tuple[IdentifierCount, ...]:
    """Of all that was counted in a column, what is proven, else the likeliest, else nothing.

    A value may pass for several classes; where the column's name speaks of one, it is that one.
    """
    certain = [one for one in found if sure(one)]
    if certain:
        named = {_group(one) for one in certain if BY_NAME[one.identifier].named(column)}
        return tuple(
            one
            for one in certain
            if BY_NAME[one.identifier].named(column) or _group(one) not in named
        )
    if found:
        return (max(found, key=lambda one: (one.valid, one.candidates)),)
    return (IdentifierCount(column, "", "clear", sampled, 0, 0),)


def sure(count: IdentifierCount) -> bool:
    """Whether a count proves that the column holds the class."""
    known = BY_NAME.get(count.identifier)
    if known is None or (known.odds == 1 and count.candidates * 10 < count.sampled * 9):
        return False
    return proven(count.identifier, count.candidates, count.valid)


def _group(count: IdentifierCount) -> tuple[str, int, int]:
    """Counts that are about the same values, whatever each takes them for."""
    return count.encoding, count.candidates, count.valid


def _text(value: object) -> str:
    match value:
        case str():
            return value.strip().strip("'\"=")  # ="1" and '1 keep a spreadsheet from calculating
        case float() if value.is_integer() and abs(value) < 1e17:
            return str(int(value))
        case bool() | None:
            return ""
        case int():
            return str(value)
        case bytes():
            return value.decode("utf-8", "replace").strip()
    return str(value)


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    if match := _HEX.fullmatch(text):
        yield "hex", bytes.fromhex(match[1]).decode("latin-1")
    elif _BASE64.fullmatch(text) and not text.isdecimal():
        try:
            inner = base64.b64decode(text, validate=True)
        except binascii.Error:
            return
        yield "base64", inner.decode("latin-1")
