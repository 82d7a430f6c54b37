"""The three decisions a board is asked for, worked out from the run by rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from rempart.check import Outcome
from rempart.report.findings import Findings
from rempart.report.roadmap import Measure

ASKED = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `id` names its sentence, `number` is what it counts."""

    id: str
    number: int
    subjects: tuple[str, ...] = ()


def decisions(found: Findings, measures: tuple[Measure, ...]) -> tuple[Decision, ...]:
    """The first three that apply, the most pressing first."""
    return tuple(_applying(found, measures))[:ASKED]


def _applying(found: Findings, measures: tuple[Measure, ...]) -> Iterator[Decision]:
    run = found.run
    now = [one for one in measures if one.due == 0 or one.interim]
    if now:
        yield Decision("now", len(now))
    expired = [one for one in run.waivers if one.expired]
    if expired:
        yield Decision("expired", len(expired))
    month = [one for one in measures if one.due == 30 and not one.interim]
    if month:
        yield Decision("month", len(month))
    unknown = {
        control.control
        for replay in run.replays
        for step in replay.steps
        if step.state == "unknown"
        for control in step.stop
        if control.state in ("notchecked", "stated")
    }
    if unknown:
        yield Decision("unknown", len(unknown))
    orphans = tuple(
        one.id for one in run.subjects if not one.owner and found.tallies[one.id].get(Outcome.FAIL)
    )
    if orphans:
        yield Decision("owner", len(orphans), orphans)
    later = [one for one in measures if one.due > 30 and not one.interim]
    if later:
        yield Decision("later", len(later))
    missing = sum(len(one.results) for one in found.unseen) + len(found.errors)
    if missing:
        yield Decision("unseen", missing)
    yield Decision("again", 0)
