"""Extractions planted in two dozen payers are found, and ordinary work is left alone."""

from collections import defaultdict
from dataclasses import dataclass

import pytest

from rempart.reading.peers import Peers, jumps
from rempart.reading.spill import packed
from rempart.reading.windows import DAY, WEEK, series
from tests.payers import FIRST, PAYERS, Payer, log

PER_MILLE = 1  # false alarms allowed in a thousand days of accounts


@dataclass(frozen=True, slots=True)
class Found:
    planted: int
    missed: tuple[str, ...]
    false: int
    days: int


def found(payer: Payer) -> Found:
    """What is found in a payer; a false alarm is an account and a day without an extraction."""
    made = log(payer)
    rows: defaultdict[int, bytearray] = defaultdict(bytearray)
    for batch in made.batches():
        packs = packed(batch.times, batch.accounts, batch.people, batch.addresses)
        for place, account in enumerate(batch.accounts):
            rows[account] += packs[16 * place : 16 * place + 16]
    peers = Peers()
    for account, own in rows.items():
        one = series(account, bytes(own), (FIRST * 24, (FIRST + payer.days) * 24 - 1))
        assert one is not None
        peers.add(one)
    hit, false = set(), set()
    for out in peers.standouts():
        day = out.start // DAY
        span = range(day, day + (7 if out.seconds == WEEK else 1))
        if made.truth.get(out.account, set()).intersection(span):
            hit.add(out.account)
        else:
            false.add((out.account, day))
    missed = [plant.trade for plant, account in made.plants if account not in hit]
    return Found(len(made.plants), tuple(missed), len(false), made.accounts * payer.days)


@pytest.fixture(scope="module")
def table() -> dict[str, Found]:
    return {payer.name: found(payer) for payer in PAYERS}


def test_there_are_two_dozen_payers_and_slow_extractions_among_them() -> None:
    assert len(PAYERS) == 24
    windows = [plant.window for payer in PAYERS for plant in payer.plants]
    assert windows.count("month") >= 5
    assert all(plant.times >= 10 for payer in PAYERS for plant in payer.plants)


@pytest.mark.parametrize("payer", [payer.name for payer in PAYERS])
def test_every_extraction_is_found(payer: str, table: dict[str, Found]) -> None:
    assert table[payer].missed == ()


def test_false_alarms_are_rare(table: dict[str, Found]) -> None:
    false = sum(each.false for each in table.values())
    days = sum(each.days for each in table.values())
    assert days > 200_000
    assert 1000 * false <= PER_MILLE * days


def test_a_payer_without_extraction_is_not_alarmed(table: dict[str, Found]) -> None:
    quiet = table["nobody steals"]
    assert quiet.planted == 0
    assert 1000 * quiet.false <= PER_MILLE * quiet.days


def test_a_burst_leaves_both_sides_and_a_weekly_clinic_neither() -> None:
    steady = [15, 14, 16, 15, 13] * 8
    assert jumps(steady) == []
    assert jumps([*steady[:20], 300, *steady[20:]]) == [20]
    assert jumps([120 if day % 5 == 2 else 15 for day in range(40)]) == []


def test_a_long_extraction_leaves_one_side_many_times() -> None:
    assert len(jumps([15] * 40 + [90] * 30)) >= 3
    assert len(jumps([90] * 30 + [15] * 40)) >= 3


def test_few_people_are_never_a_jump() -> None:
    assert jumps([1, 1, 2, 1, 1, 19, 1, 1, 1, 2, 1, 1]) == []
