"""Who must look: selected checks decide which collectors wake; nothing else is collected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rempart.audit import fits
from rempart.check import Observation
from rempart.collectors import Collector
from rempart.declared import Check
from rempart.derive import Derivation

Types = frozenset[type[Observation]]


@dataclass(frozen=True, slots=True)
class Task:
    """One subject: the checks that apply to it, who looks, and what they must bring."""

    subject: Any
    checks: tuple[Check, ...]
    collectors: tuple[Collector, ...]
    wanted: Types
    kept: Types = frozenset()  # what derivations look at once all subjects are seen


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an audit will do before it sends a packet."""

    tasks: tuple[Task, ...]
    derived: tuple[Check, ...]  # checks that need a derived observation
    derivations: tuple[Derivation, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks of the plan, by id."""
        found = {check.id: check for task in self.tasks for check in task.checks}
        found.update({check.id: check for check in self.derived})
        return tuple(found[id_] for id_ in sorted(found))


def plan(
    subjects: Sequence[Any],
    checks: Iterable[Check],
    collectors: Sequence[Collector],
    derivations: Sequence[Derivation],
) -> Plan:
    """The plan of an audit over these subjects."""
    chosen = tuple(checks)
    from_estate = {kind: one for one in derivations for kind in one.brings}
    derived = tuple(check for check in chosen if any(n in from_estate for n in _needs(check)))
    direct = tuple(check for check in chosen if check not in derived)
    used = tuple(
        {id(d): d for c in derived for n in _needs(c) if (d := from_estate.get(n))}.values()
    )
    base = frozenset(kind for one in used for kind in one.needs)
    base |= {need for check in derived for need in _needs(check)} - from_estate.keys()
    by_kind = _by_kind(collectors)
    tasks = tuple(
        _task(subject, direct, by_kind.get(subject.kind, ()), base) for subject in subjects
    )
    return Plan(tasks, derived, used)


def _task(
    subject: Any,  # noqa: ANN401  (any kind of subject)
    checks: Sequence[Check],
    collectors: Sequence[Collector],
    base: Types,
) -> Task:
    can = frozenset(kind for collector in collectors for kind in collector.brings)
    applicable = tuple(check for check in checks if _needs(check) <= can)
    wanted = frozenset(need for check in applicable for need in _needs(check)) | (base & can)
    awake = tuple(collector for collector in collectors if wanted & set(collector.brings))
    return Task(subject, applicable, awake, wanted, base & can)


def _needs(check: Check) -> Types:
    return frozenset(need.type for need in check.signature.needs)


def _by_kind(collectors: Sequence[Collector]) -> Mapping[str, list[Collector]]:
    found: dict[str, list[Collector]] = {}
    for collector in collectors:
        found.setdefault(collector.kind, []).append(collector)
    return found


def wants(only: Sequence[str], skip: Sequence[str], check: str, subject: str) -> bool:
    """Whether `--only` and `--skip` leave this pair: patterns fit a check or a subject id."""
    if only and not fits(only, check, subject):
        return False
    return not (skip and fits(skip, check, subject))
