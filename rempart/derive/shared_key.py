"""Customer keys and the stores each opens, across everything that repositories declare.

What a store is for is told by the words of its name: a copy (backup, snapshot, archive), a
rehearsal (test, staging), else live.
"""

import re
from collections.abc import Iterator

from rempart.check import Observation, Vantage
from rempart.derive import ESTATE, Estate
from rempart.observations.datastores import DataStore
from rempart.observations.estate import SharedKey
from rempart.observations.volumes import Volume

NEEDS: tuple[type[Observation], ...] = (DataStore, Volume)
BRINGS: tuple[type[Observation], ...] = (SharedKey,)

_WORDS = re.compile(r"[a-z]+")
_USES = {
    "copy": {"backup", "backups", "sauvegarde", "sicherung", "snapshot", "archive", "dump", "dr"},
    "rehearsal": {"test", "staging", "stage", "preprod", "recette", "dev", "qualif", "uat", "demo"},
}

_Group = tuple[str, str, str]  # subject, root and name; an ARN or URL is the same key everywhere


def derived(estate: Estate) -> Iterator[Observation]:
    """One observation a key, with the stores it opens in the order of their names."""
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
