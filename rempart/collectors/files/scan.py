"""Identifiers counted in running text of any length: bytes pass by, counts stay.

Every byte becomes its shape first (0 for a digit, A for a letter, x for all else), so that an
identifier is a fixed string with its boundaries, which is found several times faster than by a
pattern over the text. Only what has the shape is looked at.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Final

from rempart.observations.datastores import IdentifierCount
from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.french import TESTS

RARE: Final = 8 << 20  # bytes after which the rarer classes are looked for in one block of eight
NEAR: Final = 48  # bytes before a number in which a word can speak of it
URL: Final = 400  # bytes before a number in which its address can begin
DISTINCT: Final = 4096
STATEMENTS: Final = 10_000  # numbers of a file that are asked whether they stand in a statement
LINE: Final = 4096  # bytes at the end of a piece in which a line's end is looked for
TAIL: Final = 600
_WORDS: Final = re.compile(
    rb"(?<![0-9A-Za-z%])(?:[0-9A-Za-z%]{1,34}[ .+_-]{1,2}){0,8}(?:[0-9A-Za-z%]{1,34})?\Z"
)
_SHAPES: Final = bytes(
    48 if 48 <= byte <= 57 else 65 if chr(byte).isalpha() and byte < 128 else 120
    for byte in range(256)
)
# What parts groups of digits, where it is written with more than one byte, by a byte of it.
_WIDE: Final = (
    (b"\xa0", b"\xc2\xa0"),
    (b"\xaf", b"\xe2\x80\xaf"),
    (b"\x91", b"\xe2\x80\x91"),
    (b"&", b"&nbsp;"),
    (b"&", b"&#160;"),
    *((b"%", code) for code in (b"%20", b"%3D", b"%3d", b"%26", b"%2F")),
)
_TOGETHER: Final = re.compile(b"x0000000000000(?:00|xx?00)(?![0A])")
_GROUPED: Final = (
    re.compile(b"x000000A00000000(?![0A])"),
    re.compile(b"x0x00x00x0(?:0|A)x000x000xx?00(?![0A])"),
)
# Fifteen characters a line: a number as most people have one; or as the shape allows, while being
# registered, of an incomplete civil record, provisional, migrant.
_MOST: Final = rb"[12]\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[1-9]\d|2[AB])\d{8}"
_ORDINARY: Final = re.compile(rb"^%b$" % _MOST, re.MULTILINE)
_OTHER: Final = re.compile(
    rb"^(?!%b$)(?:[1-478]\d\d(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?!00)(?:\d\d|2[AB])\d{8}"
    rb"|[5-8][12]\d{13})$" % _MOST,
    re.MULTILINE,
)
_NO_KEYS: Final = frozenset((b"00", b"98", b"99"))
_ENCODED: Final = re.compile(rb"M[Tj][A-Za-z0-9]{2}(?:[MNO][A-Za-z0-9]{3}){4}(?![A-Za-z0-9+/=])")
_HEX: Final = re.compile(b"x" + b"0" * 30 + b"(?![0A])")
# With a run of eight digits in them, and without.
_LONG: Final = (
    (re.compile(b"x0000000000000(?![0A])"), ("nir13", "ahv")),
    (re.compile(b"x00000000000(?![0A])"), ("niss", "idnr")),
    (re.compile(b"xA000000000(?![0A])"), ("kvnr",)),
    (re.compile(b"x00000000A000(?![0A])"), ("rvnr",)),
    (re.compile(b"xAA00[0A]{11,30}(?![0A])"), ("iban",)),
)
_RARE: Final = (
    (re.compile(b"xAAAAAA00A00A000A(?![0A])"), ("cf",)),
    (re.compile(b"x0A[0A]0A[0A]0AA00(?![0A])"), ("mbi",)),
    (re.compile(b"xAA00x(?:[0A]{4}x){2,7}[0A]{1,4}(?![0A])"), ("iban",)),
)
_WORD: Final = re.compile(
    rb"(?:(?<![a-z])(?:nir|nia|nss|insee)|secu|s\xc3\xa9cu|assur|b(?:e|\xc3\xa9)n(?:e|\xc3\xa9)f"
    rb"|immat|matricule)[^0-9\n]{0,24}\Z",
    re.IGNORECASE,
)
_TESTS: Final = frozenset(one.encode() for one in TESTS)
_BEFORE: Final = frozenset(b"/=?&")
_ENDS: Final = (b" ", b'"', b"'", b"\n", b"\t")  # what stands before an address
_STATEMENT: Final = re.compile(
    rb"(?:\b(?:SELECT|INSERT|UPDATE|DELETE|CALL|EXECUTE)\b|parameters: |\$\d+ = )[^\n]{0,400}\Z",
    re.IGNORECASE,
)


class _Count:
    """What was counted of one class in one encoding."""

    __slots__ = ("candidates", "test", "valid")

    def __init__(self) -> None:
        self.candidates = self.valid = self.test = 0


class Scan:
    """Counts of one text while its blocks pass by; in none of them a number goes on."""

    def __init__(self) -> None:
        self.lines = 0
        self.size = 0
        self.in_urls = [0, 0]  # candidates, valid
        self.in_statements = 0
        self._tight = _Count()
        self._counts: dict[tuple[str, str], _Count] = {}
        self._loose: set[bytes] = set()
        self._blocks = self._asked = 0

    def add(self, block: bytes) -> None:
        """Count what stands in some whole lines."""
        self.lines += block.count(b"\n")
        self.size += len(block)
        self._blocks += 1
        for byte, wide in _WIDE:
            if byte in block and wide in block:
                block = block.replace(wide, b" ")
        text = block if not block[:1].isalnum() else b"\n" + block
        shapes = text.translate(_SHAPES)
        spans = [match.span() for match in _TOGETHER.finditer(shapes)]
        found = [text[start + 1 : end] for start, end in spans]
        found = [one if len(one) == 15 else _joined(one) for one in found]
        self._numbers(text, spans, found)
        for pattern in _GROUPED:
            spans = [match.span() for match in pattern.finditer(shapes)]
            found = [_joined(text[start + 1 : end]).upper() for start, end in spans]
            self._numbers(text, spans, found)
        if self.size <= RARE or not self._blocks % 8:
            self._rare(text, shapes)

    def _numbers(self, text: bytes, spans: list[tuple[int, int]], found: list[bytes]) -> None:
        """Social security numbers among runs of fifteen characters, behind the starts of spans."""
        if not found:
            return
        lines = b"\n".join(found)
        if self._asked < STATEMENTS or not _BEFORE.isdisjoint([text[at] for at, _ in spans]):
            tight, valid = self._placed(text, spans, _ORDINARY.finditer(lines))
        else:  # in no address, and nobody asks any more for statements: a file of records
            ordinary = _ORDINARY.findall(lines)
            tight, valid = len(ordinary), [one for one in ordinary if _keyed(one)]
        rare = _OTHER.findall(lines) if tight < len(found) else []
        new = [one for one in rare if _keyed(one)]
        known = sum(map(self._known, new))
        count = self._counts.setdefault(("nir", "clear"), _Count())
        count.candidates += tight + len(rare) - known
        count.valid += len(valid) + len(new) - known
        if not _TESTS.isdisjoint(valid):
            count.test += sum(one in _TESTS for one in valid)
        self._tight.candidates += tight
        self._tight.valid += len(valid)

    def _placed(
        self, text: bytes, spans: list[tuple[int, int]], matches: Iterator[re.Match[bytes]]
    ) -> tuple[int, list[bytes]]:
        """How many numbers there are, and the valid ones; where they stand is counted."""
        tight, valid = 0, []
        for match in matches:
            tight += 1
            start = spans[match.start() >> 4][0]
            url = text[start] in _BEFORE and self._addressed(text, start)
            if _keyed(match[0]):
                valid.append(match[0])
                if url:
                    self.in_urls[1] += 1
                elif self._asked < STATEMENTS:
                    self._asked += 1
                    self.in_statements += _stated(text, start)
        return tight, valid

    def _addressed(self, text: bytes, start: int) -> bool:
        """Whether what stands before is an address up to here."""
        low = max(0, start - URL)
        begin = max(text.rfind(mark, low, start) for mark in _ENDS)
        word = text[begin + 1 if begin >= 0 else low : start + 1]
        url = (b"/" if begin >= 0 else b"://") in word
        self.in_urls[0] += url
        return url

    def _known(self, number: bytes) -> bool:
        """Whether a value came before that counts once: a constant of a program, of a company."""
        if number in self._loose:
            return True
        if len(self._loose) < DISTINCT:
            self._loose.add(number)
        return False

    def _rare(self, text: bytes, shapes: bytes) -> None:
        long = b"00000000" in shapes
        for pattern, names in (*_RARE, *_LONG) if long else _RARE:
            for match in pattern.finditer(shapes):
                found = _joined(text[match.start() + 1 : match.end()]).decode("ascii").upper()
                for name in names:
                    if name != "nir13" or _spoken_of(text, match.start()):
                        self._count(name, "clear", found)
        for match in _ENCODED.finditer(text):
            self._inner(b64decode(match[0]), "base64")
        for match in _HEX.finditer(shapes) if long else ():
            self._inner(bytes.fromhex(text[match.start() + 1 : match.end()].decode("ascii")), "hex")

    def _inner(self, found: bytes, encoding: str) -> None:
        if _ORDINARY.fullmatch(found) or _OTHER.fullmatch(found):
            self._count("nir", encoding, found.decode("ascii"))

    def _count(self, name: str, encoding: str, found: str) -> None:
        detector = BY_NAME[name]
        if not detector.shape(found) or (name == "iban" and self._known(found.encode())):
            return  # a company's own account stands on each of its letters
        count = self._counts.setdefault((name, encoding), _Count())
        count.candidates += 1
        count.valid += detector.valid(found)

    def counts(self) -> tuple[IdentifierCount, ...]:
        """What was counted of each class that has a valid one; `sampled` is lines.

        Of social security numbers among many other figures, those of ordinary people alone: sex 1
        or 2, months 1 to 12. One random run of digits in fifty is built so.
        """
        found = []
        for (name, encoding), count in sorted(self._counts.items()):
            tight = self._tight
            if (name, encoding) == ("nir", "clear") and count.valid * 10 < count.candidates:
                figures = (tight.candidates, tight.valid, min(count.test, tight.valid))
            else:
                figures = (count.candidates, count.valid, count.test)
            if figures[1]:
                found.append(IdentifierCount("", name, encoding, max(1, self.lines), *figures))
        return tuple(found)


def _keyed(found: bytes) -> bool:
    """Whether the last two digits are the key: number and key add up to a multiple of 97."""
    if found[6] > 57:  # a letter: Corsica
        found = found[:5] + (b"19" if found[6] == 65 else b"18") + found[7:]
    value = int(found)
    return not (value // 100 + value % 100) % 97 and found[13:] not in _NO_KEYS


def _stated(text: bytes, start: int) -> bool:
    """Whether a database statement, or its parameters, goes on up to here."""
    line = max(text.rfind(b"\n", 0, start), start - URL, 0)
    return _STATEMENT.search(text, line, start + 1) is not None


def _joined(found: bytes) -> bytes:
    return re.sub(rb"[^0-9A-Za-z]", b"", found)


def _spoken_of(text: bytes, start: int) -> bool:
    return _WORD.search(text[max(0, start - NEAR) : start + 1]) is not None


def whole(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces put together to blocks that begin with a line's end, or where no number goes on."""
    left = b" "
    for piece in pieces:
        block = left + piece
        end = block.rfind(b"\n", max(1, len(block) - LINE))
        if end < 0:
            end = _apart(block)
        left = block[end:]
        if end:
            yield block[:end]
    if left:
        yield left


def _apart(block: bytes) -> int:
    """Where a block without a line's end is cut: before its last eight words or groups."""
    begin = max(0, len(block) - TAIL)
    match = _WORDS.search(block, begin)
    if match is None or (match.start() == begin and begin):
        return len(block)  # no identifier is so long
    return max(0, match.start() - 1)
