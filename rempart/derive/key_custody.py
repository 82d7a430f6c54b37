"""Who holds the key of each thing that was seen encrypted, as far as anything says.

What a repository declares is judged there (iac.key_owner); here stand volumes, folders and backups
as they are. A key wrapped beside its data is held by whoever knows its passphrase: nobody said who.
"""

from collections.abc import Iterator

from rempart.check import Observation, Reason, Seen, Unknown, Vantage
from rempart.derive import Estate
from rempart.observations.backups import BackupRepository
from rempart.observations.keys import KeyCustody, StoredKey
from rempart.observations.volumes import EncryptedFolder, Volume

NEEDS: tuple[type[Observation], ...] = (Volume, EncryptedFolder, BackupRepository, StoredKey)
BRINGS: tuple[type[Observation], ...] = (KeyCustody,)

_PHRASE = Unknown(Reason.NO_COLLECTOR, "who knows its passphrase is not seen from here")
_AWAY = Unknown(Reason.NO_COLLECTOR, "its key lies elsewhere, and nothing says with whom")
_FOLDERS = {"network": "customer", "file": "host", "login": "host"}


def derived(estate: Estate) -> Iterator[Observation]:
    """One for each encrypted volume, folder and repository."""
    known = _identities(estate)
    for seen in estate.observations.values():
        for one in seen:
            if one.vantage is Vantage.DECLARED or getattr(one, "encrypted", None) is not True:
                continue
            if isinstance(one, Volume):
                yield _custody(one, one.key_holder, one.key_name or "")
            elif isinstance(one, EncryptedFolder):
                yield _custody(one, *_folder(one))
            elif isinstance(one, BackupRepository):
                yield _custody(one, *_repository(one, known))


def _custody(one: Observation, holder: Seen[str | None], name: Seen[str]) -> KeyCustody:
    return KeyCustody(
        f"{one.subject}:{one.key}",
        holder,
        name,
        subject=one.subject,
        key=one.key,
        source=one.source,
        taken=one.taken,
    )


def _folder(one: EncryptedFolder) -> tuple[Seen[str | None], str]:
    if not isinstance(one.key_source, str):
        return one.key_source, ""
    return _FOLDERS.get(one.key_source, _PHRASE), one.key_file


def _repository(one: BackupRepository, known: dict[str, StoredKey]) -> tuple[Seen[str | None], str]:
    """The holder of a repository's key: found in the estate by the repository's own name for it."""
    found = known.get(one.identity) if one.identity else None
    if found is not None:
        return "host", f"{found.subject}:{found.key}"
    return (_PHRASE if one.key_place == "inside" else _AWAY), ""


def _identities(estate: Estate) -> dict[str, StoredKey]:
    stored = (one for seen in estate.observations.values() for one in seen)
    return {one.fingerprint: one for one in stored if isinstance(one, StoredKey)}
