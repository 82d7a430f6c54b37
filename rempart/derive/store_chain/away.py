"""Copies of a store elsewhere: replicas, dumps, backup repositories, declared buckets."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from rempart.check import Seen, Unknown, any_of
from rempart.derive import Estate
from rempart.derive.store_chain.originals import originals
from rempart.derive.store_chain.places import declared, mounted, of, sealed, under, why
from rempart.errors import Reason
from rempart.observations.backups import BackupRepository
from rempart.observations.datastores import Copy, DataStore, Dump, Layer
from rempart.observations.engines import Standby
from rempart.observations.keys import StoredKey

_WORDS = re.compile(r"[a-z]+|\d+")


def away(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401  (a subject)
    """Every copy that is not on the server itself."""
    yield from _replicas(estate, store)
    for subject in estate.subjects:
        if subject.kind == "backup" and store.id in subject.of:
            yield from _backup(estate, subject)
        elif subject.kind == "files":
            for dump in of(estate, subject.id, Dump):
                if _named_after(dump.key, store.id):
                    yield _dump(estate, subject, dump)
    for one in declared(estate, store.id):
        if isinstance(one, DataStore) and one.kind in ("bucket", "backup"):
            layer = Layer("declared", one.key, one.encrypted, one.key_holder)
            yield Copy(one.subject, one.key, "backup", one.encrypted, (layer,))


def _replicas(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401
    """Databases that the inventory calls replicas of this one, and servers that receive from it."""
    named = [one for one in estate.subjects if one.kind == "database" and store.id in one.of]
    for subject in named:
        for copy in originals(estate, subject):
            yield msgspec.structs.replace(copy, kind="replica")
    receiving = [one for one in of(estate, store.id, Standby) if one.role == "receives"]
    for standby in receiving[len(named) :]:
        detail = f"{standby.key} receives every change and is not in the inventory"
        reason = Unknown(Reason.UNRESOLVED, detail)
        layer = Layer("mount", standby.key, reason)
        yield Copy(store.id, standby.key, "replica", reason, (layer,))


def _backup(estate: Estate, backup: Any) -> Iterator[Copy]:  # noqa: ANN401
    repositories = of(estate, backup.id, BackupRepository)
    dumps = of(estate, backup.id, Dump)
    for one in repositories:
        yield _repository(estate, backup, one)
    for dump in dumps:
        yield _dump(estate, backup, dump)
    if not dumps and not repositories:
        unseen = why(estate, backup.id, BackupRepository)
        layer, _ = mounted(estate, backup.on, str(backup.path))
        encrypted = any_of(unseen, layer.encrypted == True)  # noqa: E712  (three-valued)
        yield Copy(backup.id, backup.id, "backup", encrypted, (layer,))


def _repository(estate: Estate, backup: Any, seen: BackupRepository) -> Copy:  # noqa: ANN401
    """One repository: what its tool encrypts, and whether the key goes along with it."""
    holder: Seen[str | None] = seen.key_place
    if any(_lies_open(key) for key in of(estate, backup.id, StoredKey)):
        holder = "beside"
    elif isinstance(holder, str):
        holder = {"outside": "customer", "inside": None}.get(holder)
    name = backup.id if seen.key in ("", ".") else f"{backup.id}: {seen.key}"
    layers = [Layer("file", f"{seen.tool} ({seen.encryption})", seen.encrypted, holder)]
    if backup.on:
        layers += under(estate, backup.on, str(backup.path))
    return Copy(backup.id, name, "backup", sealed(layers), tuple(layers))


def _lies_open(key: StoredKey) -> bool:
    """Whether a key or passphrase of the backups lies with them for whoever carries them off."""
    return key.beside is True and key.sealed is False and key.opens in ("", "backup")


def _dump(estate: Estate, subject: Any, dump: Dump) -> Copy:  # noqa: ANN401
    layers = [Layer("file", dump.key, dump.encrypted)]
    if subject.on:
        layers.append(mounted(estate, subject.on, str(subject.path))[0])
    return Copy(subject.id, dump.key, "dump", sealed(layers), tuple(layers))


def _named_after(path: str, id_: str) -> bool:
    """Whether every word of the id is a word of the file's name."""
    name = path.rpartition("/")[2].lower()
    return set(_WORDS.findall(id_.lower())) <= set(_WORDS.findall(name))
