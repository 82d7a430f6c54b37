"""What a command of sudoers leaves to the caller. Source: sudoers(5), wildcards and quoting."""

import re
from typing import Final

_QUOTED: Final = re.compile(r"\\.")
_ONE: Final = re.compile(r"\[[^\]]*\]")  # a bracket stands for one character


def leaves_open(words: str) -> bool:
    """Whether a wildcard stands for words of the caller's; a quoted one stands for itself."""
    bare = _ONE.sub("", _QUOTED.sub("", words))
    return "*" in bare or "?" in bare
