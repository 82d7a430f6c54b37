"""Distinct people: exact while they are few, within two per cent when they are many."""

import random
from array import array
from pathlib import Path

import pytest

from rempart.reading.sketch import Distinct, Readers
from rempart.reading.spill import (
    Spill,
    accounts_of,
    networks_of,
    packed,
    people_of,
    times_of,
)


def people(count: int, seed: int) -> list[int]:
    chance = random.Random(seed)  # noqa: S311
    return [chance.getrandbits(40) for _ in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9_999, 10_000, 65_536])
def test_counts_exactly_while_people_are_few(count: int) -> None:
    found = Distinct(people(count, 1))
    found.add(people(count, 1))
    assert len(found) == count
    assert found.halvings == 0


@pytest.mark.parametrize("count", [70_000, 150_000, 400_000])
@pytest.mark.parametrize("seed", range(4))
def test_counts_many_within_two_per_cent(count: int, seed: int) -> None:
    found = Distinct()
    everybody = people(count, seed)
    for start in range(0, count, 10_000):
        found.add(everybody[start : start + 10_000])
    assert len(found) == pytest.approx(count, rel=0.02)
    assert len(found.kept) <= 65_536


def test_unites_sketches_as_if_they_had_been_one() -> None:
    one, other, both = (
        Distinct(people(90_000, 1)),
        Distinct(people(300_000, 2)),
        Distinct([*people(90_000, 1), *people(300_000, 2)]),
    )
    one.unite(other)
    assert one.kept == both.kept
    assert len(one) == len(both)


def test_tells_who_is_new() -> None:
    known, here = Distinct(people(500, 1)), Distinct([*people(500, 1)[:100], *people(70, 2)])
    assert here.beside(known) == 70
    many = Distinct(people(200_000, 3))
    assert many.beside(Distinct(people(200_000, 3)[:100_000])) == pytest.approx(100_000, rel=0.03)


def test_counts_by_how_many_accounts_a_person_was_read() -> None:
    readers = Readers()
    for _ in range(12):
        readers.add([1, 2, 3], 0)
    readers.add([3, 4], 0)
    assert (readers.people(), readers.people(10), readers.most) == (4, 3, 13)


def test_counts_readers_of_many_people_by_a_part_of_them() -> None:
    readers = Readers()
    everybody = people(300_000, 5)
    for start in range(0, 300_000, 1000):
        readers.add(everybody[start : start + 1000], 0)
    for _ in range(10):
        readers.add(everybody[:100_000], 0)
    assert readers.people() == pytest.approx(300_000, rel=0.02)
    assert readers.people(10) == pytest.approx(100_000, rel=0.03)
    assert len(readers.counts) <= 65_536


def columns(count: int) -> tuple["array[int]", "array[int]", "array[int]", "array[int]"]:
    chance = random.Random(count)  # noqa: S311
    return (
        array("q", [chance.randrange(2**32) for _ in range(count)]),
        array("Q", [chance.getrandbits(64) for _ in range(count)]),
        array("Q", [chance.getrandbits(64) for _ in range(count)]),
        array("Q", [chance.getrandbits(64) for _ in range(count)]),
    )


def test_rows_give_back_what_they_keep() -> None:
    times, accounts, persons, networks = columns(500)
    accounts = array("Q", [account & ~255 | 7 for account in accounts])
    rows = packed(times, accounts, persons, networks)
    assert len(rows) == 16 * 500
    assert list(times_of(rows)) == list(times)
    assert list(accounts_of(rows, 7)) == [account & (1 << 48) - 1 for account in accounts]
    assert list(people_of(rows)) == [person >> 24 for person in persons]
    assert list(networks_of(rows)) == [network & 0xFFFF for network in networks]


@pytest.mark.parametrize("held", [1, 300, 10_000])
def test_slots_come_back_in_order_from_memory_and_from_the_file(held: int, tmp_path: Path) -> None:
    spill, written = Spill(4, tmp_path, held=held), dict.fromkeys(range(4), b"")
    for number in range(9):
        rows = packed(*columns(100 + number))
        slots = [place % 3 for place in range(100 + number)]
        spill.put(slots, rows)
        for place, slot in enumerate(slots):
            written[slot] += rows[16 * place : 16 * place + 16]
    assert {slot: b"".join(spill.rows(slot)) for slot in range(4)} == written
    assert spill.size(0) == len(written[0]) // 16
    assert list(tmp_path.iterdir()) == []
    spill.close()
