"""Patterns over bytes: by RE2 where it is installed, whose time is linear, else by Python's own.

Patterns are written in the common part of both. Those of others may be in RE2's own dialect: flags
in their middle and POSIX classes are put into words that Python knows.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final, Protocol

MEMORY: Final = 64 << 20  # bytes for one pattern of RE2
_POSIX: Final = {
    "[:alnum:]": "A-Za-z0-9",
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:upper:]": "A-Z",
    "[:space:]": r"\s",
    "[:word:]": r"\w",
    "[:xdigit:]": "0-9A-Fa-f",
    "[:punct:]": r"!-/:-@\[-`{-~",
}
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z]+)\)")


class Unusable(ValueError):
    """A pattern no engine at hand can take; `what` is what it must do without."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class Pattern(Protocol):
    """A compiled pattern over bytes."""

    @property
    def groups(self) -> int: ...
    def search(self, text: bytes) -> Any: ...  # noqa: ANN401
    def finditer(self, text: bytes) -> Iterator[Any]: ...


def linear() -> bool:
    """Whether RE2 is installed."""
    return find_spec("re2") is not None


@lru_cache(maxsize=8_192)
def compiled(pattern: str, linear_time: bool | None = None) -> Pattern:
    """The pattern over bytes. Raises Unusable with a reason that never repeats the pattern."""
    if linear() if linear_time is None else linear_time:
        return _by_re2(pattern)
    try:
        return re.compile(hoisted(pattern).encode(), re.M if pattern.startswith("^") else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise Unusable(f"what Python's re refuses ({error})") from None


def _by_re2(pattern: str) -> Pattern:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    multiline = f"(?m){pattern}" if pattern.startswith("^") else pattern
    try:
        found: Pattern = re2.compile(multiline.encode(), options)
    except re2.error as error:
        text = error.args[0] if error.args else ""
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        raise Unusable(f"what RE2 refuses ({text[:80]})") from None
    return found


def hoisted(pattern: str) -> str:
    """The same pattern as Python's re reads it: a flag holds for the rest of its group.

    `a(?i)b|c` becomes `a(?i:b)|(?i:c)`: Python wants flags first, or around what they are for.
    """
    for posix, plain in _POSIX.items():
        pattern = pattern.replace(posix, plain)
    pattern = re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", pattern)
    out: list[str] = []
    open_: list[list[str]] = [[]]  # the flags in force, by group
    place, inside = 0, False
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            out.append(pattern[place : place + 2])
            place += 2
            continue
        if inside:
            inside = letter != "]"
        elif letter == "[":
            skip = 2 if pattern[place + 1 : place + 2] == "^" else 1
            out.append(pattern[place : place + skip])
            place += skip
            inside = True
            if pattern[place : place + 1] == "]":  # a bracket that comes first stands for itself
                out.append("\\]")
                place += 1
            continue
        elif flags := _FLAGS.match(pattern, place):
            out.append(f"(?{flags[1]}:")
            open_[-1].append(flags[1])
            place = flags.end()
            continue
        elif letter == "(":
            open_.append([])
        elif letter == "|":
            out.append(")" * len(open_[-1]))
            out += ["|", *(f"(?{flag}:" for flag in open_[-1])]
            place += 1
            continue
        elif letter == ")":
            out.append(")" * len(open_.pop() if len(open_) > 1 else []))
        out.append(letter)
        place += 1
    out.append(")" * len(open_[0]))
    return "".join(out)
