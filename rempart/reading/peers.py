"""Which accounts read far more than they used to, and than accounts like them.

An account is measured against itself first: against its busy days before a day and its busy days
after it. An extraction of a few days leaves both; a long one leaves one of them many times in a
row; a weekly clinic leaves neither. Then against its peers, the accounts whose usual day is about
as busy: a window counts where it is well above the greatest window of half of them, so that a
hospital desk stands beside desks; and a week only where it is well above the same week of its
peers, so that an epidemic, which reaches all, is no news. Three windows are looked at: the busiest
hour of a day, the day, and the new people of a week, where slow extractions show. An account with
hardly a history is measured against the others without one, and an account that is always far
busier than nearly all others, and has nobody like it, is named once.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rempart.reading.spread import quantiles
from rempart.reading.windows import DAY, HOUR, WEEK, Series

LEAST = 20  # people: fewer in any window are never an outlier
FACTOR = 25  # tenths of its own busy days
BRIEF = 40  # tenths of its own busiest, where only few days are known
KNOWN = 4  # days make a history, two a brief one
# Tenths of the greatest window of half of its peers; weeks are even, hours are not.
ABOVE = {HOUR: 15, DAY: 15, WEEK: 12}
SAME = 25  # tenths of what half of its peers have in the very week
LONELY = 8  # times the median of everybody, where there are no peers
FEW = 3  # others as busy make peers
REACH = 5  # windows next to one in question are not its history
SUSPECTS = 20_000


@dataclass(frozen=True, slots=True)
class Standout:
    """A window in which an account read far more than it and its peers do."""

    account: int
    seconds: int
    start: int
    people: int
    requests: int
    peers: int = 0

    @property
    def tenths(self) -> int:
        """How many tenths of its peers' median."""
        return 10 * self.people // max(self.peers, 1)


@dataclass(frozen=True, slots=True)
class _Suspect:
    found: Standout
    band: int  # of its peers; 0 where it has no history


def band(people: int) -> int:
    """Which half octave a number of people is in: two for every doubling, 1 for one person."""
    return (people * people).bit_length()


