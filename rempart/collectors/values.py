"""Values of a column counted by what they look like; values come in, only counts go out."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from rempart.judge.identifiers import proven
from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers import (
    compact,
    digits_of,
    iban,
    iban_shape,
    nir,
    nir13,
    nir_shape,
    published_for_tests,
    rpps,
    siren,
    siret,
)

LONGEST = 128  # characters of a value that can still be one identifier
SHORTEST: Final = 15  # characters of a text that can hold an identifier beside other words
READ: Final = 4_000  # characters of a longer text that are searched
_WITHIN: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8](?:[ .-]?\d\d){2}[ .-]?\d[0-9ABab](?:[ .-]?\d{3}){2}[ .-]?\d\d"
    r"(?![0-9A-Za-z])"
)
_HEX: Final = re.compile(r"(?:\\x|0x)?((?:[0-9a-fA-F]{2}){13,40})")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{18,40}={0,2}")
# Where thirteen digits alone prove little, the column's name must speak of an insured person.
_NAMED: Final = re.compile(
    r"nir|insee|secu|s[ée]curit[ée]|assur|b[ée]n[ée]fi|immat|nia|ins\b|matricule|ssn|versicher",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Detector:
    """One class of identifier: which length it has, what has its shape, what is valid."""

    name: str
    lengths: frozenset[int]
    shape: Callable[[str], bool]
    valid: Callable[[str], bool]


def _digits(count: int) -> Callable[[str], bool]:
    return lambda text: digits_of(text, count)


DETECTORS: Final = (
    Detector("nir", frozenset({15}), nir_shape, nir),
    Detector("iban", frozenset(range(15, 29)), iban_shape, iban),
    Detector("nir13", frozenset({13}), lambda text: text[:12].isalnum(), nir13),
    Detector("siret", frozenset({14}), _digits(14), siret),
    Detector("rpps", frozenset({11}), _digits(11), rpps),
    Detector("siren", frozenset({9}), _digits(9), siren),
)
BY_LENGTH: Final = {
    length: tuple(one for one in DETECTORS if length in one.lengths) for length in range(9, 29)
}


class Column:
    """Counts of one column while its values pass by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sampled = 0
        self._candidates: dict[tuple[str, str], list[int]] = {}

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
                self._count(compact(match[0]), "clear")

    def _count(self, text: str, encoding: str) -> bool:
        shaped = False
        for detector in BY_LENGTH.get(len(text), ()):
            if detector.shape(text):
                shaped = True
                counts = self._candidates.setdefault((detector.name, encoding), [0, 0, 0])
                counts[0] += 1
                if detector.valid(text):
                    counts[1] += 1
                    counts[2] += detector.name == "nir" and published_for_tests(text)
        return shaped

    def counts(self) -> tuple[IdentifierCount, ...]:
        """One count for each class that is proven, else for the likeliest, else an empty one."""
        found = [
            IdentifierCount(self.name, name, encoding, self.sampled, *figures)
            for (name, encoding), figures in sorted(self._candidates.items())
            if name != "nir13" or _NAMED.search(self.name)
        ]
        sure = [one for one in found if proven(one.identifier, one.candidates, one.valid)]
        if sure:
            return tuple(sure)
        if found:
            return (max(found, key=lambda one: (one.valid, one.candidates)),)
        return (IdentifierCount(self.name, "", "clear", self.sampled, 0, 0),)


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


_RUN: Final = re.compile(rb"(?<![0-9A-Za-z])[1-8]\d{4}\d[0-9AB]\d{8}(?![0-9A-Za-z])")


class Text:
    """Identifiers counted in running text, such as a dump or a log."""

    def __init__(self) -> None:
        self._lines = 0
        self._shaped = 0
        self._valid = 0
        self._tests = 0

    def add(self, chunk: bytes) -> None:
        """Count the fifteen-character runs of some whole lines."""
        self._lines += chunk.count(b"\n")
        for match in _RUN.finditer(chunk):
            text = match[0].decode("ascii")
            if nir_shape(text):
                self._shaped += 1
                if nir(text):
                    self._valid += 1
                    self._tests += published_for_tests(text)

    def counts(self) -> tuple[IdentifierCount, ...]:
        """What was counted so far; `sampled` is lines."""
        if not self._shaped:
            return (IdentifierCount("", "", "clear", self._lines, 0, 0),)
        figures = (self._lines, self._shaped, self._valid, self._tests)
        return (IdentifierCount("", "nir", "clear", *figures),)
