"""Which of two versions of a Debian package is the later one. Source: deb-version(7)."""

import re
from itertools import zip_longest

_PARTS = re.compile(r"([^0-9]*)([0-9]*)")


def later(one: str, other: str) -> bool:
    """Whether the first version is later than the second."""
    return _order(one, other) > 0


def _order(one: str, other: str) -> int:
    for mine, theirs in zip(_split(one), _split(other), strict=True):
        found = _compared(mine, theirs)
        if found:
            return found
    return 0


def _split(version: str) -> tuple[str, str, str]:
    """Epoch, upstream version and revision."""
    epoch, told, rest = version.partition(":")
    if not told:
        epoch, rest = "0", version
    upstream, told, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if told else (epoch, rest, "0")


def _compared(one: str, other: str) -> int:
    """Words and numbers in turn; a tilde comes before everything, even before the end."""
    pairs = zip_longest(_PARTS.findall(one), _PARTS.findall(other), fillvalue=("", ""))
    for (word, number), (other_word, other_number) in pairs:
        for mine, theirs in zip_longest(word, other_word, fillvalue=""):
            if _weight(mine) != _weight(theirs):
                return 1 if _weight(mine) > _weight(theirs) else -1
        mine_n, theirs_n = int(number[:18] or 0), int(other_number[:18] or 0)
        if mine_n != theirs_n:
            return 1 if mine_n > theirs_n else -1
    return 0


def _weight(letter: str) -> int:
    if letter == "~":
        return -1
    if not letter:
        return 0
    return ord(letter) if letter.isalpha() else ord(letter) + 256
