"""Over all accounts: medians, rare values and maxima of a window, and the curve a report draws."""

from collections import Counter
from collections.abc import Iterable
from itertools import repeat
from operator import floordiv

from rempart.observations.reading import Curve, CurvePoint, ReadingDistribution
from rempart.reading.batch import Limit
from rempart.reading.sketch import ERROR
from rempart.reading.windows import DAY, HOUR, MINUTE, MONTH, NAMELESS, Series

NAMES = {MINUTE: "minute", HOUR: "hour", DAY: "day", MONTH: "30 days"}
WAITING = 20_000  # values counted at one go
WHOLE = 100_000  # ranks of a curve are parts of this
RANKS = (0, 10_000, 25_000, 50_000, 75_000, 90_000, 95_000, 98_000, 99_000, 99_500, 99_900, 99_950,
         99_990, 99_999, WHOLE)  # fmt: skip


def _minutes(series: Series) -> tuple[list[int], list[int], int]:
    """Minutes are counted only for a ceiling that asks; a giant's from its hours, at least."""
    if not series.times:
        return [-(-count // 60) for count in series.hour_people], series.hour_requests, 0
    minutes = list(map(floordiv, series.times, repeat(MINUTE)))
    pairs = {pair for pair in zip(minutes, series.people, strict=True) if pair[1] not in NAMELESS}
    people = Counter(minute for minute, _ in pairs)
    requests = Counter(minutes)
    return list(people.values()), [requests[minute] for minute in people], 0


def quantiles(counts: Counter[int], ranks: Iterable[int]) -> list[int]:
    """The values at several ranks, which rise."""
    total = counts.total()
    values = iter(sorted(counts.items()))
    value = passed = 0
    found = []
    for rank in ranks:
        while passed * WHOLE < max(rank * total, 1) and total:
            value, count = next(values)
            passed += count
        found.append(value)
    return found


class Counted:
    """Values counted, many at a time."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._waiting: list[int] = []

    def add(self, values: Iterable[int]) -> None:
        """Count these."""
        self._waiting.extend(values)
        if len(self._waiting) > WAITING:
            self._counts.update(self._waiting)
            self._waiting.clear()

    @property
    def counts(self) -> Counter[int]:
        """How often each value came."""
        self._counts.update(self._waiting)
        self._waiting.clear()
        return self._counts


class Spread:
    """The windows of one length, over all accounts."""

    def __init__(self, seconds: int, ceiling: Limit | None = None) -> None:
        self.seconds = seconds
        self._people, self._requests = Counted(), Counted()
        self._alike = Counted()  # people and requests of accounts that read once each
        self.ceiling = ceiling.people if ceiling and ceiling.seconds == seconds else None
        self.accounts = self.over = self.over_windows = self.sketched = 0

    def add(self, series: Series) -> int:
        """Take the windows of an account; how many of them are above the ceiling."""
        people, requests, sketched = self._of(series)
        if not people:
            return 0
        self.accounts += 1
        if people == requests:
            self._alike.add(people)
        else:
            self._people.add(people)
            self._requests.add(requests)
        self.sketched += sketched
        if self.ceiling is None or max(people) <= self.ceiling:
            return 0
        above = sum(count > self.ceiling for count in people)
        self.over += 1
        self.over_windows += above
        return above

    @property
    def people(self) -> Counter[int]:
        """How many windows have how many people."""
        return self._people.counts + self._alike.counts

    @property
    def requests(self) -> Counter[int]:
        """How many windows have how many requests."""
        return self._requests.counts + self._alike.counts

    def _of(self, series: Series) -> tuple[list[int], list[int], int]:
        if self.seconds == HOUR:
            return series.hour_people, series.hour_requests, series.sketched[0]
        if self.seconds == DAY:
            return series.day_people, series.day_requests, series.sketched[1]
        if self.seconds == MINUTE:
            return _minutes(series)
        return series.month_people, series.month_requests, series.sketched[2]

    def distribution(self, population: str) -> ReadingDistribution:
        """The figures of this window."""
        median, p99, maximum = quantiles(self.people, (50_000, 99_000, WHOLE))
        usual, rare, most = quantiles(self.requests, (50_000, 99_000, WHOLE))
        return ReadingDistribution(
            self.seconds,
            self.accounts,
            self.people.total(),
            median,
            p99,
            maximum,
            usual,
            rare,
            most,
            ceiling=self.ceiling,
            over=self.over,
            over_windows=self.over_windows,
            sketched=self.sketched,
            error=ERROR if self.sketched else 0,
            population=population,
            key=NAMES[self.seconds],
        )

    def curve(self) -> Curve:
        """People per account-window as quantiles; empty where nobody read."""
        found = quantiles(self.people, RANKS) if self.people else []
        points = tuple(CurvePoint(rank, count) for rank, count in zip(RANKS, found, strict=False))
        return Curve(self.seconds, points, self.ceiling)
