"""A folder looked into by names that are asked for: no link is followed, nothing else opened."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from rempart.collectors.tree import opened, shown
from rempart.errors import CollectError

NAMES: Final = 20_000  # names of one folder


class Folder:
    """One folder below the place that was named; `path` is `.` for the place itself."""

    def __init__(self, root: Path, raw: bytes) -> None:
        self.root, self.raw = root, raw
        self.path = shown(raw) or "."
        self._names: dict[bytes, tuple[tuple[bytes, bool], ...]] = {}

    def names(self, below: bytes = b"") -> frozenset[bytes]:
        """What stands in it, or in a folder below it."""
        return frozenset(name for name, _ in self._listed(below))

    def files(self, below: bytes = b"") -> tuple[bytes, ...]:
        """The regular files in it, or in a folder below it, as paths from it, by their names."""
        return tuple(_joined(below, name) for name, plain in self._listed(below) if plain)

    def folders(self, below: bytes = b"") -> tuple[bytes, ...]:
        """The folders in it, or in a folder below it."""
        return tuple(_joined(below, name) for name, plain in self._listed(below) if not plain)

    def _listed(self, below: bytes) -> tuple[tuple[bytes, bool], ...]:
        if below not in self._names:
            self._names[below] = tuple(sorted(self._scanned(below)))
        return self._names[below]

    def _scanned(self, below: bytes) -> Iterator[tuple[bytes, bool]]:
        place = _joined(os.fsencode(self.root), _joined(self.raw, below))
        try:
            with os.scandir(place) as listed:
                for entry in islice(listed, NAMES):
                    if entry.is_file(follow_symlinks=False):
                        yield entry.name, True
                    elif entry.is_dir(follow_symlinks=False):
                        yield entry.name, False
        except OSError:
            return

    @contextmanager
    def open(self, below: bytes) -> Iterator[BinaryIO]:
        """A file below it. Raises CollectError."""
        with os.fdopen(opened(self.root, _joined(self.raw, below)), "rb") as file:
            yield file

    def read(self, below: bytes, most: int = 65_536) -> bytes:
        """The beginning of a file below it; nothing where it cannot be read."""
        try:
            with self.open(below) as file:
                return file.read(most)
        except (CollectError, OSError):
            return b""

    def changed(self, below: bytes) -> int | None:
        """When a file or folder below it changed, in seconds; None where that cannot be told."""
        place = _joined(os.fsencode(self.root), _joined(self.raw, below))
        try:
            told = os.stat(place, follow_symlinks=False)  # noqa: PTH116  (a path in bytes)
        except OSError:
            return None
        return None if stat.S_ISLNK(told.st_mode) else int(told.st_mtime)

    def newest(self, below: bytes) -> int | None:
        """When the latest of the files and folders below changed."""
        moments = [self.changed(_joined(below, name)) for name in self.names(below)]
        return max((one for one in moments if one is not None), default=None)


def _joined(folder: bytes, name: bytes) -> bytes:
    return b"/".join(part for part in (folder, name) if part)
