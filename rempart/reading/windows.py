"""The windows of one account: different people an hour, a day, thirty days, and new ones a week."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import floordiv
from typing import Generic, TypeVar

from rempart.reading.batch import Words
from rempart.reading.sketch import EXACT, Crowd, Distinct, Exact
from rempart.reading.spill import networks_of, people_of, times_of

MINUTE, HOUR, DAY, WEEK, MONTH = 60, 3600, 86400, 604800, 2592000
# What stands for a person on the lines of an account that name none.
NOBODY, FAILED, SUCCEEDED = 0, 1, 2
NAMELESS = frozenset((NOBODY, FAILED, SUCCEEDED))

C = TypeVar("C", bound=Crowd)


@dataclass(slots=True)
class Series:
    """What one account did, window by window, in time order; windows without a read are left out.

    Hours, days and weeks are counted since 1970 in UTC; months are thirty days, counted back from
    the last day of the log. `peaks` are the busiest hours of the days, `new` the people a week
    brought whom the account had not read before. The lines themselves (`times`, `people`,
    `networks`) are left out where there are too many of them.
    """

    account: int
    hours: list[int] = field(default_factory=list)
    hour_people: list[int] = field(default_factory=list)
    hour_requests: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    day_people: list[int] = field(default_factory=list)
    day_requests: list[int] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    weeks: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    month_people: list[int] = field(default_factory=list)
    month_requests: list[int] = field(default_factory=list)
    total: int = 0
    everybody: Collection[int] = ()
    halvings: int = 0
    nameless: bool = False
    requests: int = 0
    sketched: list[int] = field(default_factory=lambda: [0, 0, 0])  # hours, days, months
    times: Sequence[int] = ()
    people: Sequence[int] = ()
    networks: Words = field(default_factory=lambda: array("H"))


class _Walk(Generic[C]):
    """Carries an account from hour to hour and closes days, weeks and months behind it."""

    def __init__(self, series: Series, last: int, nobody: Callable[[], C]) -> None:
        self.series = series
        self.last = last
        self.nobody = nobody
        self.day = -1
        self.peak = self.requests = 0
        self.today, self.month, self.everybody = nobody(), nobody(), nobody()

    def hour(self, hour: int, people: C, requests: int) -> None:
        """The next hour with lines."""
        day = hour // 24
        if day != self.day:
            self.close()
            self.day = day
            self.today, self.peak, self.requests = self.nobody(), 0, 0
        self.requests += requests
        count = len(people)
        if not count:
            return
        series = self.series
        series.hours.append(hour)
        series.hour_people.append(count)
        series.hour_requests.append(requests)
        series.sketched[0] += people.halvings > 0
        self.peak = max(self.peak, count)
        self.today.unite(people)

    def close(self) -> None:
        """The day is over."""
        series, today = self.series, self.today
        series.requests += self.requests
        count = len(today)
        if not count:
            return
        series.days.append(self.day)
        series.day_people.append(count)
        series.day_requests.append(self.requests)
        series.peaks.append(self.peak)
        series.sketched[1] += today.halvings > 0
        self._week(today.beside(self.everybody))
        self.everybody.unite(today)
        self._month()

    def _week(self, new: int) -> None:
        series = self.series
        week = (self.day + 3) // 7  # 1 January 1970 was a Thursday: weeks begin on Mondays
        if series.weeks and series.weeks[-1] == week:
            series.new[-1] += new
        else:
            series.weeks.append(week)
            series.new.append(new)

    def _month(self) -> None:
        series = self.series
        month = (self.last - self.day) // 30
        if not series.months or series.months[-1] != month:
            self.month = self.nobody()
            series.months.append(month)
            series.month_people.append(0)
            series.month_requests.append(0)
        self.month.unite(self.today)
        series.month_people[-1] = len(self.month)
        series.month_requests[-1] += self.requests

    def end(self) -> None:
        """Nothing follows."""
        self.close()
        series = self.series
        series.total = len(self.everybody)
        series.halvings = self.everybody.halvings
        if series.halvings:
            series.sketched[2] = sum(people > EXACT for people in series.month_people)


def within(times: Sequence[int], first: int, last: int) -> slice:
    """The places of moments between two hours, the last included; moments rise."""
    return slice(bisect_left(times, first * HOUR), bisect_left(times, (last + 1) * HOUR))


def series(account: int, rows: bytes, extent: tuple[int, int]) -> Series | None:
    """The windows of an account whose rows fit in memory; None where none is within the extent.

    `extent` is the first and the last hour of the log; lines dated outside are left out.
    """
    times: list[int] = times_of(rows).tolist()
    people: list[int] = people_of(rows).tolist()
    networks = networks_of(rows)
    if times != sorted(times):
        order = sorted(zip(times, people, networks, strict=True), key=lambda line: line[0])
        times, people, named = map(list, zip(*order, strict=True))
        networks = array("H", named)
    if times[0] < extent[0] * HOUR or times[-1] >= (extent[1] + 1) * HOUR:
        held = within(times, *extent)
        times, people, networks = times[held], people[held], networks[held]
        if not times:
            return None
    found = Series(account, times=times, people=people, networks=networks)
    found.nameless = min(people) <= SUCCEEDED
    walk = _Walk(found, extent[1] // 24, Exact)
    at = 0
    for hour, requests in Counter(map(floordiv, times, repeat(HOUR))).items():
        read = Exact(people[at : at + requests])
        at += requests
        if found.nameless:
            read -= NAMELESS
        walk.hour(hour, read, requests)
    walk.end()
    found.everybody = walk.everybody
    return found


def giant(account: int, days: Iterable[Iterator[bytes]], last: int) -> Series:
    """The windows of an account with too many rows, from the rows of its days, in order.

    `last` is the last day of the log.
    """
    found = Series(account)
    walk = _Walk(found, last, Distinct)
    for pieces in days:
        hours: dict[int, Distinct] = {}
        requests: Counter[int] = Counter()
        for rows in pieces:
            sets: dict[int, set[int]] = {}
            for moment, person in zip(times_of(rows), people_of(rows), strict=True):
                hour = moment // HOUR
                if hour not in sets:
                    sets[hour] = set()
                sets[hour].add(person)
            requests.update(map(floordiv, times_of(rows), repeat(HOUR)))
            for hour, read in sets.items():
                hours.setdefault(hour, Distinct()).add(read - NAMELESS)
        for hour in sorted(hours):
            walk.hour(hour, hours[hour], requests[hour])
    walk.end()
    found.everybody = walk.everybody.kept
    return found
