"""Who must look: selected checks decide which collectors wake; nothing else is collected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rempart.audit import fits
from rempart.check import Observation
from rempart.collectors import Collector
from rempart.declared import Check
from rempart.derive import ESTATE, Derivation
from rempart.documents.faults import suggestion
from rempart.errors import UsageError

Types = frozenset[type[Observation]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What `--only` and `--skip` leave. Checks and subjects named by `--only` narrow each other."""

    checks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def wants(self, check: str, subject: str) -> bool:
        """Whether this check of this subject was asked for."""
        if (self.checks and not fits(self.checks, check)) or fits(self.skip, check):
            return False
        return self.looks_at(subject)

    def looks_at(self, subject: str) -> bool:
        """Whether this subject may be looked at, be it for the sake of another one."""
        if self.subjects and not fits(self.subjects, subject):
            return False
        return not fits(self.skip, subject)


EVERYTHING = Selection()


def selection(
    only: Sequence[str], skip: Sequence[str], checks: Sequence[str], subjects: Sequence[str]
) -> Selection:
    """The selection that patterns make, told apart by what they fit.

    Raises UsageError for a pattern that fits no check and no subject: a mistyped `--skip` would
    contact whom it was meant to spare.
    """
    names = (*checks, *subjects)
    for option, patterns in (("--only", only), ("--skip", skip)):
        for pattern in patterns:
            if not _fitting((pattern,), names):
                found = f'found "{pattern}"{suggestion(pattern, names)}'
                raise UsageError(f"{option}: expected a check or a subject, {found}")
    return Selection(_fitting(only, checks), _fitting(only, subjects), tuple(skip))


def _fitting(patterns: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in patterns if any(fits((one.lstrip("!"),), name) for name in names))


@dataclass(frozen=True, slots=True)
class Task:
    """One subject: the checks that apply to it, who looks, and what they must bring."""

    subject: Any
    checks: tuple[Check, ...]
    collectors: tuple[Collector, ...]
    wanted: Types
    kept: Types = frozenset()  # what derivations look at once all subjects are seen
    left_out: Types = frozenset()  # what could be brought and was not asked for


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an audit will do before it sends a packet."""

    tasks: tuple[Task, ...]
    derived: tuple[Check, ...]  # checks that need a derived observation
    derivations: tuple[Derivation, ...]
    chosen: Selection = EVERYTHING

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
    chosen: Selection = EVERYTHING,
) -> Plan:
    """The plan of an audit over these subjects."""
    known = tuple(checks)
    from_estate = {kind: one for one in derivations for kind in one.brings}
    all_derived = tuple(check for check in known if any(n in from_estate for n in _needs(check)))
    direct = tuple(check for check in known if check not in all_derived)
    names = [*(subject.id for subject in subjects), ESTATE]
    derived = tuple(
        check for check in all_derived if any(chosen.wants(check.id, name) for name in names)
    )
    used, base = _base(derived, from_estate)
    _, whole = _base(all_derived, from_estate)
    by_kind = _by_kind(collectors)
    tasks = tuple(
        _task(subject, direct, by_kind.get(subject.kind, ()), (base, whole), chosen)
        for subject in subjects
    )
    return Plan(tasks, derived, used, chosen)


def _base(
    derived: Iterable[Check], from_estate: Mapping[type[Observation], Derivation]
) -> tuple[tuple[Derivation, ...], Types]:
    """The derivations these checks need, and what of every subject they and the checks look at."""
    needs = [need for check in derived for need in _needs(check)]
    used = tuple({id(d): d for need in needs if (d := from_estate.get(need))}.values())
    base = frozenset(kind for one in used for kind in one.needs)
    return used, base | (frozenset(needs) - from_estate.keys())


def _task(
    subject: Any,  # noqa: ANN401  (any kind of subject)
    checks: Sequence[Check],
    collectors: Sequence[Collector],
    base: tuple[Types, Types],
    chosen: Selection,
) -> Task:
    """`base` is what derivations look at: those that were asked for, and all there are."""
    can = frozenset(kind for collector in collectors for kind in collector.brings)
    applicable = [check for check in checks if _needs(check) <= can]
    asked = tuple(check for check in applicable if chosen.wants(check.id, subject.id))
    kept = base[0] & can if chosen.looks_at(subject.id) else frozenset()
    wanted = _needed(asked) | kept
    awake = tuple(collector for collector in collectors if wanted & set(collector.brings))
    wanted |= {kind for collector in awake for kind in collector.brings if kind.drawn}
    left_out = (_needed(applicable) | (base[1] & can)) - wanted
    return Task(subject, asked, awake, wanted, kept, left_out)


def _needed(checks: Iterable[Check]) -> Types:
    return frozenset(need for check in checks for need in _needs(check))


def _needs(check: Check) -> Types:
    return frozenset(need.type for need in check.signature.needs)


def _by_kind(collectors: Sequence[Collector]) -> Mapping[str, list[Collector]]:
    found: dict[str, list[Collector]] = {}
    for collector in collectors:
        found.setdefault(collector.kind, []).append(collector)
    return found
