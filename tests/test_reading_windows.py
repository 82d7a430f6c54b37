"""Hours, days, weeks and months of an account, against counting by hand."""

import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from rempart.reading.habits import habits
from rempart.reading.spill import packed
from rempart.reading.windows import FAILED, SUCCEEDED, Series, giant, series

FIRST = 20_454  # a Thursday
EXTENT = (FIRST * 24, FIRST * 24 + 24 * 90 - 1)
Line = tuple[int, int, int]  # moment, person, network


def rows(lines: list[Line]) -> bytes:
    times, people, networks = zip(*lines, strict=True)
    persons = array("Q", [person << 24 for person in people])
    return packed(array("q", times), array("Q", [7] * len(lines)), persons, array("Q", networks))


def measured(lines: list[Line]) -> Series:
    found = series(7, rows(lines), EXTENT)
    assert found is not None
    return found


def at(day: int, hour: int, second: int = 0) -> int:
    return (FIRST + day) * 86400 + hour * 3600 + second


def some(seed: int, count: int = 800, named: float = 1.0) -> list[Line]:
    chance = random.Random(seed)  # noqa: S311
    return [
        (
            at(chance.randrange(90), chance.choice((8, 9, 14, 23)), chance.randrange(3600)),
            chance.randrange(10, 200) if chance.random() < named else chance.randrange(3),
            chance.randrange(3),
        )
        for _ in range(count)
    ]


def by_hand(lines: list[Line], size: int) -> tuple[list[int], list[int], list[int]]:
    people: defaultdict[int, set[int]] = defaultdict(set)
    requests: Counter[int] = Counter()
    for moment, person, _ in lines:
        requests[moment // size] += 1
        if person > SUCCEEDED:
            people[moment // size].add(person)
    windows = sorted(people)
    return windows, [len(people[one]) for one in windows], [requests[one] for one in windows]


@pytest.mark.parametrize("named", [1.0, 0.6])
@pytest.mark.parametrize("seed", range(5))
def test_counts_as_by_hand(seed: int, named: float) -> None:
    lines = some(seed, named=named)
    found = measured(lines)
    assert (found.hours, found.hour_people, found.hour_requests) == by_hand(lines, 3600)
    assert (found.days, found.day_people, found.day_requests) == by_hand(lines, 86400)
    assert found.total == len({person for _, person, _ in lines if person > SUCCEEDED})
    assert found.requests == len(lines)
    peaks: dict[int, int] = {}
    for hour, count in zip(found.hours, found.hour_people, strict=True):
        peaks[hour // 24] = max(peaks.get(hour // 24, 0), count)
    assert found.peaks == list(peaks.values())


def test_months_are_thirty_days_back_from_the_end() -> None:
    found = measured(
        [(at(0, 9), 50, 1), (at(29, 9), 50, 1), (at(30, 9), 51, 1), (at(89, 9), 52, 1)]
    )
    assert found.months == [2, 1, 0]
    assert found.month_people == [1, 1, 1]
    assert found.month_requests == [2, 1, 1]


def test_weeks_count_people_never_read_before() -> None:
    lines = [(at(day, 9, person), person, 1) for day in (0, 5, 12) for person in range(50, 60)]
    lines += [(at(12, 10), 99, 1)]
    assert measured(lines).new == [10, 0, 1]


def test_an_account_that_only_signs_in_has_no_window() -> None:
    found = measured([(at(1, 9), FAILED, 1), (at(1, 9, 5), SUCCEEDED, 1)])
    assert (found.hours, found.days, found.months, found.total) == ([], [], [], 0)
    assert found.requests == 2


def test_lines_dated_elsewhere_are_left_out() -> None:
    found = measured([(5, 50, 1), (at(1, 9), 51, 1), (4_000_000_000, 52, 1)])
    assert found.day_people == [1]
    assert series(7, rows([(5, 50, 1)]), EXTENT) is None


@pytest.mark.parametrize("named", [1.0, 0.6])
def test_a_giant_counts_as_anybody_while_people_are_few(named: float) -> None:
    lines = sorted(some(3, 3000, named))
    days: dict[int, list[Line]] = {day: [] for day in range(FIRST, FIRST + 90)}
    for line in lines:
        days[line[0] // 86400].append(line)

    def pieces(day: list[Line]) -> Iterator[bytes]:
        for start in range(0, len(day), 7):
            yield rows(day[start : start + 7])

    found, same = giant(7, map(pieces, days.values()), FIRST + 89), measured(lines)
    for name in Series.__dataclass_fields__:
        if name not in ("times", "people", "networks", "everybody", "nameless", "requests"):
            assert getattr(found, name) == getattr(same, name), name
    assert set(found.everybody) == set(same.everybody)


def test_a_giants_windows_say_when_they_are_sketched() -> None:
    chance = random.Random(4)  # noqa: S311
    lines = [(at(1, 9), chance.getrandbits(40) | 8, 1) for _ in range(100_000)]
    found = giant(7, [iter([rows(lines)])], FIRST + 1)
    assert found.hour_people[0] == pytest.approx(100_000, rel=0.02)
    assert found.sketched == [1, 1, 1]
    assert found.halvings > 0


def test_sees_reads_in_hours_the_account_does_not_keep() -> None:
    usual = [(at(day, 9, n), 50 + n, 1) for day in range(20) for n in range(5)]
    assert habits(measured(usual)).odd_hours == 0
    night = [(at(12, 3, n), 90 + n, 1) for n in range(30)]
    assert habits(measured(usual + night)).odd_hours == 30
    few = [(at(day, 9), 50, 1) for day in range(5)]
    assert habits(measured(few + night)).odd_hours == 0  # too few days to have habits


def test_counts_networks_new_ones_and_several_at_once() -> None:
    home = [(at(day, 9, n), 50, 1) for day in range(20) for n in (0, 100, 200)]
    assert repr(habits(measured(home)).networks) == "1"  # a number, not a truth
    found = habits(
        measured([*home, (at(12, 9, 50), 50, 2), (at(15, 22), 50, 3), (at(2, 3), 50, 0)])
    )
    assert (found.networks, found.new_networks, found.parallel) == (3, 2, 1)


def test_finds_the_failures_that_came_before_a_success() -> None:
    outcomes = [FAILED] * 4 + [SUCCEEDED] + [FAILED] * 12 + [SUCCEEDED] + [FAILED] * 30
    lines = [(at(1, 9, n), what, 1) for n, what in enumerate(outcomes)]
    assert habits(measured(lines)).failures == 12


def test_finds_the_longest_silence() -> None:
    lines = [(at(day, 9), 50, 1) for day in (0, 1, 80)]
    assert habits(measured(lines)).silent_days == 78
