"""Rules fire where counting by hand says so, and the pattern of 2024 is noticed when it must be."""

import random
from array import array

import pytest

from rempart.reading.alarms import Trial, firings, rule_of
from rempart.reading.batch import Limit, Rule
from rempart.reading.patterns import PATTERNS, PEOPLE, Hosts, curve, trial
from rempart.reading.peers import band, level
from rempart.reading.spill import packed
from rempart.reading.windows import FAILED, HOUR, SUCCEEDED, Series, giant, series

FIRST = 20_454
EXTENT = (FIRST * 24, (FIRST + 60) * 24 - 1)


def account(lines: list[tuple[int, int]]) -> Series:
    times, people = zip(*lines, strict=True)
    own = packed(
        array("q", times),
        array("Q", [7] * len(lines)),
        array("Q", [person << 24 for person in people]),
        array("Q", [1] * len(lines)),
    )
    found = series(7, own, EXTENT)
    assert found is not None
    return found


def practice(seed: int = 1, people: int = 15) -> Series:
    chance = random.Random(seed)  # noqa: S311
    return account(
        [
            ((FIRST + day) * 86400 + chance.randrange(8, 18) * 3600 + n, chance.randrange(10, 5000))
            for day in range(60)
            for n in range(people)
        ]
    )


def by_hand(lines: list[tuple[int, int]], rule: Rule) -> list[int]:
    fired, since = [], -1
    for place, (moment, person) in enumerate(lines):
        window = [line for line in lines[since + 1 : place + 1] if line[0] > moment - rule.seconds]
        counts = {
            "people": len({who for _, who in window if who > SUCCEEDED}),
            "requests": len(window),
            "failures": sum(who == FAILED for _, who in window),
        }
        counted = {"people": person > SUCCEEDED, "requests": True, "failures": person == FAILED}
        if counted[rule.counts] and counts[rule.counts] >= rule.least:
            fired.append(moment)
            since = place
    return fired


@pytest.mark.parametrize("counts", ["people", "requests", "failures"])
@pytest.mark.parametrize("seed", range(6))
def test_fires_where_counting_by_hand_does(seed: int, counts: str) -> None:
    chance = random.Random(seed)  # noqa: S311
    lines = sorted((chance.randrange(20_000), chance.randrange(1, 30)) for _ in range(400))
    rule = Rule("r", "threshold", counts, 5 if counts != "failures" else 2, 600)
    found = firings([moment for moment, _ in lines], [person for _, person in lines], rule)
    assert found == by_hand(lines, rule)
    assert found


def test_counts_firings_accounts_and_the_first_moment() -> None:
    tried = Trial(Rule("r", "threshold", "people", 30, HOUR))
    tried.add(practice())
    assert (tried.fired, tried.accounts, tried.first) == (0, 0, None)
    start = (FIRST + 3) * 86400
    tried.add(account([(start + n, 100 + n) for n in range(70)]))
    assert (tried.fired, tried.accounts) == (2, 1)
    assert tried.first is not None
    assert tried.first.timestamp() == start + 29


def test_a_giant_is_tried_by_whole_hours() -> None:
    day = [
        packed(
            array("q", [FIRST * 86400 + n for n in range(500)]),
            array("Q", [7] * 500),
            array("Q", [(100 + n) << 24 for n in range(500)]),
            array("Q", [1] * 500),
        )
    ]
    found = giant(7, [iter(day)], FIRST)
    for rule, fired in (
        (Rule("r", "threshold", "people", 400, HOUR), 1),
        (Rule("r", "threshold", "people", 600, HOUR), 0),
        (Rule("r", "threshold", "requests", 400, 86400), 1),
        (Rule("r", "threshold", "failures", 1, HOUR), 0),
    ):
        tried = Trial(rule)
        tried.add(found)
        assert tried.fired == fired


def test_an_alarm_an_hour_notices_2024_and_says_when() -> None:
    found = trial(PATTERNS[0], rule_of(Limit(310, HOUR, "310 people/hour")), practice())
    assert (found.minutes, found.people) == (39, 310)
    assert found.taken == PEOPLE


def test_what_the_account_itself_reads_counts_along() -> None:
    alarm = rule_of(Limit(3000, 86400, "3000 people/day"))
    alone = trial(PATTERNS[0], alarm, practice(people=1))
    busy = trial(PATTERNS[0], alarm, practice(people=600))
    assert alone.people is not None
    assert busy.people is not None
    assert busy.people < alone.people - 300


def test_an_alarm_set_too_high_does_not_notice() -> None:
    found = trial(PATTERNS[0], rule_of(Limit(2000, HOUR, "2000 people/hour")), practice())
    assert (found.minutes, found.people) == (None, None)


def test_the_slow_pattern_passes_below_an_alarm_an_hour() -> None:
    assert trial(PATTERNS[1], rule_of(Limit(200, HOUR)), practice()).minutes is None
    assert trial(PATTERNS[1], rule_of(Limit(500, 86400)), practice()).minutes is not None


def test_a_rule_about_failures_never_notices_a_valid_session() -> None:
    failures = Rule("r", "sigma", "failures", 1, HOUR)
    assert trial(PATTERNS[0], failures, practice()).minutes is None


def test_the_pattern_reads_eight_people_a_minute() -> None:
    points = {point.minutes: point.people for point in curve()}
    assert points[60] == 481
    assert points[max(points)] == PEOPLE
    assert sum(1 for _ in PATTERNS[0].moments(0)) == PEOPLE


def test_the_host_is_an_ordinary_account_and_always_the_same() -> None:
    accounts = [practice(seed, people) for seed, people in ((1, 15), (2, 15), (3, 60))]
    chosen = []
    for order in (accounts, accounts[::-1]):
        hosts = Hosts()
        for one in order:
            hosts.offer(one, band(level(one.day_people)))
        chosen.append(hosts.nearest(16))
    assert chosen[0] is chosen[1]
    assert chosen[0] is not None
    assert max(chosen[0].day_people) <= 15
    assert Hosts().nearest(16) is None
