"""Patterns of a policy, searched in a time that grows with the text alone.

A policy is somebody else's file: RE2 searches for its patterns where it is installed and takes
them; else Python does, for those that cannot take for ever.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from rempart.collectors.sca.osregex import matcher, translated
from rempart.inventory.patterns import Pattern

MEMORY: Final = 16 << 20
LONGEST: Final = 2000  # characters of a pattern
_POSIX: Final = {
    "[:space:]": r"\s",
    "[:blank:]": r" \t",
    "[:digit:]": "0-9",
    "[:alpha:]": "A-Za-z",
    "[:alnum:]": "A-Za-z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:xdigit:]": "A-Fa-f0-9",
    "[:word:]": r"\w",
    "[:punct:]": r"!-/:-@\[-`{-~",
}
_NAMED: Final = re.compile(r"\(\?<(?=[A-Za-z_])")
_ESCAPED: Final = {r"\h": r"[ \t]", r"\z": r"\Z", r"\R": r"(?:\r\n|\n|\r)"}

Search = Callable[[str], Any]


@lru_cache(maxsize=20_000)
def search(written: str, flavour: str, *, plain_case: bool) -> Search:
    """A search for that pattern in one line. Raises ValueError where it is none, or not safe."""
    if len(written) > LONGEST:
        raise ValueError("the pattern is too long")
    if flavour == "osregex":
        return _engine(translated(written))
    if flavour == "osmatch":
        return _engine(matcher(written))
    return _engine(written if plain_case else f"(?im){written}")


def _engine(written: str) -> Search:
    found = _by_re2(written)
    if found is not None:
        return found
    for name, members in _POSIX.items():
        written = written.replace(name, members)
    written = _NAMED.sub("(?P<", written)
    for name, same in _ESCAPED.items():
        written = written.replace(name, same)
    try:
        return Pattern(written).search
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from None


def _by_re2(written: str) -> Search | None:
    try:
        import re2
    except ImportError:
        return None
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    try:
        found: Search = re2.compile(written, options).search
    except re2.error:
        return None
    return found
