"""The volume under a folder, and what is known or not of a subject."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from rempart.check import Fact, Observation, Seen, Unknown, any_of
from rempart.derive import Estate
from rempart.errors import Reason
from rempart.observations.datastores import DataStore, Layer
from rempart.observations.volumes import Volume


def is_store(estate: Estate, subject: Any) -> bool:  # noqa: ANN401  (a subject)
    """Whether a subject keeps data: a database, or a service whose place somebody names."""
    if subject.kind == "service":
        return bool(subject.path) or any(declared(estate, subject.id))
    return bool(subject.kind == "database")


def under(estate: Estate, host: str, place: Seen[str]) -> tuple[Layer, ...]:
    """The folder, the volume it lies on and the disks under that."""
    if isinstance(place, Unknown):
        return (Layer("mount", f"{host}:?", place),)
    layer, volume = mounted(estate, host, str(place))
    folder = (Layer("folder", str(place), None),) if place and volume else ()
    disks = [one for one in (volume.blocks if volume else ()) if one.endswith((" disk", " raid"))]
    return (*folder, layer, *(Layer("disk", one.rpartition(" ")[0], None) for one in disks))


def mounted(estate: Estate, host: str, place: str) -> tuple[Layer, Volume | None]:
    """The volume of a host that holds a path, as a layer and as it was seen."""
    if not host:
        reason = Unknown(Reason.UNRESOLVED, "the inventory does not say on which host it lies")
        return Layer("mount", place, reason), None
    volumes = [one for one in of(estate, host, Volume) if place and _holds(one.key, place)]
    if volumes:
        volume: Volume = max(volumes, key=lambda one: len(one.key))
        name = f"{host}:{volume.key}"
        return Layer("mount", name, volume.encrypted, volume.key_holder), volume
    if place and of(estate, host, Volume):
        unseen = Unknown(Reason.UNRESOLVED, f"no volume of {host} holds {place}")
    elif place:
        unseen = why(estate, host, Volume)
    else:
        unseen = Unknown(Reason.UNRESOLVED, "the inventory does not say in which folder it lies")
    return Layer("mount", f"{host}:{place}", unseen), None


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
