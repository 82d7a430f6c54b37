"""The results of a gate beside what stood before: which are known, and which are gone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from posixpath import dirname

from msgspec.structs import replace

from rempart.check import Outcome
from rempart.errors import Reason
from rempart.gate.baseline import Entry, findings, matched
from rempart.gate.modules import Modules
from rempart.gated import GoneRecord, Known
from rempart.results import ResultRecord, judged


@dataclass(frozen=True, slots=True)
class Stood:
    """Findings that stood before, and how they are known."""

    how: Known
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The results with what was known marked, the entries that are gone, and those unseen."""

    results: tuple[ResultRecord, ...]
    gone: tuple[Entry, ...] = ()
    unseen: tuple[Entry, ...] = ()


def compared(
    results: Sequence[ResultRecord], before: Iterable[Stood], modules: Modules
) -> Compared:
    """What of the results stood before; an accepted failure needs no such excuse."""
    now = list(results)
    gone: list[Entry] = []
    unseen: list[Entry] = []
    for stood in before:
        asked = [
            place
            for place, one in enumerate(now)
            if one.outcome is Outcome.FAIL and one.binding and one.known is None
        ]
        known, left = matched(stood.entries, [now[place] for place in asked], modules)
        for place, number in enumerate(asked):
            if place in known and now[number].waiver is None:
                now[number] = replace(now[number], known=stood.how)
        hidden = _hidden(now)
        gone += [one for one in left if not hidden(one)]
        unseen += [one for one in left if hidden(one)]
    return Compared(tuple(now), tuple(gone), tuple(unseen))


def _hidden(results: Iterable[ResultRecord]) -> Callable[[Entry], bool]:
    """Whether what an entry speaks of could not be looked at this time."""
    missing = {
        (one.check, one.where.source)
        for one in results
        if one.outcome in (Outcome.NOTCHECKED, Outcome.ERROR)
    }
    blind = {check for check, source in missing if not source}

    def hidden(entry: Entry) -> bool:
        return entry.check in blind or (entry.check, entry.path) in missing

    return hidden


def elsewhere(results: Iterable[ResultRecord], folders: Sequence[str]) -> tuple[ResultRecord, ...]:
    """The results with those marked that do not stand in one of the folders, nor in their root."""
    beside = frozenset(folders)
    return tuple(
        replace(one, known=Known.ELSEWHERE)
        if beside
        and one.outcome is Outcome.FAIL
        and dirname(one.where.source) not in beside
        and one.root not in beside - {""}
        else one
        for one in results
    )


def kept(results: Iterable[ResultRecord], unseen: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a new baseline: what nobody accepted, and what could not be looked at."""
    open_ = (one for one in findings(results) if one.waiver is None)
    return (*map(Entry.of, open_), *unseen)


def gone(entries: Iterable[Entry]) -> tuple[GoneRecord, ...]:
    """The entries as a run tells them."""
    return tuple(GoneRecord(one.check, one.instance, one.root) for one in entries)


def failing(result: ResultRecord) -> ResultRecord:
    """The result as a failure where the repository does not decide it."""
    if result.outcome is not Outcome.NOTCHECKED or result.reason is not Reason.UNRESOLVED:
        return result
    return replace(
        result, outcome=Outcome.FAIL, digest=judged(Outcome.FAIL, result.facts, result.seen)
    )
