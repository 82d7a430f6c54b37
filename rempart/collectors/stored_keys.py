"""Keys and passphrases among ordinary files: the eyes for places of backups, on keys alone."""

from collections.abc import Iterator
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Wanted
from rempart.collectors.backups import looked, wished
from rempart.observations.keys import KeyReference, StoredKey

KIND = "files"
BRINGS: tuple[type[Observation], ...] = (StoredKey, KeyReference)
PROBES = (
    Probe(
        "keys",
        "Nothing for files here; for files on a host, a program over SSH that answers where keys "
        "lie.",
        BRINGS,
        connections=1,
    ),
)


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """Keys below the folder, never their content. Raises CollectError."""
    for one in looked(subject, access, "keys"):
        yield from wished(one, wanted, BRINGS)
