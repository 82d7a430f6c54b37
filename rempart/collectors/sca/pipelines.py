"""A shell's text taken apart into the simple commands it runs, where that is plain.

Words, quotes, pipes, `;`, `&&` and `||`, and output sent to nowhere. Nothing that is expanded
before it is run, and nothing that is written.
"""

import re
from typing import Final

_NOWHERE: Final = re.compile(r"(?:[12&]?>\s*/dev/null|2>&1|<\s*/dev/null)(?=[\s;|&)]|$)")
_OPERATOR: Final = re.compile(r"\|\||&&|[|;\n]")
_BEHIND: Final = frozenset('" |)/') | {""}  # a dollar before one of these is a dollar
_ESCAPABLE: Final = frozenset('"\\$`\n')


class NotPlain(ValueError):
    """Something is expanded, written or grouped: what runs cannot be told from the text."""


def segments(text: str) -> list[list[str]]:
    """The argument lists of all simple commands, in their order. Raises NotPlain."""
    found: list[list[str]] = [[]]
    word: str | None = None
    place = 0
    while place < len(text):
        letter = text[place]
        blank = letter.isspace() and letter != "\n"
        operator = _OPERATOR.match(text, place)
        nowhere = _NOWHERE.match(text, place) if word is None else None
        if blank or operator or nowhere:
            if word is not None:
                found[-1].append(word)
                word = None
            if nowhere:
                place = nowhere.end()
                continue
            if operator:
                found.append([])
                place = operator.end()
                continue
            place += 1
            continue
        more, place = _piece(text, place)
        word = (word or "") + more
    if word is not None:
        found[-1].append(word)
    plain = [words for words in found if words]
    if not plain:
        raise NotPlain("it is empty")
    return plain


def _piece(text: str, place: int) -> tuple[str, int]:
    """A letter, or what stands between quotes, and the place after it."""
    letter = text[place]
    if letter == "'":
        end = text.find("'", place + 1)
        if end < 0:
            raise NotPlain("a quote is not closed")
        return text[place + 1 : end], end + 1
    if letter == '"':
        return _quoted(text, place + 1)
    if letter == "\\":
        if place + 1 >= len(text):
            raise NotPlain("it ends with a backslash")
        return text[place + 1], place + 2
    if letter in "$`<>&(){}*?[]~#!":
        if letter in "*?[]!{}~#" and letter not in "`":
            return _harmless(text, place)
        raise NotPlain(f"a bare {letter}")
    return letter, place + 1


def _harmless(text: str, place: int) -> tuple[str, int]:
    """A bare letter that only names files, or stands for itself within a word."""
    letter = text[place]
    alone = place == 0 or text[place - 1].isspace() or text[place - 1] in ";|&"
    if letter in "{}" or (letter in "!#~" and alone):
        raise NotPlain(f"a bare {letter}")
    return letter, place + 1


def _quoted(text: str, place: int) -> tuple[str, int]:
    made = ""
    while place < len(text):
        letter = text[place]
        if letter == '"':
            return made, place + 1
        if letter == "\\" and text[place + 1 : place + 2] in _ESCAPABLE and text[place + 1 :]:
            made += text[place + 1]
            place += 2
            continue
        if letter == "`" or (letter == "$" and text[place + 1 : place + 2] not in _BEHIND):
            raise NotPlain("something is expanded within quotes")
        made += letter
        place += 1
    raise NotPlain("a quote is not closed")
