"""Keys and the stores each opens: customer keys that repositories name, keys and headers found.

What a store is for is told by its subject's environment, else by the words of its name: a copy
(backup, snapshot, archive), a rehearsal (test, staging), else live.
"""

import re
from collections.abc import Iterator
from typing import Any

from rempart.check import Observation, Vantage
from rempart.derive import ESTATE, Estate
from rempart.observations.datastores import DataStore
from rempart.observations.estate import SharedKey
from rempart.observations.keys import StoredKey
from rempart.observations.volumes import LuksHeader, Volume

NEEDS: tuple[type[Observation], ...] = (DataStore, Volume, StoredKey, LuksHeader)
BRINGS: tuple[type[Observation], ...] = (SharedKey,)

_WORDS = re.compile(r"[a-z]+")
_USES = {
    "copy": {"backup", "backups", "sauvegarde", "sicherung", "snapshot", "archive", "dump", "dr"},
    "rehearsal": {"test", "staging", "stage", "preprod", "recette", "dev", "qualif", "uat", "demo"},
}

_Group = tuple[str, str, str]  # subject, root and name; an ARN or URL is the same key everywhere


def derived(estate: Estate) -> Iterator[Observation]:
    """One observation a key, with the stores it opens in the order of their names."""
    yield from _declared(estate)
    yield from _found(estate)


def _found(estate: Estate) -> Iterator[SharedKey]:
    """Keys seen in several places: by their fingerprint, or by a copied LUKS header."""
    groups: dict[str, list[StoredKey | LuksHeader]] = {}
    for seen in estate.observations.values():
        for one in seen:
            mark = one.fingerprint if isinstance(one, StoredKey) else ""
            mark = one.uuid if isinstance(one, LuksHeader) else mark
            if mark and isinstance(one, StoredKey | LuksHeader):
                groups.setdefault(mark, []).append(one)
    subjects = {subject.id: subject for subject in estate.subjects}
    for found in groups.values():
        if len(found) < 2:
            continue
        several = {one.subject for one in found}
        names = sorted(f"{one.subject}: {one.key}" for one in found)
        yield SharedKey(
            tuple(names),
            tuple(sorted({_role(one, subjects.get(one.subject)) for one in found})),
            subject=ESTATE if len(several) > 1 else found[0].subject,
            key=names[0],  # never its digest, which is another in every run
            source=found[0].source,
            taken=max(one.taken for one in found),
        )


def _role(one: StoredKey | LuksHeader, subject: Any) -> str:  # noqa: ANN401
    """The part played by whatever a key that was found opens."""
    environment = getattr(subject, "environment", "")
    if environment:
        return "live" if environment == "production" else "rehearsal"
    if getattr(subject, "kind", "") == "backup" and _use(one.subject) == "live":
        return "copy"
    return _use(one.subject)


def _declared(estate: Estate) -> Iterator[SharedKey]:
    groups: dict[_Group, list[DataStore | Volume]] = {}
    for subject, seen in estate.observations.items():
        for one in seen:
            if isinstance(one, DataStore | Volume) and isinstance(one.key_name, str):
                name = one.key_name
                group = ("", "", name) if ":" in name or "/" in name else (subject, one.root, name)
                groups.setdefault(group, []).append(one)
    for (_, root, name), stores in sorted(groups.items()):
        subjects = {store.subject for store in stores}
        first = min(stores, key=lambda store: (store.source, store.line or 0))
        several = len(subjects) > 1
        yield SharedKey(
            tuple(sorted(f"{s.subject}: {s.key}" if several else s.key for s in stores)),
            tuple(sorted({_use(store.key) for store in stores})),
            subject=ESTATE if several else first.subject,
            key=name,
            vantage=Vantage.DECLARED,
            source=first.source,
            line=first.line,
            end_line=first.end_line,
            root=root,
            taken=max(store.taken for store in stores),
        )


def _use(address: str) -> str:
    words = set(_WORDS.findall(address.lower()))
    return next((use for use, named in _USES.items() if words & named), "live")
