"""Cards read from disk, remembered by time and size of their file.

Reading 300 trilingual cards costs 90 ms of CPU; the shelf keeps them in the user's cache folder and
reads again what changed. A shelf that cannot be read or written is no error: cards are read anew.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from rempart import __version__
from rempart.card import Card
from rempart.documents import load


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """One card as it stood: the file's mtime in ns, its size, the card."""

    mtime: int
    size: int
    card: Card


class Shelf:
    """All cards of one process; saved on leaving when something new was read."""

    def __init__(self, folder: Path | None = None) -> None:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self._file = (folder or Path(cache) / "rempart") / f"cards-{__version__}.msgpack"
        self._kept: dict[str, _Kept] = {}
        self._used: dict[str, _Kept] = {}

    def __enter__(self) -> Self:
        try:
            raw = self._file.read_bytes()
            self._kept = msgspec.msgpack.decode(raw, type=dict[str, _Kept])
        except (OSError, msgspec.MsgspecError):
            self._kept = {}
        return self

    def card(self, file: Path) -> Card:
        """The card in a file; raises ContentErrors where it is not one."""
        stat = file.stat()
        kept = self._kept.get(str(file))
        if kept is None or (kept.mtime, kept.size) != (stat.st_mtime_ns, stat.st_size):
            kept = _Kept(stat.st_mtime_ns, stat.st_size, load(file, Card))
        self._used[str(file)] = kept
        return kept.card

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if all(self._kept.get(path) is kept for path, kept in self._used.items()):
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            scratch = self._file.with_suffix(f".{os.getpid()}")
            scratch.touch(mode=0o600)
            scratch.write_bytes(msgspec.msgpack.encode({**self._kept, **self._used}))
            scratch.replace(self._file)
        except OSError:
            return
