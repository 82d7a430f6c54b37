"""Backups in a folder: the same eyes as for exports, on what the inventory calls a backup."""

from collections.abc import Iterator
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import Wanted, files

KIND = "backup"
BRINGS = files.BRINGS
PROBES = files.PROBES


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """Every dump and export below the folder; a Gap for what could not be looked into."""
    yield from files.collect(subject, access, wanted)
