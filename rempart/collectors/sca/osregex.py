"""OS_Regex and OS_Match, the patterns of Wazuh 4, as patterns of Python's `re` and of RE2.

Source: the engine's behaviour as its users see it. Case does not count; `^` and `$` stand at the
ends of an alternative only; `|` divides at the top alone; a pair of parentheses captures; `+` and
`*` follow a backslash class; `\\.` is any character and a bare dot is a dot. Its backtracking is
bounded, so a pattern may here match a little more than there.
"""

import re
from typing import Final

CLASSES: Final = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9@_-]",
    "W": "[^A-Za-z0-9@_-]",
    "s": " ",
    "S": "[^ ]",
    "t": "\t",
    "p": r"""[!"#$%&'()*+,\-.:;<=>?\[\]{|}]""",
    ".": "(?s:.)",
}
ESCAPES: Final = frozenset("()\\$|<")


class Wrong(ValueError):
    """No pattern of that language; for the engine it matches nothing."""


def translated(pattern: str) -> str:
    """The pattern for `re`, without regard to case. Raises Wrong."""
    return "(?i)" + "|".join(_alternative(one) for one in _alternatives(pattern))


def matcher(pattern: str) -> str:
    """OS_Match: words anywhere in a text, `^` and `$` for its ends, `|` between alternatives."""
    made = []
    for one in pattern.split("|"):
        start, end = one.startswith("^"), one.endswith("$")
        words = one[start : len(one) - end]
        made.append(("^" if start else "") + re.escape(words) + ("$" if end else ""))
    return "(?i)" + "|".join(made)


def _alternatives(pattern: str) -> list[str]:
    found, depth, begun, place = [], 0, 0, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            place += 2
            continue
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            found.append(pattern[begun:place])
            begun = place + 1
        place += 1
    return [*found, pattern[begun:]]


def _alternative(text: str) -> str:
    made, depth, place = [], 0, 0
    if text.startswith("^"):
        made, place = ["^"], 1
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            found, taken = _escaped(text[place + 1 : place + 3])
            made.append(found)
            place += 1 + taken
            continue
        place += 1
        if letter == "$" and place == len(text):
            made.append("$")
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth not in (0, 1):
                raise Wrong("parentheses within parentheses, or not in pairs")
            made.append(letter)
        else:
            made.append(re.escape(letter))
    if depth:
        raise Wrong("a parenthesis that is not closed")
    return "".join(made)


def _escaped(after: str) -> tuple[str, int]:
    """What follows a backslash, and how many characters of it were taken."""
    letter = after[:1]
    if letter in ESCAPES and letter:
        return re.escape(letter), 1
    if letter not in CLASSES:
        raise Wrong(f"\\{letter} is no class and no escape")
    if after[1:2] in ("+", "*") and after[1:2]:
        return CLASSES[letter] + after[1], 2
    return CLASSES[letter], 1
