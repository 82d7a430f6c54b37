"""A log measured whole: in memory, from its file, with giants, with nothing, with junk."""

import gc
import random
import re
from array import array
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from rempart.reading import measure
from rempart.reading.batch import (
    ACCOUNT,
    EXPOSED,
    READ,
    REFUSED,
    SIGNED_IN,
    STEP,
    Batch,
    Limit,
    Measured,
    Rule,
)
from rempart.reading.measure import Measure
from tests.payers import DESK, FIRST, PRACTICE, Payer, Plant, log

PAYER = Payer(
    "test", 7, (replace(PRACTICE, accounts=40), replace(DESK, people=400)), 40,
    plants=(Plant("practice", "day", 20, 2, 30),),
)  # fmt: skip
HOURLY = Limit(40, 3600, "40 people/hour")


def measured(batches: Iterator[Batch], folder: Path, **more: object) -> Measured:
    found = Measure(
        ceiling=Limit(25, 3600, "25 people/hour"),
        alarms=(HOURLY,),
        rules=(
            Rule("lines", "sigma", "requests", 300, 3600),
            Rule("order", "sigma", refused="a correlation of type temporal"),
        ),
        population="professionals",
        folder=folder,
        **more,  # type: ignore[arg-type]
    )
    for batch in batches:
        found.take(batch)
    return found.done()


def line(moment: int, account: int, person: int, flags: int = READ, network: int = 1) -> Batch:
    return Batch(
        array("q", [moment]),
        array("Q", [account]),
        array("Q", [person]),
        array("Q", [network]),
        bytearray([flags]),
    )


def at(day: int, hour: int = 9, second: int = 0) -> int:
    return (FIRST + day) * 86400 + hour * 3600 + second


def test_names_the_planted_account_first_and_says_how_far_it_is(tmp_path: Path) -> None:
    made = log(PAYER)
    ((_, thief),) = made.plants
    found = measured(made.batches(), tmp_path)
    hashed, first = found.accounts[0]
    assert hashed == thief & ACCOUNT
    assert first.why[0] == "outlier"
    assert first.tenths > 100
    assert first.start is not None
    assert FIRST + 20 - 7 <= first.start.timestamp() // 86400 <= FIRST + 22
    assert [each.key for each in found.distributions] == ["hour", "day", "30 days"]
    assert {each.population for each in found.distributions} == {"professionals"}
    assert found.seen == made.accounts
    assert found.lines == found.placed == len(made.lines)


