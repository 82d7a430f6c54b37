"""A database that is a file: what its columns hold, and whether it is encrypted. SQLite.

Values are read, counted and dropped inside `collect`; nothing but counts leaves it. The database
is opened read-only and, when nobody is writing it, without taking a lock or making a file.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import Wanted
from rempart.collectors.entropy import looks_random
from rempart.collectors.text import clean
from rempart.collectors.tree import opened
from rempart.errors import Privilege, Reason, Unreachable
from rempart.observations.columns import (
    HashedColumn,
    OldRows,
    SealedColumn,
    StatisticsColumn,
    TableContent,
    TableReaders,
)
from rempart.observations.datastores import DataStoreFile, IdentifierColumn

BRINGS: tuple[type[Observation], ...] = (IdentifierColumn, TableContent, DataStoreFile)
CONTENT: Final[frozenset[type[Observation]]] = frozenset({IdentifierColumn, TableContent})
SERVERS: Final[frozenset[type[Observation]]] = frozenset(
    {SealedColumn, HashedColumn, StatisticsColumn, OldRows, TableReaders}
)
MAGIC = b"SQLite format 3\0"


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """The database file and its columns.

    Raises Unreachable where no such file is, Privilege where it is encrypted or may not be read.
    """
    path = _path(subject.url, getattr(access, "inventory", None)).resolve()
    if not path.is_file():
        raise Unreachable(f"no database file {clean(path.name)}")
    size = path.stat().st_size
    with os.fdopen(opened(path.parent, os.fsencode(path.name)), "rb") as file:
        head = file.read(65_536)
    file_seen = _file(path, size, head)
    if DataStoreFile in wanted:
        yield file_seen
    for kind in wanted & SERVERS:
        detail = "asked of servers only, not of SQLite files"
        yield Gap(kind.__name__, Reason.NO_COLLECTOR, detail, source=file_seen.key)
    if not wanted & CONTENT:
        return
    if not head.startswith(MAGIC):
        detail = "the file has no SQLite header: encrypted, or something else"
        for kind in wanted & CONTENT:
            yield Gap(kind.__name__, Reason.PRIVILEGE, detail, source=file_seen.key)
        return
    from rempart.collectors.database.sqlite import columns

    yield from columns(path, access.deadline, subject.environment)


def _path(url: str, inventory: Any) -> Path:  # noqa: ANN401
    """The file behind `sqlite:///relative` (to the inventory) or `sqlite:////absolute`."""
    scheme, separator, rest = url.partition(":///")
    if not separator or scheme != "sqlite" or not rest or "\0" in rest:
        raise Privilege("the URL names no file")
    path = Path(rest)
    if not path.is_absolute() and getattr(inventory, "file", None):
        path = Path(inventory.file).parent / path
    return path


def _file(path: Path, size: int, head: bytes) -> DataStoreFile:
    shown = clean(path.name)
    if head.startswith(MAGIC):
        return DataStoreFile("SQLite 3", False, size, key=shown, source=shown)
    if looks_random(head):
        words = "no header, random bytes"
        return DataStoreFile(words, True, size, key=shown, source=shown)
    unknown = Unknown(Reason.TRUNCATED, "the file has no header that is known here")
    return DataStoreFile("unknown", unknown, size, key=shown, source=shown)
