"""Checks applied to what was seen of one subject: records out, one per thing and authority.

What was not seen never passes: a gap becomes `notchecked` with its reason, nothing at all
`notapplicable`, an exception `error` with its type (its text goes to the log only).
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any, Protocol, TypeAlias, TypeVar

from rempart.check import (
    EPOCH,
    Evidence,
    Gap,
    Observation,
    Outcome,
    Result,
    Vantage,
    Yardstick,
)
from rempart.declared import Check
from rempart.errors import NotSeen
from rempart.results import Place, ResultRecord, fingerprint, judged
from rempart.signature import Answer, Need

log = logging.getLogger(__name__)
Y = TypeVar("Y", bound=Yardstick)
Arguments: TypeAlias = Mapping[str, Any]


class Authorities(Protocol):
    """Where dated thresholds come from."""

    def entry(self, authority: str, topic: type[Y], at: datetime) -> Y | None:
        """The entry of that authority in force then, or None when it has none."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging depends on beside the observations."""

    authorities: Authorities
    chosen: tuple[str, ...]  # authority ids, the first that speaks binds
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Sight:
    """What was seen of one subject, by type."""

    subject: str
    seen: dict[type[Observation], list[Observation]] = field(default_factory=dict)
    gaps: dict[str, list[Gap]] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: str, found: Iterable[Observation | Gap]) -> "Sight":
        """Sort observations and gaps by their type."""
        sight = cls(subject)
        for item in found:
            if isinstance(item, Gap):
                sight.gaps.setdefault(item.type, []).append(item)
            else:
                sight.seen.setdefault(type(item), []).append(item)
        return sight


@dataclass(frozen=True, slots=True)
class _Said:
    """A result and the authority that was asked; None where no yardstick is involved."""

    result: Result
    authority: str | None = None
    binding: bool = True


def verdicts(check: Check, sight: Sight, bench: Bench) -> list[ResultRecord]:
    """All records of one check on one subject; at least one."""
    ordinals: Counter[tuple[str, ...]] = Counter()
    return [_record(check, sight, said, ordinals) for said in _said(check, sight, bench)]


def _said(check: Check, sight: Sight, bench: Bench) -> list[_Said]:
    settings = bench.settings.get(check.id, {})
    calls = list(_calls(check.signature.needs, sight))
    said: list[_Said] = []
    if calls:
        for authority, binding, yardstick in _asked(check, bench, _taken(calls)):
            if yardstick is None and authority is not None:
                continue
            for call in calls:
                arguments = {**call, **settings, **_ruled(check, yardstick)}
                results = _results(check, arguments, sight.subject)
                said += [_Said(result, authority, binding) for result in results]
        if not said and check.signature.yardstick:
            said.append(_Said(_plain(Outcome.NOTAPPLICABLE, "no yardstick")))
    said += [_Said(_from_gap(gap)) for gap in _open_gaps(check.signature.needs, sight)]
    return said or [_Said(_plain(Outcome.NOTAPPLICABLE, "nothing of the kind is there"))]


def _calls(needs: Sequence[Need], sight: Sight) -> Iterator[Arguments]:
    """One set of arguments a call: each observation alone, all of them, or two joined by key."""
    together = {need.name: tuple(sight.seen.get(need.type, ())) for need in needs if need.every}
    singles = [need for need in needs if not need.every]
    if not singles:
        if all(together.values()):
            yield together
        return
    if not all(together.values()):
        return
    first, *others = singles
    for observation in sight.seen.get(first.type, ()):
        joined = {first.name: observation}
        for need in others:
            partner = _partner(observation.key, sight.seen.get(need.type, ()))
            if partner is not None:
                joined[need.name] = partner
        if len(joined) == len(singles):
            yield {**together, **joined}


def _partner(key: str, candidates: Sequence[Observation]) -> Observation | None:
    """The one with an equal key; the subject's only one joins with any key when it has none."""
    for candidate in candidates:
        if candidate.key == key:
            return candidate
    if len(candidates) == 1 and not candidates[0].key:
        return candidates[0]
    return None


