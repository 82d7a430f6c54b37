"""What Terraform resources were called before: `moved` blocks, so that an old finding stays known.

Source: the Terraform language, refactoring: `moved { from = ..., to = ... }`.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from rempart.collectors.tree import Found, content, regular_files
from rempart.errors import CollectError

LONGEST: Final = 2_000_000  # bytes of a file
STEPS: Final = 20  # moves after each other
_BLOCK: Final = re.compile(r"^[ \t]*moved[ \t]*\{([^{}]{0,2000})\}", re.M)
_SIDE: Final = re.compile(r"^[ \t]*(from|to)[ \t]*=[ \t]*(\S[^\n#]*?)[ \t\r]*(?:#.*)?$", re.M)
_MODULE: Final = re.compile(r"module\.[\w-]+(?:\[[^\]]*\])?\.")
_AFTER: Final = (".", "[", " ", ":")  # what follows an address where it is not the whole key

Moves = Mapping[str, Mapping[str, str]]  # by folder: the address now, and the one before


def moves(root: Path) -> Moves:
    """The moves that each folder below a root declares; what cannot be read declares none."""
    found: dict[str, dict[str, str]] = {}
    for item in regular_files(root):
        if not isinstance(item, Found) or not item.name.endswith((".tf", ".tofu")):
            continue
        try:
            text = content(root, item.raw, LONGEST).decode("utf-8", "replace")
        except CollectError:
            continue
        for block in _BLOCK.finditer(text) if "moved" in text else ():
            sides = dict(_SIDE.findall(block[1]))
            if sides.keys() == {"from", "to"}:
                folder = posixpath.dirname(item.path)
                found.setdefault(folder, {})[sides["to"]] = sides["from"]
    return found


def earlier(known: Moves, root: str, key: str) -> Iterator[str]:
    """The keys a thing of a root had before, the latest first.

    Within a module the moves of every folder may be meant; a key nobody knows does no harm.
    """
    told = {key}
    for _ in range(STEPS):
        before = next((one for one in _before(known, root, key) if one not in told), None)
        if before is None:
            return
        told.add(before)
        yield before
        key = before


def _before(known: Moves, root: str, key: str) -> Iterator[str]:
    yield from _moved(known.get(root, {}), "", key)
    prefix = ""
    while match := _MODULE.match(key, len(prefix)):
        prefix = key[: match.end()]
        for folder, listed in known.items():
            if folder != root:
                yield from _moved(listed, prefix, key)


def _moved(listed: Mapping[str, str], prefix: str, key: str) -> Iterator[str]:
    for now, before in listed.items():
        whole = prefix + now
        if key == whole or key.startswith(tuple(f"{whole}{one}" for one in _AFTER)):
            yield f"{prefix}{before}{key[len(whole) :]}"
