"""The columns of an SQLite file among other files, where SQLite is at hand to read them.

Its rows run values together, so that a search of its bytes alone would miss most of them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from rempart.errors import CollectError
from rempart.observations.datastores import IdentifierColumn, IdentifierCount


class _Until:
    """As much of a deadline as the reader of SQLite asks for."""

    def __init__(self, over: Callable[[], str]) -> None:
        self._over = over

    @property
    def expired(self) -> bool:
        return bool(self._over())


def columns(file: BinaryIO, over: Callable[[], str]) -> tuple[IdentifierCount, ...]:
    """Counts of every column that has a valid value; none where it cannot be read.

    The file is read through its descriptor: what its name leads to meanwhile does not matter.
    """
    try:
        from rempart.collectors.database import sqlite
    except ImportError:  # on a host, where only what reads files was sent
        return ()
    found = []
    try:
        for item in sqlite.columns(Path(f"/proc/self/fd/{file.fileno()}"), _Until(over)):
            if isinstance(item, IdentifierColumn) and item.valid:
                figures = (item.sampled, item.candidates, item.valid, item.test)
                name = item.key.removeprefix("main.")
                found.append(IdentifierCount(name, item.identifier, item.encoding, *figures))
    except CollectError:
        return ()
    return tuple(found)
