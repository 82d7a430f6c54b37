"""When a log has lines: its true extent, and the silences its own rhythm does not explain."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from rempart.observations.reading import Silence
from rempart.reading.windows import HOUR

APART = 400 * 24  # hours: lines farther from the rest have a wrong date
MISSED = 50  # lines that should be there: fewer are no silence
SHORTEST = 2  # hours
SHOWN = 20


class Rhythm:
    """Lines by hour."""

    def __init__(self) -> None:
        self.hours: Counter[int] = Counter()

    def add(self, times: Sequence[int]) -> None:
        """Take moments in rising order."""
        first, last = times[0] // HOUR, times[-1] // HOUR
        if last - first > len(times):
            self.hours.update(moment // HOUR for moment in times)
            return
        place = 0
        for hour in range(first, last + 1):
            upto = bisect_left(times, (hour + 1) * HOUR, place)
            if upto > place:
                self.hours[hour] += upto - place
            place = upto

    def extent(self) -> tuple[int, int] | None:
        """The first and the last hour, without lines dated years away from the others."""
        parts: list[list[int]] = []
        for hour in sorted(self.hours):
            if not parts or hour - parts[-1][-1] > APART:
                parts.append([])
            parts[-1].append(hour)
        if not parts:
            return None
        kept = max(parts, key=lambda part: sum(self.hours[hour] for hour in part))
        return kept[0], kept[-1]

    def silences(self) -> tuple[Silence, ...]:
        """Stretches without a line where the same hours of other days or weeks have many."""
        extent = self.extent()
        if extent is None:
            return ()
        first, last = extent
        present = [hour for hour in sorted(self.hours) if first <= hour <= last]
        usual = self._usual(first, last)
        if usual is None:
            return ()
        found = [
            Silence(datetime.fromtimestamp(start * HOUR, UTC), (end - start) * HOUR)
            for start, end in _holes(present)
            if end - start >= SHORTEST
            and sum(usual[hour % len(usual)] for hour in range(start, end)) >= MISSED
        ]
        return tuple(sorted(found, key=lambda silence: -silence.seconds)[:SHOWN])

    def _usual(self, first: int, last: int) -> list[int] | None:
        """The median of each hour of the week, or of the day where there are too few weeks.

        With less than three days there is no rhythm.
        """
        cycle = 168 if last - first >= 3 * 168 else 24
        if last - first < 3 * cycle:
            return None
        usual = []
        for phase in range(cycle):
            begin = first + (phase - first) % cycle
            counts = sorted(self.hours[hour] for hour in range(begin, last + 1, cycle))
            usual.append(counts[len(counts) // 2])
        return usual


def _holes(present: Sequence[int]) -> Iterator[tuple[int, int]]:
    for hour, following in pairwise(present):
        if following > hour + 1:
            yield hour + 1, following
