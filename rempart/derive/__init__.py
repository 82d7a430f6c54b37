"""Observations derived from the whole estate: pure functions over what all collectors brought.

A derivation module has three names: `NEEDS` and `BRINGS` (observation types), and
`derived(estate)`, which yields observations stamped with the subject they concern, or with
`estate` where they concern several.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from rempart.check import Gap, Observation

ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Estate:
    """What was seen everywhere: observations and gaps by subject id.

    `subjects` say what ties them to each other: `.id`, `.kind`, `.on`, `.of`, `.path`, `.declares`.
    They are the same when saved observations are judged again, without an inventory.
    """

    observations: Mapping[str, tuple[Observation, ...]]
    gaps: Mapping[str, tuple[Gap, ...]]
    subjects: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derivation module, read."""

    name: str
    needs: tuple[type[Observation], ...]
    brings: tuple[type[Observation], ...]
    derived: Callable[[Any], Iterator[Observation | Gap]]


def read(name: str, module: ModuleType) -> Derivation:
    """The derivation a module describes."""
    return Derivation(name, module.NEEDS, module.BRINGS, module.derived)
