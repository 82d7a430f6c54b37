"""A file told by its bytes, as an observation."""

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.artefacts.kinds import Kind
from rempart.observations.backups import Artefact


def artefact(told: Kind, path: str, size: int) -> Artefact:
    """The observation of a file told by its bytes."""
    encrypted: Seen[bool] = (
        Unknown(Reason.UNRESOLVED, told.why or "its bytes do not tell")
        if told.encrypted is None
        else told.encrypted
    )
    return Artefact(
        told.family,
        f"{told.format}, {told.packed}" if told.packed not in ("", told.format) else told.format,
        encrypted,
        told.encryption,
        told.cipher,
        told.derivation,
        told.cost,
        told.names,
        told.recipients,
        size,
        key=path,
        source=path,
    )
