"""Whether a rule that counts per account and window fires, and when."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from operator import sub

from rempart.reading.batch import Limit, Rule
from rempart.reading.windows import DAY, FAILED, HOUR, NAMELESS, Series


def rule_of(alarm: Limit) -> Rule:
    """A declared alarm as a rule: it fires when so many people are reached."""
    return Rule(alarm.text, "threshold", "people", alarm.people, alarm.seconds)


def firings(times: Sequence[int], people: Sequence[int], rule: Rule) -> list[int]:
    """The moments at which a rule fires for one account, whose lines are in time order.

    The window slides. Once the rule has fired it begins to count afresh, as alarms are muted for
    the length of their window.
    """
    if rule.counts == "people":
        return _people(times, people, rule)
    if rule.counts == "failures":
        failed = [moment for moment, what in zip(times, people, strict=True) if what == FAILED]
        return _lines(failed, rule)
    return _lines(times, rule)


def _people(times: Sequence[int], people: Sequence[int], rule: Rule) -> list[int]:
    inside: Counter[int] = Counter()
    left, fired = 0, []
    for place, (moment, person) in enumerate(zip(times, people, strict=True)):
        if person in NAMELESS:
            continue
        inside[person] += 1
        while times[left] <= moment - rule.seconds:
            leaving = people[left]
            left += 1
            if leaving in inside:
                inside[leaving] -= 1
                if not inside[leaving]:
                    del inside[leaving]
        if len(inside) >= rule.least:
            fired.append(moment)
            inside.clear()
            left = place + 1
    return fired


def _lines(times: Sequence[int], rule: Rule) -> list[int]:
    if not times or min(map(sub, islice(times, rule.least - 1, None), times), default=DAY**2) > (
        rule.seconds
    ):
        return []
    fired = []
    left = 0
    for place, moment in enumerate(times):
        left = max(left, bisect_left(times, moment - rule.seconds + 1, left, place + 1))
        if place - left + 1 >= rule.least:
            fired.append(moment)
            left = place + 1
    return fired


@dataclass(slots=True)
class Trial:
    """A rule run over the accounts of a log: how often it fired, for whom, and first when."""

    rule: Rule
    fired: int = 0
    accounts: int = 0
    first: datetime | None = field(default=None)

    def add(self, series: Series) -> None:
        """Run over an account."""
        if not _may_fire(series, self.rule):
            return
        if series.times:
            found = firings(series.times, series.people, self.rule)
        else:
            found = _coarse(series, self.rule)
        if not found:
            return
        self.fired += len(found)
        self.accounts += 1
        first = datetime.fromtimestamp(found[0], UTC)
        self.first = min(self.first or first, first)


def _may_fire(series: Series, rule: Rule) -> bool:
    """Quick to rule out: a window touches two hours or days, if it is no longer than one."""
    if rule.counts != "people":
        return series.requests >= rule.least and (series.nameless or rule.counts == "requests")
    for seconds, counts in ((HOUR, series.hour_people), (DAY, series.day_people)):
        if rule.seconds <= seconds:
            return 2 * max(counts, default=0) >= rule.least
    return sum(series.day_people) >= rule.least


def _coarse(series: Series, rule: Rule) -> list[int]:
    """A giant's windows are whole hours or days, or parts of hours read evenly."""
    people = rule.counts == "people"
    if rule.counts == "failures":
        return []
    if rule.seconds < DAY:
        counts = series.hour_people if people else series.hour_requests
        part = max(1, HOUR // rule.seconds)
        starts = [hour * HOUR for hour in series.hours]
    else:
        counts = series.day_people if people else series.day_requests
        part = 1
        starts = [day * DAY for day in series.days]
    return [
        start for start, count in zip(starts, counts, strict=True) if count >= rule.least * part
    ]
