"""What a collector is. Each one is a module or package beside this file, found by its place.

A collector module has four names: `KIND` (of subject), `BRINGS` (observation types), `PROBES`
(what it sends, how intense, what it costs) and `collect(subject, access, wanted)`. It yields
observations, and a `Gap` for what it could not see; what it yields neither of is not there. A
`CollectError` raised becomes a gap for every wanted type, beside what was seen until then. Heavy
libraries are imported by `rempart.transport`, and that inside `collect`, so that listing collectors
stays cheap.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeAlias

from rempart.check import Gap, Observation


class Intensity(StrEnum):
    """What a probe looks like from the other side; the mandate allows each by name."""

    PASSIVE = "passive"
    ACTIVE = "active"
    INTRUSIVE = "intrusive"
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing a collector does: which observations it serves, how intense, how many connections.

    `sends` says in one English sentence what leaves the auditor; `inventory check` prints it.
    """

    name: str
    sends: str
    brings: tuple[type[Observation], ...]
    intensity: Intensity = Intensity.PASSIVE
    connections: int = 0
    requests: int = 0


Seen: TypeAlias = Observation | Gap
Wanted: TypeAlias = frozenset[type[Observation]]


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector module, read: see the module docstring for what each name means."""

    name: str
    kind: str
    brings: tuple[type[Observation], ...]
    probes: tuple[Probe, ...]
    collect: Callable[[Any, Any, Wanted], Iterator[Seen]]


def read(name: str, module: ModuleType) -> Collector:
    """The collector a module describes."""
    return Collector(name, module.KIND, module.BRINGS, module.PROBES, module.collect)
