import random

import pytest

from rempart.judge.identifiers import proven
from rempart.observations.identifiers.bank import iban
from rempart.observations.identifiers.check_digits import luhn
from rempart.observations.identifiers.french import (
    nir,
    nir13,
    nir_key,
    nir_shape,
    published_for_tests,
    rpps,
    siren,
    siret,
)
from rempart.observations.identifiers.spelling import compact

# Synthetic: order or commune 000 is never assigned, or the value is published for tests.
VALID_NIRS = [
    "185057800608491",
    "190012A00405509",
    "288072B03301727",
    "269109934102547",
    "192026301812394",
    "277076322082910",
]


@pytest.mark.parametrize("value", VALID_NIRS)
def test_knows_a_nir_by_its_key(value: str) -> None:
    assert nir(value)


@pytest.mark.parametrize("value", VALID_NIRS)
def test_a_nir_with_one_digit_changed_is_none(value: str) -> None:
    for place in range(7, 15):
        changed = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
        assert not nir(changed)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "185137800608491",  # month 13
        "185430000000097",  # month 43
        "985057800608491",  # sex 9
        "185050000608491",  # department 00
        "18505780060849A",
        "١85057800608491",  # an Arabic digit is no digit of a NIR
        "1850578006084911",
    ],
)
def test_what_is_not_built_like_a_nir_is_none(value: str) -> None:
    assert not nir(value)


def test_provisional_and_migrant_numbers_have_a_key_and_no_calendar() -> None:
    for body in ("7199999999999", "5299999999999"):
        assert nir(f"{body}{nir_key(body):02d}")


def test_thirteen_characters_need_the_tight_structure() -> None:
    assert nir13("1850578006084")
    assert nir13("190012A004055")
    assert not nir13("1732531200000")  # milliseconds since 1970: month 25
    assert not nir13("1850578 06084")


def test_separators_people_type_are_no_part_of_a_number() -> None:
    assert nir(compact("1 85 05 78 006 084 91"))
    assert nir(compact("1-90-01-2a-004-055-09"))


def test_knows_the_published_test_identities() -> None:
    assert published_for_tests("277076322082910")
    assert not published_for_tests("185057800608491")


def test_knows_iban_rpps_siren_siret() -> None:
    assert iban("FR7630006000011234567890189")
    assert iban("DE89370400440532013000")
    assert not iban("FR7630006000011234567890188")
    assert not iban("XX7630006000011234567890189")
    assert rpps("10003879623")
    assert not rpps("10003879624")
    assert siren("999999998")
    assert not siren("999999999")
    assert siret("73282932000074")
    assert not siret("73282932000075")
    assert luhn("0")


def test_a_column_of_numbers_is_proven_by_its_ratio() -> None:
    assert proven("nir", 500, 500)
    assert proven("nir", 20, 5)
    assert not proven("nir", 4, 4)
    assert not proven("nir", 1_000_000, 10_309)
    assert not proven("nir13", 1000, 120)
    assert proven("nir13", 1000, 990)
    assert not proven("", 0, 0)


def test_random_references_never_prove_a_column() -> None:
    dice = random.Random(2026)  # noqa: S311  (a fixed sequence, not a secret)
    for _ in range(20):
        values = [f"{dice.randrange(10**15):015d}" for _ in range(2000)]
        shaped = [value for value in values if nir_shape(value)]
        assert not proven("nir", len(shaped), sum(map(nir, shaped)))
