"""The files of a log in the order of time, each as blocks of whole lines.

A file's size is fixed when it is opened: what is written meanwhile belongs to the next audit. A
packed file that ends early, or a line without an end, is told from one that is whole. No link is
followed.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, BinaryIO, Final

from rempart.collectors import packing

BLOCK: Final = 256 << 10
BIT: Final = 16_384
LONGEST: Final = 1 << 20  # bytes of a line; what is longer is counted, not read
FILES: Final = 5000
GONE: Final = "a file of the log was rotated or removed before it was read"


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file, open; `size` bytes of it count, however it grows."""

    name: str
    packed: str
    size: int
    modified: float
    path: str
    number: int  # of its inode: a file put in its place is another one


@dataclass(slots=True)
class Cut:
    """What was not read, and why: file by file, in words without names."""

    overlong: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)  # a reason's name, and the detail

    def add(self, reason: str, detail: str) -> None:
        """Remember it, each once."""
        if (reason, detail) not in self.reasons:
            self.reasons.append((reason, detail))


class Missing(Exception):
    """There is no such log, or it may not be read: the reason's name, and the detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a log, and why there are not more of them."""

    files: list[LogFile]
    reasons: list[tuple[str, str]]


def found(path: str) -> Found:
    """The log's files, oldest first: one file, those of a folder, or those a pattern names.

    Rotated files come in the order of their numbers or dates. Raises Missing where there is none.
    """
    found, cut = [], Cut()
    for each in _paths(path):
        try:
            found.append(_file(each))
        except PermissionError:
            cut.add("privilege", "a file of the log may not be read")
        except (OSError, ValueError):
            continue
    if not found:
        if cut.reasons:
            raise Missing(*cut.reasons[0])
        raise Missing("unreachable", "no log there (a link is not followed)")
    return Found(sorted(found, key=_age), cut.reasons)


def blocks(log: LogFile, cut: Cut) -> Iterator[bytes]:
    """The lines of a file, some megabytes at a time, each block ending with a line's end."""
    try:
        descriptor = _opened(log.path)
    except OSError:
        cut.add("truncated", GONE)
        return
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if os.fstat(descriptor).st_ino != log.number:
            cut.add("truncated", GONE)
            return
        grows = lambda: os.fstat(descriptor).st_size > log.size  # noqa: E731
        yield from _lines(_unpacked(file, log, cut), cut, grows)


def _opened(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def sample(log: LogFile, size: int, cut: Cut) -> bytes:
    """The beginning of a file, unpacked."""
    found = b""
    descriptor = _opened(log.path)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        for piece in _unpacked(file, log, cut):
            found += piece[:size]
            if len(found) >= size:
                break
    return found[:size]


def _paths(path: str) -> list[str]:
    try:
        if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
            return sorted(entry.path for entry in os.scandir(path))[:FILES]
        folder, name = os.path.split(path)
        if any(mark in name for mark in "*?[") and not os.path.exists(path):  # noqa: PTH110
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            return [entry.path for entry in entries if fnmatchcase(entry.name, name)][:FILES]
    except PermissionError:
        raise Missing("privilege", "the folder of the log may not be read") from None
    except OSError:
        raise Missing("unreachable", "no log there") from None
    return [path]


def _file(path: str) -> LogFile:
    descriptor = _opened(path)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("not a regular file")
        head = os.read(descriptor, 8)
    finally:
        os.close(descriptor)
    packed = next((kind for magic, kind in packing.MAGIC if head.startswith(magic)), "")
    name = os.path.basename(path)  # noqa: PTH119
    return LogFile(name, packed, found.st_size, found.st_mtime, path, found.st_ino)


def _age(log: LogFile) -> tuple[Any, ...]:
    """Oldest first: `access.log.10.gz` before `access.log.2`, `access.log` last, dates upwards."""
    name = re.sub(r"\.(?:gz|zst|bz2|xz)$", "", log.name)
    rotated = re.fullmatch(r"(.*)\.(\d{1,4})", name)
    if rotated:
        return (rotated[1], 0, -int(rotated[2]), "")
    dated = re.fullmatch(r"(.*?)[-_.]?(\d{4}-?\d\d-?\d\d(?:[-_T.]?\d+)*)(.*)", name)
    if dated:
        return (dated[1] + dated[3], 0, 0, dated[2])
    return (name, 1, 0, "")


def _unpacked(file: BinaryIO, log: LogFile, cut: Cut) -> Iterator[bytes]:
    raw = _raw(file, log.size, cut)
    if not log.packed:
        return raw
    return _inflated(raw, log.packed, cut)


def _raw(file: BinaryIO, size: int, cut: Cut) -> Iterator[bytes]:
    left = size
    while left > 0:
        piece = file.read(min(BLOCK, left))
        if not piece:
            cut.add("truncated", "a file became shorter while it was read")
            return
        left -= len(piece)
        yield piece


def _inflated(raw: Iterator[bytes], packed: str, cut: Cut) -> Iterator[bytes]:
    """Streams one after another, as rotation tools append them; at most a block in memory."""
    try:
        yield from packing.unpacked(_bits(raw), packed)
    except packing.NoPackage as error:
        cut.add("no collector", str(error))
    except packing.EndsEarly:
        cut.add("truncated", "a packed file ends early")
    except packing.damages():
        cut.add("truncated", "a packed file is damaged")


def _bits(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces: where a stream is damaged, what came before in the same piece is lost."""
    for piece in raw:
        for start in range(0, len(piece), BIT):
            yield piece[start : start + BIT]


def _lines(pieces: Iterator[bytes], cut: Cut, grows: Callable[[], bool]) -> Iterator[bytes]:
    """Pieces put together to blocks that end with a line; lines beyond a megabyte are dropped.

    A last line without an end belongs to the next audit where the file has grown meanwhile.
    """
    left, skipping = b"", False
    for each in pieces:
        piece = each
        if skipping:
            end = piece.find(b"\n") + 1
            if not end:
                continue
            piece, skipping = piece[end:], False
        end = piece.rfind(b"\n") + 1
        if end:
            block, left = left + piece[:end], piece[end:]
            yield _shortened(block, cut)
        else:
            left += piece
        if len(left) > LONGEST:
            cut.overlong += 1
            left, skipping = b"", True
    if left and not grows():
        yield left + b"\n"


def _shortened(block: bytes, cut: Cut) -> bytes:
    """The block without lines beyond a megabyte; looked for only where one can be."""
    if len(block) <= LONGEST:
        return block
    place, whole = 0, True
    while place + LONGEST < len(block):
        end = block.rfind(b"\n", place, place + LONGEST + 1)
        if end < 0:
            whole = False
            break
        place = end + 1
    if whole:
        return block
    lines = block.split(b"\n")
    kept = [line for line in lines if len(line) <= LONGEST]
    cut.overlong += len(lines) - len(kept)
    return b"\n".join(kept)
