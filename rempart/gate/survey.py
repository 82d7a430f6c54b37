"""A repository walked once for what a gate needs beside its facts: exceptions, modules, omissions.

Nothing is parsed but text; a file too long, no regular file or behind a link is not opened.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rempart.collectors.leaving import leaving
from rempart.collectors.tree import Found, Left, content, regular_files
from rempart.errors import CollectError
from rempart.gate.blocks import HCL
from rempart.gate.markers import OURS, PROSE, THEIRS, declared
from rempart.gate.modules import Modules
from rempart.gated import LeftOutRecord, MarkerRecord
from rempart.inventory.single import Leaving

LONGEST = 2_000_000  # bytes of a file that is read
INFRASTRUCTURE = frozenset({*HCL, ".yaml", ".yml", ".json", ".conf", ".cfg", ".env", ""})
SHOWN = 1000  # omissions and exceptions that a run lists
BINARY = re.compile(
    r"\.(?:png|jpe?g|gif|ico|webp|woff2?|ttf|otf|pdf|zip|gz|bz2|xz|zst|7z|jar|so|o|a|pyc|mp4)$",
    re.I,
)


@dataclass(slots=True)
class Survey:
    """What was found: texts with exceptions of ours, of others, of modules, and what is left out.

    Paths are those of results.
    """

    root: Path
    ours: dict[str, str] = field(default_factory=dict)
    foreign: list[MarkerRecord] = field(default_factory=list)
    left_out: list[LeftOutRecord] = field(default_factory=list)
    terraform: dict[str, str] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)
    more_left_out: int = 0
    more_markers: int = 0

    @property
    def modules(self) -> Modules:
        """The modules of the repository's Terraform files."""
        return Modules(self.terraform)

    def text(self, path: str) -> str:
        """The text of a file that a result names; empty where it cannot be read."""
        raw = self.raw.get(path)
        if raw is None:
            return ""
        try:
            return content(self.root, raw, LONGEST).decode("utf-8", "replace")
        except CollectError:
            return ""


def survey(root: Path, left: Leaving) -> Survey:
    """Walk a folder; raises CollectError where it cannot be walked at all."""
    found = Survey(root)
    for item in regular_files(root, leave=leaving(left.exclude, left.ignored)):
        if isinstance(item, Left):
            if len(found.left_out) < SHOWN:
                found.left_out.append(LeftOutRecord(item.path, item.why))
            else:
                found.more_left_out += 1
        elif isinstance(item, Found):
            found.raw[item.path] = item.raw
            _look(found, item)
    return found


def _others(suffix: str) -> tuple[bytes, ...]:
    """The words to look for: all in infrastructure, those of secrets in any other text."""
    if suffix in PROSE:
        return ()
    return THEIRS if suffix in INFRASTRUCTURE else (b":allow", b"allowlist", b"nosec")


def _look(found: Survey, item: Found) -> None:
    suffix = PurePosixPath(item.path).suffix.lower()
    if not 0 < item.size <= LONGEST or BINARY.search(item.path):
        return
    try:
        raw = content(found.root, item.raw, LONGEST)
    except CollectError:
        return  # the collector says so
    if OURS in raw:
        found.ours[item.path] = raw.decode("utf-8", "replace")
    if suffix in HCL and (b"module" in raw or b"moved" in raw):
        found.terraform[item.path] = raw.decode("utf-8", "replace")
    if any(word in raw for word in _others(suffix)):
        for marker in declared(item.path, raw.decode("utf-8", "replace")):
            if len(found.foreign) < SHOWN:
                found.foreign.append(marker)
            else:
                found.more_markers += 1