def _taken(calls: Sequence[Arguments]) -> datetime:
    values = next(iter(calls[0].values()), None)
    observation = values[0] if isinstance(values, tuple) and values else values
    return observation.taken if isinstance(observation, Observation) else EPOCH


def _asked(
    check: Check, bench: Bench, at: datetime
) -> Iterator[tuple[str | None, bool, Yardstick | None]]:
    """Each authority with its entry; the first that speaks on the topic binds."""
    if check.signature.yardstick is None:
        yield None, True, None
        return
    binding = True
    for authority in bench.chosen:
        entry = bench.authorities.entry(authority, check.signature.yardstick[1], at)
        yield authority, binding, entry
        binding = binding and entry is None


def _ruled(check: Check, yardstick: Yardstick | None) -> Arguments:
    if yardstick is None or check.signature.yardstick is None:
        return {}
    return {check.signature.yardstick[0]: yardstick}


def _results(check: Check, arguments: Arguments, subject: str) -> list[Result]:
    try:
        return _answers(check.function, arguments) or [
            _plain(Outcome.NOTAPPLICABLE, "nothing of the kind is there")
        ]
    except NotSeen as missing:
        result = _plain(Outcome.NOTCHECKED, missing.detail or str(missing.reason), arguments)
        return [_with_reason(result, missing)]
    except Exception as error:  # a broken check must not end the audit; its text may hold a secret
        log.exception("%s on %s", check.id, subject)
        return [_plain(Outcome.ERROR, type(error).__name__, arguments)]


def _answers(function: Callable[..., Answer], arguments: Arguments) -> list[Result]:
    answer = function(**arguments)
    return [answer] if isinstance(answer, Result) else list(answer)


def _open_gaps(needs: Sequence[Need], sight: Sight) -> list[Gap]:
    return [gap for need in needs for gap in sight.gaps.get(need.type.__name__, ())]


def _from_gap(gap: Gap) -> Result:
    where = Evidence(gap.source)
    detail = gap.detail or str(gap.reason)
    return Result(Outcome.NOTCHECKED, detail, where, of=gap.key, reason=gap.reason)


def _with_reason(result: Result, missing: NotSeen) -> Result:
    return Result(result.outcome, result.seen, result.where, result.of, reason=missing.reason)


def _plain(outcome: Outcome, seen: str, arguments: Arguments | None = None) -> Result:
    thing = next(iter((arguments or {}).values()), None)
    if isinstance(thing, Observation):
        place = Evidence(thing.source, thing.line, thing.end_line)
        return Result(outcome, seen, place, thing.key, vantage=thing.vantage, root=thing.root)
    return Result(outcome, seen, Evidence(""))


def _record(
    check: Check, sight: Sight, said: _Said, ordinals: Counter[tuple[str, ...]]
) -> ResultRecord:
    result = said.result
    vantage = result.vantage or _vantage(check, sight)
    severity = check.card.severity
    if result.severity is not None and result.severity.rank < severity.rank:
        severity = result.severity
    equals = (said.authority or "", vantage, result.root, result.of)
    ordinals[equals] += 1
    unique = result.of if ordinals[equals] == 1 else f"{result.of}#{ordinals[equals]}"
    return ResultRecord(
        check=check.id,
        subject=sight.subject,
        root=result.root,
        instance=intern(result.of),
        authority=said.authority,
        binding=said.binding,
        vantage=vantage,
        outcome=result.outcome,
        severity=severity,
        seen=intern(result.seen),  # a fleet says the same thing a thousand times
        facts={**result.facts, **result.counts},
        where=Place(intern(result.where.source), result.where.line, result.where.end_line),
        reason=result.reason,
        fingerprint=fingerprint(
            check.id, said.authority, vantage, sight.subject, result.root, unique
        ),
        digest=judged(result.outcome, result.facts, "" if result.counts else result.seen),
    )


def _vantage(check: Check, sight: Sight) -> Vantage:
    """The vantage of what the check judged here, for results that do not carry one."""
    for need in check.signature.needs:
        for observation in sight.seen.get(need.type, ()):
            return observation.vantage
    return Vantage.OBSERVED
