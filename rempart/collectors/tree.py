"""Regular files under a folder, and nothing else: no link is followed, no pipe or device opened.

The root is what a person named, and may be a link. From there down every step is opened by its own
name without following links, so that a folder swapped for a link while we look leads nowhere.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from rempart.collectors.text import clean
from rempart.errors import Limited, Privilege, Reason, Unreachable

DEPTH = 40  # folders below the root
FILES = 50_000
LINK, NO_FILE = "a link, not followed", "neither a file nor a folder"


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: its path below the root as bytes and as shown, and its size."""

    raw: bytes
    path: str
    size: int

    @property
    def name(self) -> str:
        """The file's own name, as shown."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that was not looked into, and why."""

    path: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something left out by choice, and why; a folder with everything below it."""

    path: str
    why: str


# Asked with a path below the root and whether it is a folder: why it is left out; empty for what
# goes without saying, None for what is looked at.
Leave: TypeAlias = Callable[[bytes, bool], str | None]


def shown(raw: bytes) -> str:
    """A path as reports may show it: bytes outside UTF-8 as escapes, identifier digits masked."""
    return clean(raw.decode("utf-8", "backslashreplace"))


def _all(_path: bytes, _folder: bool) -> str | None:
    return None


def regular_files(
    root: Path, *, leave: Leave = _all, files: int = FILES
) -> Iterator[Found | Passed | Left]:
    """The regular files below a folder, in the order of their names; what is left out is named.

    Links are not followed; pipes, sockets and devices are not opened: nothing rests in them. Raises
    Unreachable where the root is no folder, Privilege where it may not be read.
    """
    if not root.is_dir():
        raise Unreachable(f"no folder {shown(os.fsencode(root.name))}")
    count = 0
    waiting = [(os.fsencode(root), b"", 0)]
    while waiting:
        folder, below, depth = waiting.pop()
        entries = _entries(folder, below, files)
        if isinstance(entries, Passed):
            yield entries
            continue
        deeper = []
        for entry in entries:
            path = b"/".join((below, entry.name)) if below else entry.name
            folder_below = entry.is_dir(follow_symlinks=False)
            why = leave(path, folder_below)
            if why is not None:
                if why:
                    yield Left(shown(path), why)
                continue
            if folder_below:
                if depth >= DEPTH:
                    detail = f"deeper than {DEPTH} folders"
                    yield Passed(shown(path), Reason.LIMIT, detail)
                    continue
                deeper.append((entry.path, path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                count += 1
                if count > files:
                    yield Passed(shown(path), Reason.LIMIT, f"more than {files} files")
                    return
                yield Found(path, shown(path), entry.stat(follow_symlinks=False).st_size)
            else:
                yield Left(shown(path), LINK if entry.is_symlink() else NO_FILE)
        waiting += reversed(deeper)


def _entries(folder: bytes, below: bytes, files: int) -> "list[os.DirEntry[bytes]] | Passed":
    """What a folder holds, by name, or why that cannot be told."""
    try:
        with os.scandir(folder) as listed:  # a folder may hold millions of names
            return sorted(islice(listed, files + 1), key=lambda entry: entry.name)
    except PermissionError:
        if not below:
            raise Privilege("the folder may not be read") from None
        return Passed(shown(below), Reason.PRIVILEGE, "the folder may not be read")
    except OSError as error:
        return Passed(shown(below), Reason.TRUNCATED, f"cannot be read: {error.strerror}")


def opened(root: Path, raw: bytes) -> int:
    """A descriptor of one regular file below the root, opened for reading without waiting.

    Raises CollectError when a step is a link, when it is no regular file, or cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    *folders, name = raw.split(b"/")
    folder = _step(os.fsencode(root), os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, None)
    try:
        for step in folders:
            deeper = _step(step, flags | os.O_DIRECTORY, folder)
            os.close(folder)
            folder = deeper
        file = _step(name, flags | os.O_NONBLOCK, folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Unreachable("not a regular file")
    return file


def _step(name: bytes, flags: int, folder: int | None) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except PermissionError:
        raise Privilege("the file may not be read") from None
    except OSError as error:
        raise Unreachable(f"cannot be opened: {error.strerror}") from None


def content(root: Path, raw: bytes, cap: int) -> bytes:
    """The whole content of a file; raises Limited when it is longer than the cap."""
    with os.fdopen(opened(root, raw), "rb") as file:
        read = file.read(cap + 1)
    if len(read) > cap:
        raise Limited(f"longer than {cap} bytes")
    return read