def test_the_ceiling_counts_accounts_and_windows_above_it(tmp_path: Path) -> None:
    made = log(PAYER)
    people: dict[tuple[int, int], set[int]] = {}
    for moment, account, person, _ in made.lines:
        people.setdefault((account, moment // 3600), set()).add(person)
    above = [key for key, read in people.items() if len(read) > 25]
    hour = measured(made.batches(), tmp_path).distributions[0]
    assert (hour.ceiling, hour.over_windows) == (25, len(above))
    assert hour.over == len({account for account, _ in above})
    assert hour.windows == len(people)
    assert hour.maximum == max(map(len, people.values()))
    ordered = sorted(map(len, people.values()))
    assert hour.median == ordered[(len(ordered) - 1) // 2]


@pytest.mark.parametrize("minutes", [1, 5])
def test_a_ceiling_a_minute_has_a_window_of_its_own(minutes: int, tmp_path: Path) -> None:
    found = Measure(ceiling=Limit(3, 60, "3 people/minute"), folder=tmp_path)
    for minute in range(minutes):
        for person in range(5):
            found.take(line(at(1, 9, 60 * minute), 7, (person + 1) << 40))
    window = next(each for each in found.done().distributions if each.seconds == 60)
    assert (window.ceiling, window.over, window.over_windows) == (3, 1, minutes)


def test_the_file_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    made = log(PAYER)
    in_memory = measured(made.batches(), tmp_path)
    spilled = measured(made.batches(500), tmp_path, held=3000)
    assert msgspec.json.encode(spilled) == msgspec.json.encode(in_memory)
    assert list(tmp_path.iterdir()) == []


def test_a_giant_is_counted_as_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = log(PAYER)
    usual = measured(made.batches(), tmp_path)
    monkeypatch.setattr(measure, "GIANT", 5000)
    giants = measured(made.batches(), tmp_path, held=3000)
    for name in ("distributions", "people", "curve", "seen", "placed", "dormancy"):
        assert getattr(giants, name) == getattr(usual, name), name


def test_a_giants_lines_dated_elsewhere_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "GIANT", 20)
    lines = [line(at(day, 9, n), 7, (n + 1) << 40) for day in range(3) for n in range(30)]
    lines += [line(at(1 - measure.DAYS), 7, 99 << 40)]  # shares a slot with day 1
    day = measured(iter(lines), tmp_path).distributions[1]
    assert (day.windows, day.maximum) == (3, 30)


def test_a_log_given_up_leaves_no_open_file(tmp_path: Path) -> None:
    found = Measure(folder=tmp_path, held=1)
    found.take(line(at(1), 7, 5 << 40))
    descriptors = {entry.resolve() for entry in Path("/proc/self/fd").iterdir()}
    assert any(tmp_path in entry.parents for entry in descriptors)
    del found
    gc.collect()
    left = {entry.resolve() for entry in Path("/proc/self/fd").iterdir()}
    assert not any(tmp_path in entry.parents for entry in left)


def test_one_account_for_everybody_is_said_so(tmp_path: Path) -> None:
    made = log(PAYER)
    made.lines = [(moment, 99, person, network) for moment, _, person, network in made.lines]
    found = measured(made.batches(), tmp_path)
    ((hashed, only),) = found.accounts
    assert (hashed, found.seen, only.share) == (99, 1, 1000)
    assert "shared" in only.why


def test_alarms_and_rules_are_tried_on_the_log_and_on_the_pattern(tmp_path: Path) -> None:
    found = measured(log(PAYER).batches(), tmp_path)
    (alarm,) = found.alarms
    assert alarm.key == "40 people/hour"
    assert alarm.fired > 0
    minutes = alarm.trials[0].minutes
    assert minutes is not None
    assert minutes == 5
    lines, order = found.rules
    assert lines.evaluated is True
    assert "temporal" in getattr(order.evaluated, "detail", "")
    assert order.trials == ()
    assert found.curve.alarms == 2
    assert found.curve.noticed[0].minutes == minutes


def test_a_thief_below_the_ceiling_reads_what_it_allows(tmp_path: Path) -> None:
    found = measured(log(PAYER).batches(), tmp_path)
    reach = [(each.hours, each.people, each.bound) for each in found.curve.reach]
    assert reach == [(1, 25, "ceiling"), (10, 250, "ceiling"), (72, 1800, "ceiling")]
    free = Measure(folder=tmp_path)
    for batch in log(PAYER).batches():
        free.take(batch)
    assert {each.bound for each in free.done().curve.reach} == {"p99"}


def test_an_empty_log_is_measured_too(tmp_path: Path) -> None:
    found = measured(iter([Batch()]), tmp_path)
    assert (found.lines, found.seen, found.first, found.accounts) == (0, 0, None, ())
    assert found.distributions[0].windows == 0
    assert found.alarms[0].trials == ()
    assert found.curve.noticed == ()


def test_lines_without_account_or_moment_are_counted_but_not_placed(tmp_path: Path) -> None:
    lines = [line(at(1), 0, 5 << 40), line(-1, 7, 5 << 40), line(at(1), 7, 5 << 40)]
    lines.append(line(1 << 33, 7, 5 << 40))
    found = measured(iter(lines), tmp_path)
    assert (found.lines, found.placed, found.seen) == (4, 1, 1)


def test_a_line_dated_decades_away_moves_neither_end(tmp_path: Path) -> None:
    made = log(PAYER)
    batches = [line(86400, 7, 5 << 40), *made.batches(), line(4_000_000_000, 7, 5 << 40)]
    found = measured(iter(batches), tmp_path)
    assert found.first == datetime.fromtimestamp(made.lines[0][0] // 3600 * 3600, UTC)
    assert found.last is not None
    assert found.last.timestamp() // 86400 == FIRST + 39
    assert found.seen == made.accounts  # the account of the two lines has nothing else
    assert found.dormancy.woken == 0


def test_a_hole_in_a_busy_log_is_a_silence(tmp_path: Path) -> None:
    made = log(PAYER)
    hole = range(at(20, 8), at(20, 16))
    made.lines = [one for one in made.lines if one[0] not in hole]
    found = measured(made.batches(), tmp_path)
    assert found.silences[0].start == datetime.fromtimestamp(at(20, 8), UTC)
    assert found.silences[0].seconds == 8 * 3600
    assert measured(log(PAYER).batches(), tmp_path).silences == ()


def test_sign_ins_identifiers_and_walks_are_counted(tmp_path: Path) -> None:
    lines = [line(at(1, 9, n), 7, 0, REFUSED) for n in range(12)]
    lines += [line(at(1, 9, 20), 7, 0, SIGNED_IN), line(at(1, 10), 8, 0, SIGNED_IN)]
    lines += [line(at(2, 9, n), 7, (n + 1) << 40, READ | STEP) for n in range(40)]
    lines += [line(at(2, 10), 8, 3 << 40, READ | EXPOSED)]
    found = measured(iter(lines), tmp_path)
    signs = found.sign_ins
    assert (signs.succeeded, signs.failed, signs.guessed) == (2, 12, 1)
    assert found.exposed == 1
    (account,) = [one for hashed, one in found.accounts if hashed == 7]
    assert {"walking", "failures"} <= set(account.why)
    assert account.steps == 1000 * 40 // 53
    assert account.failures == 12


def test_an_account_that_wakes_is_counted(tmp_path: Path) -> None:
    lines = [line(at(day), 8, 5 << 40) for day in range(0, 200, 20)]
    lines += [line(at(0), 7, 5 << 40), line(at(150), 7, 6 << 40)]
    found = measured(iter(lines), tmp_path)
    dormancy = found.dormancy
    assert (dormancy.accounts, dormancy.woken, dormancy.longest) == (2, 1, 149)


def test_people_read_by_many_accounts_are_counted(tmp_path: Path) -> None:
    lines = [line(at(1, 9, n), 100 + n, 5 << 40) for n in range(12)]
    lines += [line(at(1, 10), 100, 6 << 40)]
    people = measured(iter(lines), tmp_path).people
    assert (people.people, people.shared, people.most) == (2, 1, 12)


def test_nothing_of_a_person_or_network_comes_out(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311
    made = log(PAYER)
    text = msgspec.json.encode(measured(made.batches(), tmp_path)).decode()
    numbers = {int(number) for number in re.findall(r"\d{7,}", text)}
    for _, account, person, network in chance.sample(made.lines, 5000):
        for secret in (person, person >> 24, network, account):
            assert secret not in numbers


def test_fifty_accounts_at_most_are_named(tmp_path: Path) -> None:
    payer = replace(PAYER, plants=(Plant("practice", "day", 20, 2, 300, accounts=39),))
    found = measured(log(payer).batches(), tmp_path)
    assert 25 <= len(found.accounts) <= 50
    assert len({hashed for hashed, _ in found.accounts}) == len(found.accounts)
