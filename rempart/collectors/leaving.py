"""What of a repository is left out by choice, and why; everything else is looked at."""

import os
import re
from collections.abc import Callable, Collection
from functools import lru_cache

from rempart.collectors.tree import Leave

OWN = frozenset({b".git", b".hg", b".svn"})  # what git and its kin keep for themselves
COPIES = frozenset({b".terraform", b".terragrunt-cache", b"node_modules", b".venv", b"__pycache__"})
COPIED = "a copy that a tool fetched"
EXCLUDED = "excluded by rempart.yaml of the protected revision"
IGNORED = "named in .gitignore and not tracked"


def leaving(exclude: Collection[str] = (), ignored: Collection[str] = ()) -> Leave:
    """The choice for these patterns and these paths, both below the root.

    A pattern without a slash fits a name at any depth; `*` stays within a step, `**` does not; what
    stands below a folder that fits is left out with it.
    """
    excludes = fits(tuple(exclude))
    untracked = frozenset(map(os.fsencode, ignored))

    def leave(path: bytes, folder: bool) -> str | None:
        name = path.rpartition(b"/")[2]
        if folder and name in OWN:
            return ""
        if folder and name in COPIES:
            return COPIED
        if untracked and path in untracked:
            return IGNORED
        return EXCLUDED if excludes and excludes(os.fsdecode(path)) else None

    return leave


@lru_cache(maxsize=32)
def fits(patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
    """Whether a path fits one of the patterns; None where there is no pattern."""
    if not patterns:
        return None
    whole = re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns), re.DOTALL)
    return lambda path: whole.fullmatch(path) is not None


def _expression(pattern: str) -> str:
    """A pattern as a regular expression over the whole path."""
    steps = pattern.removeprefix("./").strip("/")
    anchored = "/" in steps or pattern.startswith("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", steps.removesuffix("/**"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(words.get(part, re.escape(part)) for part in parts)
    return f"{body}(?:/.*)?" if anchored else f"(?:.*/)?{body}(?:/.*)?"
