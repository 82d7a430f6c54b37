"""Keys for backups on the host that keeps the backups: who takes the machine takes both."""

from collections.abc import Iterator

from rempart.check import Observation
from rempart.derive import Estate
from rempart.derive.store_chain.places import of
from rempart.observations.keys import BackupHostKey, StoredKey

NEEDS: tuple[type[Observation], ...] = (StoredKey,)
BRINGS: tuple[type[Observation], ...] = (BackupHostKey,)


def derived(estate: Estate) -> Iterator[Observation]:
    """One for each key on the host of a place of backups, on that place."""
    for subject in estate.subjects:
        if subject.kind != "backup" or not subject.on:
            continue
        for key in of(estate, subject.on, StoredKey):
            if key.opens in ("backup", "archive"):
                yield BackupHostKey(
                    key.kind,
                    subject.id,
                    key.sealed,
                    subject=subject.id,
                    key=f"{subject.on}:{key.key}",
                    source=key.source,
                    line=key.line,
                    taken=key.taken,
                )
