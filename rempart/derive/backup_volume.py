"""The volume under backups whose tool does not encrypt: the one thing that then protects them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from rempart.check import Observation
from rempart.derive import Estate
from rempart.derive.store_chain.places import mounted, of
from rempart.observations.backups import BackupRepository, BackupVolume
from rempart.observations.volumes import Volume

NEEDS: tuple[type[Observation], ...] = (BackupRepository, Volume)
BRINGS: tuple[type[Observation], ...] = (BackupVolume,)


def derived(estate: Estate) -> Iterator[Observation]:
    """One for each such repository, on the place of backups it lies in."""
    for subject in estate.subjects:
        if subject.kind != "backup":
            continue
        for one in of(estate, subject.id, BackupRepository):
            if one.own_encryption:
                continue
            place = str(PurePosixPath(str(subject.path)) / one.key)
            layer, _ = mounted(estate, subject.on, place)
            yield BackupVolume(
                one.tool,
                False if layer.encrypted is None else layer.encrypted,
                layer.name,
                subject=subject.id,
                key=one.key,
                source=one.source,
                taken=one.taken,
            )
