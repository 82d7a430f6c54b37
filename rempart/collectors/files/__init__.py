"""Files below a folder: what each is, whether anything encrypts it, and what it holds.

Read where the auditor runs, or on their own host, where the same sources run in memory. Nothing is
unpacked onto a disk, no link is followed, and nothing but counts leaves.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Wanted
from rempart.observations.backups import Artefact
from rempart.observations.datastores import Dump, Export
from rempart.observations.documents import FilesRead, Pictures

KIND = "files"
BRINGS: tuple[type[Observation], ...] = (Export, Dump, Artefact, FilesRead, Pictures)
PROBES = (
    Probe(
        name="files",
        sends="Nothing for files here; for files on a host, a program over SSH that answers "
        "counts.",
        brings=BRINGS,
        connections=1,
    ),
)
SPARE = 2.0  # seconds kept to tell, of what a subject may take


def collect(
    subject: Any,  # noqa: ANN401
    access: Any,  # noqa: ANN401
    wanted: Wanted,
    *,
    apart: frozenset[str] = frozenset(),
) -> Iterator[Observation | Gap]:
    """Everything below the folder, in counts; a Gap for what could not be looked into.

    Folders `apart` are left out. Raises CollectError where the folder cannot be looked at.
    """
    from rempart.collectors.files import remote, visit

    if not wanted:
        return
    if getattr(subject, "on", ""):
        found = remote.below(subject, access, apart)
    else:
        found = visit.below(Path(subject.path), lambda: _over(access), apart)
    names = {type_.__name__ for type_ in wanted}
    for item in found:
        if (item.type if isinstance(item, Gap) else type(item).__name__) in names:
            yield item


def _over(access: Any) -> str:  # noqa: ANN401
    if access.deadline.remaining() > SPARE:
        return ""
    return f"the {access.deadline.seconds:g} seconds allowed ended"