def level(values: Sequence[int]) -> int:
    """A usual value: the median of the calmest third, so that a long extraction leaves it be.

    0 where there is none.
    """
    third = len(values) // 3
    if third < 3:
        return min(values, default=0)
    parts = (values[:third], values[third:-third], values[-third:])
    return min(sorted(part)[len(part) // 2] for part in parts)


def busy(values: Sequence[int]) -> int:
    """What one in ten values exceeds; of few values the greatest."""
    return sorted(values)[-1 - len(values) // 20]


def jumps(values: Sequence[int], reach: int = REACH) -> list[int]:
    """The places at which values leave what lies before and after them, `reach` places away.

    Leaving one side is enough where three places close together do: a long extraction fills the
    other side. With no reach one side is always enough.
    """
    if len(values) < 3:
        return []
    reach = min(reach, len(values) // 6)
    floor = max(LEAST, FACTOR * sorted(values)[len(values) // 10] // 10)
    both, either = [], []
    for place, value in enumerate(values):
        if value < floor:
            continue
        sides = (values[: max(place - reach, 0)], values[place + reach + 1 :])
        left = [_leaves(value, side) for side in sides if len(side) >= 2]
        if any(left):
            either.append(place)
        if left and all(left):
            both.append(place)
    if not reach:
        return either
    return [place for place in either if place in both or _many(place, either)]


def _leaves(value: int, others: Sequence[int]) -> bool:
    return 10 * value >= (FACTOR if len(others) >= KNOWN else BRIEF) * busy(others)


def _many(place: int, places: Sequence[int]) -> bool:
    return sum(abs(other - place) <= 4 for other in places) >= 3


class Peers:
    """All accounts, a few figures of each; suspects are judged when all are known."""

    def __init__(self) -> None:
        self.levels: Counter[int] = Counter()  # accounts by band of their usual day
        self.strangers: Counter[int] = Counter()  # the same of accounts without a history
        # Of accounts, by window and band: their medians, and their greatest.
        self.usual: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        self.most: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        # New people of all weeks, by week and band: an epidemic shows in everybody's.
        self.weekly: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        self.days: Counter[int] = Counter()
        self._suspects: list[_Suspect] = []
        self._joined: dict[tuple[int, int], list[int]] = {}

    def add(self, series: Series, usual: int) -> bool:
        """Take an account and its usual day (`level`); whether it is suspected of anything."""
        held = len(self._suspects)
        self._take(series, usual)
        suspected = len(self._suspects) > held
        if len(self._suspects) > 2 * SUSPECTS:
            self._suspects = sorted(self._suspects, key=_weight)[-SUSPECTS:]
        return suspected

    @property
    def suspected(self) -> set[int]:
        """The accounts suspected of something."""
        return {suspect.found.account for suspect in self._suspects}

    def _take(self, series: Series, usual: int) -> None:
        days = series.day_people
        if not days:
            return
        self.days.update(days)
        own = band(usual)
        if len(days) < 3:
            self.strangers[band(max(days))] += 1
            if max(days) >= LEAST:
                self._suspect(series, DAY, days.index(max(days)), 0)
            return
        self.levels[own] += 1
        for week, new in zip(series.weeks[1:], series.new[1:], strict=True):
            self.weekly[week, own][new] += 1
        for seconds, values in ((HOUR, series.peaks), (DAY, days), (WEEK, series.new[1:])):
            if not values:
                continue
            ordered = sorted(values)
            self.usual[seconds, own][ordered[len(values) // 2]] += 1
            self.most[seconds, own][ordered[-1]] += 1
            if ordered[-1] < LEAST:
                continue
            for place in jumps(values, 0 if seconds == WEEK else REACH):
                self._suspect(series, seconds, place + (seconds == WEEK), own)
        if usual >= LEAST:
            self._suspect(series, 0, days.index(max(days)), own)

    def _suspect(self, series: Series, seconds: int, place: int, own: int) -> None:
        if seconds == WEEK:
            start, people, requests = series.weeks[place] * WEEK - 3 * DAY, series.new[place], 0
        elif seconds == HOUR:
            place = _hour(series, series.days[place], series.peaks[place])
            start, requests = series.hours[place] * HOUR, series.hour_requests[place]
            people = series.hour_people[place]
        else:
            start, requests = series.days[place] * DAY, series.day_requests[place]
            people = series.day_people[place]
        found = Standout(series.account, seconds, start, people, requests)
        self._suspects.append(_Suspect(found, own))

    def standouts(self) -> list[Standout]:
        """The windows that stand out, the farthest first."""
        self._joined.clear()
        found = [out for suspect in self._suspects for out in self._judged(suspect)]
        return sorted(found, key=lambda out: (-out.tenths, out.start, out.account))

    def _judged(self, suspect: _Suspect) -> Iterator[Standout]:
        out = suspect.found
        everybody = quantiles(self.days, (50_000,))[0]
        if not suspect.band or not out.seconds:
            like = self.levels if suspect.band else self.strangers
            middle = suspect.band or band(out.people)
            others = sum(like[near] for near in range(middle - 2, middle + 3)) - 1
            people = out.people
            if people >= LONELY * everybody and others < FEW:
                yield _beside(out, DAY, everybody)
            return
        usual, most = self._near(out.seconds, suspect.band)
        others = sum(self.levels[each] for each in _bands(suspect.band)) - 1
        above = 10 * out.people >= ABOVE[out.seconds] * most
        if others < FEW or (above and not self._shared(suspect)):
            yield _beside(out, out.seconds, usual)

    def _shared(self, suspect: _Suspect) -> bool:
        """Whether its peers' same week was much like it."""
        if suspect.found.seconds != WEEK:
            return False
        week = (suspect.found.start + 3 * DAY) // WEEK
        found = [self.weekly.get((week, each), Counter()) for each in _bands(suspect.band)]
        same = quantiles(sum(found, Counter()), (50_000,))[0]
        return 10 * suspect.found.people < SAME * same

    def _near(self, seconds: int, own: int) -> list[int]:
        if (seconds, own) not in self._joined:
            self._joined[seconds, own] = [
                quantiles(
                    sum((of.get((seconds, each), Counter()) for each in _bands(own)), Counter()),
                    (50_000,),
                )[0]
                for of in (self.usual, self.most)
            ]
        return self._joined[seconds, own]


def _hour(series: Series, day: int, peak: int) -> int:
    """The place of a day's busiest hour."""
    return series.hour_people.index(peak, bisect_left(series.hours, 24 * day))


def _bands(own: int) -> range:
    return range(own - 1, own + 2)


def _beside(out: Standout, seconds: int, peers: int) -> Standout:
    return Standout(out.account, seconds, out.start, out.people, out.requests, peers)


def _weight(suspect: _Suspect) -> int:
    return suspect.found.people
