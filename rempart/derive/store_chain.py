"""Where a store's bytes rest, layer by layer, and every copy of them that is known.

First form: the database file, the volume under it, what a repository declares for it, backups the
inventory names, and dumps named after the database. A link nobody saw is unknown, never encrypted.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from rempart.check import EPOCH, Fact, Observation, Seen, Unknown, any_of
from rempart.derive import Estate
from rempart.errors import Reason
from rempart.judge.identifiers import proven
from rempart.observations.datastores import (
    Copy,
    DataStore,
    DataStoreFile,
    Dump,
    IdentifierColumn,
    Layer,
    StoreChain,
)
from rempart.observations.identifiers.catalogue import PERSONAL
from rempart.observations.volumes import Volume

NEEDS: tuple[type[Observation], ...] = (
    *(DataStoreFile, DataStore, Dump, Volume),
    IdentifierColumn,
)
BRINGS: tuple[type[Observation], ...] = (StoreChain,)

_WORDS = re.compile(r"[a-z]+|\d+")


def derived(estate: Estate) -> Iterator[Observation]:
    """One chain for each database of the inventory."""
    for subject in estate.subjects:
        if subject.kind == "database":
            copies = (_original(estate, subject), *_copies(estate, subject))
            yield StoreChain(
                copies,
                _identifiers(estate, subject.id),
                subject=subject.id,
                key="store",
                source="inventory",
                taken=_latest(estate),
            )


def _identifiers(estate: Estate, id_: str) -> Seen[tuple[str, ...]]:
    """What the columns of a database proved to hold about people."""
    columns = _of(estate, id_, IdentifierColumn)
    if not columns:
        return _why(estate, id_, IdentifierColumn)
    return tuple(sorted({one.identifier for one in columns if _proven(one)}))


def _proven(column: IdentifierColumn) -> bool:
    known = column.identifier in PERSONAL
    return known and proven(column.identifier, column.candidates, column.valid)


def _latest(estate: Estate) -> datetime:
    taken = (one.taken for seen in estate.observations.values() for one in seen)
    return max(taken, default=EPOCH)


def _original(estate: Estate, database: Any) -> Copy:  # noqa: ANN401  (a subject)
    layers = [*_file_layers(estate, database), *_declared_layers(estate, database)]
    layers.append(_mount(estate, database.on, database.path))
    return Copy(database.id, database.id, "original", _any(layers), tuple(layers))


def _file_layers(estate: Estate, database: Any) -> Iterator[Layer]:  # noqa: ANN401
    seen = _of(estate, database.id, DataStoreFile)
    for file in seen:
        yield Layer("file", file.key, file.encrypted)
    if not seen:
        yield Layer("file", database.id, _why(estate, database.id, DataStoreFile))


def _declared_layers(estate: Estate, database: Any) -> Iterator[Layer]:  # noqa: ANN401
    for store in _declared(estate, database.id):
        if not isinstance(store, DataStore) or store.kind == "database":
            yield Layer("declared", store.key, store.encrypted, store.key_holder)


def _copies(estate: Estate, database: Any) -> Iterator[Copy]:  # noqa: ANN401
    for subject in estate.subjects:
        if subject.kind == "backup" and database.id in subject.of:
            yield from _backup(estate, subject)
        elif subject.kind == "files":
            for dump in _of(estate, subject.id, Dump):
                if _named_after(dump.key, database.id):
                    yield _dump(estate, subject, dump)
    for store in _declared(estate, database.id):
        if isinstance(store, DataStore) and store.kind == "bucket":
            layer = Layer("declared", store.key, store.encrypted, store.key_holder)
            yield Copy(store.subject, store.key, "backup", store.encrypted, (layer,))


def _backup(estate: Estate, backup: Any) -> Iterator[Copy]:  # noqa: ANN401
    dumps = _of(estate, backup.id, Dump)
    for dump in dumps:
        yield _dump(estate, backup, dump)
    if not dumps:
        unseen = _why(estate, backup.id, Dump)
        layer = _mount(estate, backup.on, str(backup.path))
        yield Copy(backup.id, backup.id, "backup", any_of(unseen, _fact(layer)), (layer,))


def _dump(estate: Estate, subject: Any, dump: Dump) -> Copy:  # noqa: ANN401
    layers = [Layer("file", dump.key, dump.encrypted)]
    if subject.on:
        layers.append(_mount(estate, subject.on, str(subject.path)))
    return Copy(subject.id, dump.key, "dump", _any(layers), tuple(layers))


def _mount(estate: Estate, host: str, place: str) -> Layer:
    """The volume of a host that holds a path."""
    if not host:
        reason = Unknown(Reason.UNRESOLVED, "the inventory does not say on which host it lies")
        return Layer("mount", place, reason)
    volumes = [one for one in _of(estate, host, Volume) if place and _holds(one.key, place)]
    if volumes:
        volume = max(volumes, key=lambda one: len(one.key))
        return Layer("mount", f"{host}:{volume.key}", volume.encrypted, volume.key_holder)
    if place and _of(estate, host, Volume):
        unseen = Unknown(Reason.UNRESOLVED, f"no volume of {host} holds {place}")
    elif place:
        unseen = _why(estate, host, Volume)
    else:
        unseen = Unknown(Reason.UNRESOLVED, "the inventory does not say in which folder it lies")
    return Layer("mount", f"{host}:{place}", unseen)


def _holds(mount: str, place: str) -> bool:
    if not mount.startswith("/") or not place.startswith("/"):
        return False
    return PurePosixPath(place).is_relative_to(PurePosixPath(mount))


def _declared(estate: Estate, id_: str) -> Iterator[DataStore | Volume]:
    """The stores that a repository says are this subject's."""
    for repository in estate.subjects:
        patterns: Sequence[str] = repository.declares.get(id_, ())
        for store in (*_of(estate, repository.id, DataStore), *_of(estate, repository.id, Volume)):
            if any(fnmatchcase(store.key, pattern) for pattern in patterns):
                yield store


def _named_after(path: str, id_: str) -> bool:
    """Whether every word of the id is a word of the file's name."""
    name = path.rpartition("/")[2].lower()
    return set(_WORDS.findall(id_.lower())) <= set(_WORDS.findall(name))


def _any(layers: Iterable[Layer]) -> Fact:
    return any_of(*map(_fact, layers))


def _fact(layer: Layer) -> Fact:
    return layer.encrypted == True  # noqa: E712  (three-valued)


def _of(estate: Estate, id_: str, kind: type[Any]) -> list[Any]:
    return [one for one in estate.observations.get(id_, ()) if type(one) is kind]


def _why(estate: Estate, id_: str, kind: type[Observation]) -> Unknown:
    """Why nothing of a kind was seen of a subject, from its gaps."""
    for gap in estate.gaps.get(id_, ()):
        if gap.type == kind.__name__:
            return Unknown(gap.reason, gap.detail or f"{id_} was not seen")
    return Unknown(Reason.NO_COLLECTOR, f"nothing looks at the {kind.__name__} of {id_}")
