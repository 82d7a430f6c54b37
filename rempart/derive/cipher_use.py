"""Which ciphers are in use on each subject, gathered from every layer that names one."""

from collections.abc import Iterator

from rempart.check import Observation
from rempart.derive import Estate
from rempart.observations.backups import Artefact, BackupRepository
from rempart.observations.keys import CipherUse
from rempart.observations.volumes import CryptMapping, EncryptedFolder, LuksHeader

NEEDS: tuple[type[Observation], ...] = (
    *(Artefact, BackupRepository),
    *(LuksHeader, CryptMapping, EncryptedFolder),
)
BRINGS: tuple[type[Observation], ...] = (CipherUse,)


def derived(estate: Estate) -> Iterator[Observation]:
    """One for each cipher and layer of a subject, where it was first seen."""
    for subject, seen in estate.observations.items():
        told: set[tuple[str, str]] = set()
        for one in seen:
            use = _use(one)
            if use is None or use in told:
                continue
            told.add(use)
            layer, cipher = use
            yield CipherUse(
                cipher,
                layer,
                subject=subject,
                key=f"{layer}: {cipher}",
                vantage=one.vantage,
                source=one.source,
                taken=one.taken,
            )


def _use(one: Observation) -> tuple[str, str] | None:
    """What encrypts, and with which cipher; None where the observation names none."""
    if isinstance(one, LuksHeader):
        return f"LUKS{one.version}", one.cipher
    if isinstance(one, CryptMapping):
        return ("dm-crypt", one.cipher) if one.cipher and one.mode == "plain" else None
    if isinstance(one, Artefact):
        named = one.cipher or one.encryption
        return (one.format, named) if one.encrypted is True and named else None
    if isinstance(one, BackupRepository):
        return (one.tool, one.cipher) if one.encrypted is True and one.cipher else None
    if isinstance(one, EncryptedFolder):
        return (one.method, one.cipher) if one.encrypted is True and one.cipher else None
    return None
