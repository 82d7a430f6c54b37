"""The extraction of 2024 laid over a real account, in memory: would a rule have noticed?

Nobody has published the pace of 2024. What is known: one account of a professional, a valid
session, pages read one after the other for days, a whole base within reach. In the case of 2022,
whose figures are known, an account was used for 26,842 people (510,000 over 19 accounts). The
pattern here reads eight people a minute, a page every seven seconds and a half, from two in the
morning, until it has as many: two days and eight hours. The slow one takes thirty days for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rempart.observations.reading import PatternPoint, Trial
from rempart.reading.alarms import firings
from rempart.reading.batch import Rule
from rempart.reading.peers import band
from rempart.reading.windows import DAY, HOUR, MINUTE, Series

PEOPLE = 26_842
BEGINS = 2 * HOUR  # in the night
STRANGER = 1 << 41  # above any hash of a real person
KEPT = 5_000  # lines of an account that can be a host
POINTS = (1, 10, 60, 480, 1440, 2880, 3356)  # minutes


@dataclass(frozen=True, slots=True)
class Pattern:
    """So many people, read evenly over so many seconds, by one account."""

    name: str
    people: int
    seconds: int

    def moments(self, start: int) -> Iterator[int]:
        """When each person is read."""
        return (start + self.seconds * number // self.people for number in range(self.people))

    def read(self, seconds: int) -> int:
        """How many have been read after so many seconds, the first at once."""
        return min(self.people, (self.people * (seconds + 1) - 1) // self.seconds + 1)


PATTERNS = (
    Pattern("2024", PEOPLE, PEOPLE * 60 // 8),
    Pattern("2024, slowly", PEOPLE, 30 * DAY),
)


def curve() -> tuple[PatternPoint, ...]:
    """People over time, as the first pattern reads them."""
    return tuple(PatternPoint(minutes, PATTERNS[0].read(minutes * MINUTE)) for minutes in POINTS)


def trial(pattern: Pattern, rule: Rule, host: Series) -> Trial:
    """When a rule notices a pattern within the lines of a real account.

    The account's own reads count along, as they would have.
    """
    start = max(host.days[-1] - pattern.seconds // DAY, host.days[0]) * DAY + BEGINS
    lines = list(zip(host.times, host.people, strict=True))
    lines += [(moment, STRANGER + n) for n, moment in enumerate(pattern.moments(start))]
    lines.sort()
    times, people = zip(*lines, strict=True)
    for moment in firings(times, people, rule):
        if moment >= start:
            passed = moment - start
            return Trial(pattern.name, -(-passed // MINUTE), pattern.read(passed), pattern.people)
        if moment > start + pattern.seconds:
            break
    return Trial(pattern.name, None, None, pattern.people)


class Hosts:
    """Keeps one account of each band, so that an ordinary one can be the host of a pattern."""

    def __init__(self) -> None:
        self._kept: dict[int, Series] = {}

    def offer(self, series: Series, own: int) -> None:
        """Keep an account if it is the least of its band; the choice is the same every time."""
        if not series.days or not 0 < len(series.times) <= KEPT:
            return
        kept = self._kept.get(own)
        if kept is None or _order(series) < _order(kept):
            series.everybody = ()
            self._kept[own] = series

    def nearest(self, people: int) -> Series | None:
        """The account kept that reads about so many people a day."""
        if not self._kept:
            return None
        middle = band(people)
        return self._kept[min(self._kept, key=lambda each: (abs(each - middle), each))]


def _order(series: Series) -> tuple[int, int, int]:
    return series.requests, series.total, series.times[0]
