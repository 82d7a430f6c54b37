"""InnoDB's table spaces by the table they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from rempart.check import Seen
from rempart.collectors.database.engine.asked import Asked
from rempart.collectors.text import clean

Rows: TypeAlias = Sequence[tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Space:
    """One table space: its file and the state of its pages.

    Pages count as encrypted once the oldest key version in them is a key at all: 0 is clear text
    that still waits to be written anew.
    """

    name: str
    file: str
    scheme: int = 0
    oldest: int = 0
    current: int = 0
    key_id: int | None = None
    rotating: bool = False

    @property
    def encrypted(self) -> bool:
        return self.scheme > 0 and self.oldest > 0

    def folder(self, told: Asked) -> Seen[str]:
        """The folder its file lies in."""
        base = told.settings.get("datadir", "")
        return clean(str((PurePosixPath(base) / self.file).parent), 200) if base else ""


def by_table(names: Rows, files: Rows, encryption: Rows) -> Mapping[str, tuple[Space, ...]]:
    """The spaces of each table, by its name as InnoDB writes it; partitions are the table's."""
    paths = {space: file or "" for space, file in files}
    states = {space: [int(value or 0) for value in rest] for space, *rest in encryption}
    found: dict[str, tuple[Space, ...]] = {}
    for hexed, number in names:
        full = bytes.fromhex(hexed or "").decode("utf-8", "replace")
        table = full.partition("#P#")[0].partition("#p#")[0]
        name = "innodb_system" if number == "0" else clean(table, 200)
        found[table] = (*found.get(table, ()), _space(name, paths.get(number, ""), states, number))
    return found


def _space(
    name: str, file: str, states: Mapping[str | None, list[int]], number: str | None
) -> Space:
    state = states.get(number)
    if state is None:
        return Space(name, file)
    scheme, oldest, current, key_id, rotating = state
    return Space(name, file, scheme, oldest, current, key_id if scheme else None, bool(rotating))
