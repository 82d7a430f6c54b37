"""What is unlike an account's own ways: hours, networks, sessions at once, failed sign-ins."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, islice, repeat
from operator import mod, ne, sub

from rempart.reading.windows import FAILED, HOUR, SUCCEEDED, WEEK, Series

HABIT = 10  # days an account needs before its hours are its habit
KEPT = 20  # an hour is kept where at least one in so many days has reads in it


@dataclass(frozen=True, slots=True)
class Habits:
    """Figures of one account, as `AccountReading` names them; a giant's networks are not known."""

    odd_hours: int = 0
    networks: int = 0
    new_networks: int = 0
    parallel: int = 0
    failures: int = 0
    silent_days: int = 0


def silent_days(series: Series) -> int:
    """The most days in a row without a read, between two with one."""
    days = series.days
    return max(map(sub, islice(days, 1, None), days), default=1) - 1


def one_network(series: Series) -> bool:
    """Whether all lines came from one network, or nothing is known of networks."""
    networks = series.networks
    return networks.tobytes() == networks[:1].tobytes() * len(networks)


def habits(series: Series) -> Habits:
    """What the account's own lines say about its ways."""
    networks, new, parallel = _networks(series)
    return Habits(
        odd_hours(series),
        networks,
        new,
        parallel,
        _failures(series.people) if series.nameless else 0,
        silent_days(series),
    )


def odd_hours(series: Series) -> int:
    """Lines in hours of the day in which the account all but never reads."""
    if len(series.days) < HABIT:
        return 0
    clock = list(map(mod, series.hours, repeat(24)))
    least = max(2, -(-len(series.days) // KEPT))
    odd = {hour for hour, count in Counter(clock).items() if count < least}
    if not odd:
        return 0
    lines = zip(clock, series.hour_requests, strict=True)
    return sum(requests for hour, requests in lines if hour in odd)


def _networks(series: Series) -> tuple[int, int, int]:
    """Networks, those first seen after the first week, and hours with several in turn."""
    networks, times = series.networks, series.times
    if not times:
        return 0, 0, 0
    if one_network(series):  # quick, and usual
        return int(networks[0] > 0), 0, 0
    changes = compress(range(1, len(times)), map(ne, networks, islice(networks, 1, None)))
    settled = times[0] + WEEK
    known = {networks[0]}
    new, hour, here = 0, -1, {0}
    parallel: set[int] = set()
    for place in changes:
        network, moment = networks[place], times[place]
        if not network:
            continue
        if network not in known:
            known.add(network)
            new += moment > settled
        if moment // HOUR != hour:
            hour = moment // HOUR
            here = {networks[place - 1]} if times[place - 1] // HOUR == hour else set()
        if network in here:
            parallel.add(hour)
        here.add(network)
    return len(known - {0}), new, len(parallel)


def _failures(people: Sequence[int]) -> int:
    """The most sign-ins that failed in a row before one succeeded."""
    worst = row = 0
    for outcome in people:
        if outcome == FAILED:
            row += 1
        elif outcome == SUCCEEDED:
            worst = max(worst, row)
            row = 0
    return worst
