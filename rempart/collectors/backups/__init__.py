"""Places of backups: each tool's repository as a whole, other files one by one, keys beside them.

Read here, or on the host the inventory names, by its own Python. What dumps and exports hold is
told by the same eyes as for files; nothing inside a repository is taken for one.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from rempart.check import Gap, Observation, Vantage
from rempart.collectors import Probe, Wanted, files
from rempart.errors import CollectError, Reason, Unreachable
from rempart.observations.backups import Artefact, BackupRepository, Restore
from rempart.observations.datastores import Dump, Export
from rempart.observations.keys import KeyReference, StoredKey

KIND = "backup"
LOOKED: tuple[type[Observation], ...] = (BackupRepository, Artefact, StoredKey, KeyReference)
HELD: tuple[type[Observation], ...] = (Export, Dump)
BRINGS: tuple[type[Observation], ...] = (*LOOKED, *HELD, Restore)
PROBES = (
    Probe(
        "backups",
        "One read-only program for the host's Python over one SSH connection; nothing for a place "
        "that lies where the auditor runs.",
        BRINGS,
        connections=1,
    ),
)


class Missed(msgspec.Struct, frozen=True):
    """Something that was not looked into."""

    type: str
    reason: Reason
    detail: str = ""
    key: str = ""
    source: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a host answers."""

    repositories: tuple[BackupRepository, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    keys: tuple[StoredKey, ...] = ()
    references: tuple[KeyReference, ...] = ()
    gaps: tuple[Missed, ...] = ()
    missing: tuple[Reason, str] | None = None


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """Repositories, artefacts, keys, dumps and exports; a Gap for what was not looked into."""
    if Restore in wanted:
        yield _restore(subject)
    repositories: set[str] = set()
    if wanted & frozenset((*LOOKED, *HELD)):
        for one in looked(subject, access):
            if isinstance(one, BackupRepository):
                repositories.add(one.key)
            yield from wished(one, wanted, LOOKED)
    if wanted & frozenset(HELD) and "." not in repositories:
        yield from _held(subject, access, wanted & frozenset(HELD), repositories)


def looked(subject: Any, access: Any, only: str = "") -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What lies in a place, here or on its host; `only` keys, where it is one of ordinary files.

    Raises CollectError.
    """
    if getattr(subject, "on", ""):
        return _there(subject, access, only)
    return _here(Path(subject.path), access, only)


def wished(
    one: Observation | Gap, wanted: Wanted, types: tuple[type[Observation], ...]
) -> Iterator[Observation | Gap]:
    """The observation where it is wanted; a gap of the look is one for each type it serves."""
    if not isinstance(one, Gap):
        if type(one) in wanted:
            yield one
        return
    for type_ in types:
        if type_ in wanted:
            yield Gap(type_.__name__, one.reason, one.detail, key=one.key, source=one.source)


def _restore(subject: Any) -> Restore:  # noqa: ANN401
    day = getattr(subject, "restored", None)
    on = day.isoformat() if day else ""
    return Restore(on, key="restore", source="inventory", vantage=Vantage.DECLARED)


def _here(root: Path, access: Any, only: str) -> Iterator[Observation | Gap]:  # noqa: ANN401
    from rempart.collectors.backups.looking import Look

    if not root.exists():
        raise Unreachable(f"no file or folder {root.name}")
    yield from Look(root, access.deadline.remaining() / 2, secret(), only).sights()


def _there(subject: Any, access: Any, only: str) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the host's Python sees; a gap where it could not look. Raises CollectError."""
    from rempart.collectors import sent

    host = access.inventory.by_id[subject.on]
    order = {
        "path": str(subject.path),
        "seconds": sent.seconds(access) / 2,  # the other half is for what dumps and exports hold
        "secret": secret().hex(),
        "only": only,
    }
    told = sent.told(sent.said(program(), order, access, host), Answer)
    if told.missing is not None:
        yield Gap("", *told.missing)
    yield from (*told.repositories, *told.artefacts, *told.keys, *told.references)
    for gap in told.gaps:
        yield Gap(gap.type, gap.reason, gap.detail, key=gap.key, source=gap.source)


def program() -> Any:  # noqa: ANN401
    """What is sent to a host."""
    from rempart.collectors.sent import VOCABULARY, Program, below

    return Program(
        "collectors.backups.on_host",
        (
            *VOCABULARY,
            "collectors.entropy",
            "collectors.sendable",
            "collectors.text",
            "collectors.tree",
            "observations.backups",
            "observations.keys",
            *below("collectors.artefacts"),
            *below("collectors.backups"),
        ),
        "the backups",
    )


def _held(
    subject: Any,  # noqa: ANN401
    access: Any,  # noqa: ANN401
    wanted: Wanted,
    repositories: set[str],
) -> Iterator[Observation | Gap]:
    """Dumps and exports outside the repositories; a gap where they cannot be read."""
    try:
        yield from files.collect(subject, access, wanted, apart=frozenset(repositories))
    except CollectError as error:
        for type_ in HELD:
            if type_ in wanted:
                yield Gap(type_.__name__, error.reason, str(error))


@cache
def secret() -> bytes:
    """Makes digests of equal keys equal within this run, and tells nothing outside it."""
    import secrets

    return secrets.token_bytes(32)
