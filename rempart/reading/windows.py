"""The windows of one account: different people an hour, a day, thirty days, and new ones a week."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress, islice, pairwise, repeat
from operator import floordiv, ne, sub
from typing import TypeAlias

from rempart.reading.batch import Words
from rempart.reading.sketch import EXACT, Distinct
from rempart.reading.spill import networks_of, people_of, times_of

MINUTE, HOUR, DAY, WEEK, MONTH = 60, 3600, 86400, 604800, 2592000
# What stands for a person on the lines of an account that name none.
NOBODY, FAILED, SUCCEEDED = 0, 1, 2
NAMELESS = frozenset((NOBODY, FAILED, SUCCEEDED))

Slice: TypeAlias = tuple[int, int]


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


def within(times: Sequence[int], first: int, last: int) -> slice:
    """The places of moments between two hours, the last included; moments rise."""
    return slice(bisect_left(times, first * HOUR), bisect_left(times, (last + 1) * HOUR))


def series(account: int, rows: bytes, extent: Slice) -> Series | None:
    """The windows of an account whose rows fit in memory; None where none is within the extent.

    `extent` is the first and the last hour of the log; lines dated outside are left out.
    """
    return placed(
        account, times_of(rows).tolist(), people_of(rows).tolist(), networks_of(rows), extent
    )


def placed(
    account: int, times: list[int], people: list[int], networks: Words, extent: Slice
) -> Series | None:
    """The same from columns."""
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
    found.requests = len(times)
    found.nameless = min(people) <= SUCCEEDED
    if found.nameless:
        read = [person > SUCCEEDED for person in people]
        times, people = list(compress(times, read)), list(compress(people, read))
    _count(found, times, people, extent[1] // 24)
    return found


def _count(found: Series, times: Sequence[int], people: Sequence[int], last: int) -> None:
    """Fill the windows from the reads of an account, in time order."""
    if not times:
        return
    hours, lines = _runs(list(map(floordiv, times, repeat(HOUR))))
    days, parts = _runs(list(map(floordiv, hours, repeat(24))))
    places = [lines[part] for part in parts]
    found.hours, found.days = hours, days
    found.weeks, weeks = _grouped([(day + 3) // 7 for day in days], places)
    found.months, months = _grouped([(last - day) // 30 for day in days], places)
    everybody = set(people)
    found.everybody, found.total = everybody, len(everybody)
    count = _lines if found.total == len(people) else partial(_different, people)
    found.hour_people, found.day_people = count(lines), count(places)
    found.peaks = [
        found.hour_people[begin] if end - begin == 1 else max(found.hour_people[begin:end])
        for begin, end in pairwise(parts)
    ]
    found.month_people = [found.total] if len(months) == 2 else count(months)
    found.new = _lines(weeks) if count is _lines else _first_met(people, weeks)
    if found.nameless:
        _requests(found, last)
        return
    found.hour_requests, found.day_requests = _lines(lines), _lines(places)
    found.month_requests = _lines(months)


def _runs(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    """Numbers that rise, each once, and where each begins; at last where all end."""
    begins = [0, *compress(range(1, len(numbers)), map(ne, numbers, islice(numbers, 1, None)))]
    return [numbers[place] for place in begins], [*begins, len(numbers)]


def _grouped(numbers: Sequence[int], places: Sequence[int]) -> tuple[list[int], list[int]]:
    """Days by the week or month they are in: its numbers, and where its lines begin."""
    found, parts = _runs(numbers)
    return found, [places[part] for part in parts]


def _lines(places: Sequence[int]) -> list[int]:
    """How many lines there are between each place and the next."""
    return list(map(sub, places[1:], places))


def _first_met(people: Sequence[int], weeks: Sequence[int]) -> list[int]:
    """How many people each week brought who were not read before."""
    known: set[int] = set()
    found = []
    for begin, end in pairwise(weeks):
        before = len(known)
        known.update(people[begin:end])
        found.append(len(known) - before)
    return found


def _different(people: Sequence[int], places: Sequence[int]) -> list[int]:
    """How many different people there are between each place and the next."""
    return [
        1 if end - begin == 1 else len(set(people[begin:end])) for begin, end in pairwise(places)
    ]


def _requests(found: Series, last: int) -> None:
    """Fill in all lines of every window in which somebody was read."""
    lines = Counter(map(floordiv, found.times, repeat(HOUR)))
    found.hour_requests = [lines[hour] for hour in found.hours]
    days: Counter[int] = Counter()
    for hour, count in lines.items():
        days[hour // 24] += count
    found.day_requests = [days[day] for day in found.days]
    months: Counter[int] = Counter()
    for day, count in days.items():
        months[(last - day) // 30] += count
    found.month_requests = [months[month] for month in found.months]


class _Days:
    """Carries a giant from day to day, through weeks and months."""

    def __init__(self, series: Series, last: int) -> None:
        self.series = series
        self.last = last
        self.month, self.everybody = Distinct(), Distinct()

    def add(self, day: int, today: Distinct, peak: int, requests: int) -> None:
        """The next day with lines."""
        series = self.series
        series.requests += requests
        count = len(today)
        if not count:
            return
        series.days.append(day)
        series.day_people.append(count)
        series.day_requests.append(requests)
        series.peaks.append(peak)
        series.sketched[1] += today.halvings > 0
        self._week(day, today.beside(self.everybody))
        self._month(day, today, requests)
        self.everybody.unite(today)

    def _week(self, day: int, new: int) -> None:
        series = self.series
        week = (day + 3) // 7  # 1 January 1970 was a Thursday: weeks begin on Mondays
        if series.weeks and series.weeks[-1] == week:
            series.new[-1] += new
        else:
            series.weeks.append(week)
            series.new.append(new)

    def _month(self, day: int, today: Distinct, requests: int) -> None:
        series = self.series
        month = (self.last - day) // 30
        if not series.months or series.months[-1] != month:
            self.month = Distinct()
            series.months.append(month)
            series.month_people.append(0)
            series.month_requests.append(0)
        self.month.unite(today)
        series.month_people[-1] = len(self.month)
        series.month_requests[-1] += requests

    def end(self) -> None:
        """Nothing follows."""
        series = self.series
        series.total = len(self.everybody)
        series.halvings = self.everybody.halvings
        if series.halvings:
            series.sketched[2] = sum(people > EXACT for people in series.month_people)


def giant(account: int, days: Iterable[Iterator[bytes]], last: int) -> Series:
    """The windows of an account with too many rows, from the rows of its days, in order.

    `last` is the last day of the log.
    """
    found = Series(account)
    walk = _Days(found, last)
    for pieces in days:
        read, requests = _hours(pieces)
        today = Distinct()
        peak = 0
        for hour in sorted(read):
            people = read[hour]
            found.hours.append(hour)
            found.hour_people.append(len(people))
            found.hour_requests.append(requests[hour])
            found.sketched[0] += people.halvings > 0
            peak = max(peak, len(people))
            today.unite(people)
        if requests:
            walk.add(min(requests) // 24, today, peak, requests.total())
    walk.end()
    found.everybody = walk.everybody.kept
    return found


def _hours(pieces: Iterable[bytes]) -> tuple[dict[int, Distinct], Counter[int]]:
    """The people and the lines of each hour of one day."""
    hours: dict[int, Distinct] = {}
    requests: Counter[int] = Counter()
    for rows in pieces:
        times, sets = times_of(rows), dict[int, set[int]]()
        for moment, person in zip(times, people_of(rows), strict=True):
            hour = moment // HOUR
            if hour not in sets:
                sets[hour] = set()
            sets[hour].add(person)
        requests.update(map(floordiv, times, repeat(HOUR)))
        for hour, read in sets.items():
            if people := read - NAMELESS:
                hours.setdefault(hour, Distinct()).add(people)
    return hours, requests
