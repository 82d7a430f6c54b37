"""The volume under a folder, and what is known or not of a subject."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from rempart.check import Fact, Observation, Seen, Unknown, any_of
from rempart.derive import Estate
from rempart.errors import Reason
from rempart.observations.datastores import DataStore, Layer
from rempart.observations.volumes import CryptMapping, DataLinks, EncryptedFolder, Volume

TURNS = 10  # links on one way
LINKED = "pg_wal"  # moved elsewhere by a link more often than not


def is_store(estate: Estate, subject: Any) -> bool:  # noqa: ANN401  (a subject)
    """Whether a subject keeps data: a database, or a service whose place somebody names."""
    if subject.kind == "service":
        return bool(subject.path) or any(declared(estate, subject.id))
    return bool(subject.kind == "database")


def under(estate: Estate, host: str, named: Seen[str]) -> tuple[Layer, ...]:
    """The folder, what encrypts it by itself, the volume it lies on and the disks under that."""
    place = _resolved(estate, host, named)
    if isinstance(place, Unknown):
        return (Layer("mount", f"{host}:?", place),)
    layer, volume = mounted(estate, host, place)
    folder = (Layer("folder", place, None),) if place and volume else ()
    disks = [one for one in (volume.blocks if volume else ()) if one.endswith((" disk", " raid"))]
    return (
        *folder,
        *_own(estate, host, place),
        layer,
        *(Layer("disk", one.rpartition(" ")[0], None) for one in disks),
    )


def mounted(estate: Estate, host: str, place: str) -> tuple[Layer, Volume | None]:
    """The volume of a host that holds a path, as a layer and as it was seen."""
    if not host:
        reason = Unknown(Reason.UNRESOLVED, "the inventory does not say on which host it lies")
        return Layer("mount", place, reason), None
    volume = _volume(estate, host, place)
    if volume is not None:
        holder = _opened(estate, host, volume)
        return Layer("mount", f"{host}:{volume.key}", volume.encrypted, holder), volume
    if place and of(estate, host, Volume):
        unseen = Unknown(Reason.UNRESOLVED, f"no volume of {host} holds {place}")
    elif place:
        unseen = why(estate, host, Volume)
    else:
        unseen = Unknown(Reason.UNRESOLVED, "the inventory does not say in which folder it lies")
    return Layer("mount", f"{host}:{place}", unseen), None


def _volume(estate: Estate, host: str, place: str) -> Volume | None:
    volumes = [one for one in of(estate, host, Volume) if place and _holds(one.key, place)]
    return max(volumes, key=lambda one: len(one.key), default=None)


def _own(estate: Estate, host: str, place: str) -> Iterator[Layer]:
    """A folder or data set with a key of its own; a ZFS data set that has a mount is a volume."""
    for one in of(estate, host, EncryptedFolder) if host else ():
        if _holds(one.key, place) and one.method != "ZFS":
            kept = any_of(one.key_source != "file", one.key_volume_encrypted == True)  # noqa: E712
            holder: Seen[str | None] = kept if isinstance(kept, Unknown) else "beside"
            name = f"{host}:{one.key} ({one.method})"
            yield Layer("mount", name, one.encrypted, "host" if kept is True else holder)


def _opened(estate: Estate, host: str, volume: Volume) -> Seen[str | None]:
    """Who holds a volume's key: `beside` where its key file lies in clear on the same disk."""
    names = {one.rpartition(" ")[0] for one in volume.blocks if one.endswith(" crypt")}
    for mapping in of(estate, host, CryptMapping):
        if mapping.key in names and mapping.unlock == "file":
            if not mapping.key_file.startswith("/"):
                return Unknown(Reason.UNRESOLVED, f"where the key of {mapping.key} lies")
            return apart(_volume(estate, host, mapping.key_file), volume)
    return volume.key_holder


def apart(key: Volume | None, data: Volume | None) -> Seen[str | None]:
    """How a key file and the data it opens lie to each other: `host`, `beside` or not known."""
    if key is None or data is None:
        return Unknown(Reason.UNRESOLVED, "the volume of the key file was not seen")
    if key.key == data.key:
        return "beside"
    if key.encrypted is True:
        return "host"
    disks = {one for one in key.blocks if one.endswith(" disk")}
    others = {one for one in data.blocks if one.endswith(" disk")}
    if disks and others:
        return "beside" if disks & others else "host"
    return Unknown(Reason.UNRESOLVED, "which disks carry the key file was not seen")


def _resolved(estate: Estate, host: str, named: Seen[str]) -> str | Unknown:
    """Where a path really leads, by the links that were seen on its host."""
    if isinstance(named, Unknown):
        return named
    place, seen = str(named), of(estate, host, DataLinks) if host else []
    searched = [root for one in seen for root in one.searched]
    if place.endswith(f"/{LINKED}") and not any(_holds(root, place) for root in searched):
        if not seen:
            return why(estate, host, DataLinks)
        return Unknown(Reason.UNRESOLVED, f"whether {place} is a link was not looked at")
    links = {path: target for one in seen for path, target in one.links}
    for _ in range(TURNS):
        step = next((one for one in _ancestors(place) if one in links), None)
        if step is None:
            return place
        target = str(PurePosixPath(step).parent / links[step])
        place = normpath(target + place[len(step) :])
    return Unknown(Reason.UNRESOLVED, f"the links of {named} lead nowhere")


def _ancestors(place: str) -> list[str]:
    path = PurePosixPath(place)
    return [str(one) for one in (*reversed(path.parents), path)]


def _holds(mount: str, place: str) -> bool:
    if not mount.startswith("/") or not place.startswith("/"):
        return False
    return PurePosixPath(place).is_relative_to(PurePosixPath(mount))


def declared(estate: Estate, id_: str) -> Iterator[DataStore | Volume]:
    """The stores that a repository says are this subject's."""
    for repository in estate.subjects:
        patterns: Sequence[str] = repository.declares.get(id_, ())
        for store in (*of(estate, repository.id, DataStore), *of(estate, repository.id, Volume)):
            if any(fnmatchcase(store.key, pattern) for pattern in patterns):
                yield store


def sealed(layers: Iterable[Layer]) -> Fact:
    """Whether any of these layers encrypts."""
    return any_of(*(layer.encrypted == True for layer in layers))  # noqa: E712  (three-valued)


def of(estate: Estate, id_: str, kind: type[Any]) -> list[Any]:
    """What was seen of a kind on a subject."""
    return [one for one in estate.observations.get(id_, ()) if type(one) is kind]


def why(estate: Estate, id_: str, kind: type[Observation]) -> Unknown:
    """Why nothing of a kind was seen of a subject, from its gaps."""
    for gap in estate.gaps.get(id_, ()):
        if gap.type == kind.__name__:
            return Unknown(gap.reason, gap.detail or f"{id_} was not seen")
    return Unknown(Reason.NO_COLLECTOR, f"nothing looks at the {kind.__name__} of {id_}")
