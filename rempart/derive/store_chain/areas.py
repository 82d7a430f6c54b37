"""What the engine writes beside its tables, and the swap area of its host."""

from collections.abc import Iterator
from typing import Any

from rempart.check import Seen, Unknown
from rempart.derive import Estate
from rempart.derive.store_chain.custody import held
from rempart.derive.store_chain.originals import clouds, columns, folder
from rempart.derive.store_chain.places import of, sealed, under, why
from rempart.observations.datastores import Copy, Layer
from rempart.observations.engines import EngineArea, EngineServer, EngineTable
from rempart.observations.volumes import Swap

LOGS = ("redo", "undo", "binlog", "relay", "statements")


def areas(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401  (a subject)
    """One copy for each area that rows come to."""
    above, below = tuple(columns(estate, store)), tuple(clouds(estate, store.id))
    for area in of(estate, store.id, EngineArea):
        if area.written is False or (area.kind == "archive" and _named_backup(estate, store.id)):
            continue
        layers: list[Layer] = [*above]
        if area.kind == "archive":
            layers.append(Layer("file", area.setting, area.encrypted))
        else:
            layers.append(
                Layer("engine", area.setting, area.encrypted, _holder(estate, store, area))
            )
            layers += [*below, *under(estate, store.on, _place(store, area))]
        encrypted: Seen[bool] = sealed(layers)
        if isinstance(area.written, Unknown) and encrypted is not True:
            layers = [Layer("engine", area.setting, area.written)]
            encrypted = area.written
        yield Copy(store.id, area.key, area.kind, encrypted, tuple(layers), area.inside)
    yield from _unseen(estate, store)


def _holder(estate: Estate, store: Any, area: EngineArea) -> Seen[str | None]:  # noqa: ANN401
    if area.encrypted is False:
        return None
    return held(estate, store, folder(area.directory, store))


def _place(store: Any, area: EngineArea) -> Seen[str]:  # noqa: ANN401
    """Where an area lies; a log may lie anywhere, the others lie with the data."""
    if area.kind in LOGS and not isinstance(area.directory, str):
        return area.directory
    return folder(area.directory, store)


def _named_backup(estate: Estate, id_: str) -> bool:
    """Whether the inventory names a backup of it, which then stands for the log archive."""
    return any(one.kind == "backup" and id_ in one.of for one in estate.subjects)


def _unseen(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401
    """A server whose areas nobody told has them all the same."""
    told = of(estate, store.id, EngineServer) or of(estate, store.id, EngineTable)
    if told and not of(estate, store.id, EngineArea):
        reason = why(estate, store.id, EngineArea)
        yield Copy(store.id, "logs", "redo", reason, (Layer("engine", "logs", reason),))


def swap(estate: Estate, store: Any) -> Iterator[Copy]:  # noqa: ANN401
    """The memory of the server, where its host writes it to a disk."""
    for area in of(estate, store.on, Swap) if store.on else ():
        holder = None if area.encrypted is False else "host"
        layer = Layer("mount", f"{store.on}:{area.device}", area.encrypted, holder)
        name = f"{store.on}: {area.key}"
        yield Copy(store.on, name, "swap", area.encrypted, (*columns(estate, store), layer))
