"""Extractions planted in two dozen payers are found, and ordinary work is left alone."""

import pytest

from rempart.reading.peers import jumps
from tests.payers import PAYERS
from tests.planted import Found, found

PER_MILLE = 1  # false alarms allowed in a thousand days of accounts


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


def test_there_are_enough_days_to_judge_by(table: dict[str, Found]) -> None:
    assert sum(each.days for each in table.values()) > 200_000
    assert table["nobody steals"].planted == 0


@pytest.mark.parametrize("payer", [payer.name for payer in PAYERS])
def test_false_alarms_are_rare(payer: str, table: dict[str, Found]) -> None:
    assert 1000 * table[payer].false <= PER_MILLE * table[payer].days


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
