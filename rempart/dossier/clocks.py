"""When each duty falls due, counted from the facts: hours run through nights and weekends."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rempart.dossier.facts import Facts, Filing
from rempart.notification import Due, Regime, Stage, stages


@dataclass(frozen=True, slots=True)
class Deadline:
    """One stage of a duty: until when (None: no count of hours in law), and whether it was met.

    `waiting` says that a moment it counts from is not known yet.
    """

    regime: Regime
    stage: Stage
    number: int
    until: datetime | None
    filed: Filing | None
    waiting: bool = False

    def state(self, now: datetime) -> str:
        """filed, late (filed after the deadline), overdue, running, or undated."""
        if self.filed:
            return "late" if self.until and self.filed.on > self.until else "filed"
        if self.until is None:
            return "undated"
        return "overdue" if now > self.until else "running"


def deadlines(
    regime: Regime, facts: Facts, awareness: datetime | None = None
) -> Iterator[Deadline]:
    """The stages of a duty in order, each counted from what came before.

    `awareness` is that of whoever has the duty, where it is not the discovery.
    """
    previous: datetime | None = None
    for number, stage in enumerate(stages(regime), 1):
        filed = facts.filed(regime.id, number)
        moments = [_moment(due, facts, awareness, previous) for due in stage.due]
        known = [moment for moment in moments if moment is not None]
        until = min(known, default=None)
        yield Deadline(regime, stage, number, until, filed, waiting=len(known) < len(moments))
        if stage.due:
            previous = filed.on if filed else until


def _moment(
    due: Due, facts: Facts, awareness: datetime | None, previous: datetime | None
) -> datetime | None:
    starts = {
        "awareness": awareness or facts.discovered,
        "classification": facts.classified,
        "previous": previous,
    }
    start = starts[due.after]
    if start is None:
        return None
    return months_later(start, due.months) + timedelta(hours=due.hours)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months later; the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
