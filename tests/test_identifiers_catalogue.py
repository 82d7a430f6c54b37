"""Every identifier by its published example, altered digits, and odds among random values."""

import random
import string

import pytest

from rempart.collectors.values import Column
from rempart.judge.identifiers import proven
from rempart.observations.identifiers import american, european, french, german, medical
from rempart.observations.identifiers.catalogue import BY_NAME, CATALOGUE

# Published specimens and constructed values; none is a person's.
EXAMPLES = {
    "nir": "185057800608491",
    "nir13": "1850578006084",
    "kvnr": "A000500015",
    "rvnr": "15070649C103",
    "idnr": "36574261809",
    "mbi": "1EG4TE5MK73",
    "ssn": "219099999",
    "nhs": "9990000018",
    "niss": "85073003328",
    "ahv": "7561234567897",
    "dni": "12345678Z",
    "cf": "RSSMRA85T10A562S",
    "rpps": "10003879623",
    "adeli": "759912346",
    "npi": "1234567893",
    "finess": "010780013",
    "ik": "109999994",
    "siret": "73282932000074",
    "siren": "732829320",
    "iban": "FR7630006000011234567890189",
    "icd10": "E119",
    "ccam": "YYYY010",
    "atc": "N02BE01",
    "birth": "19850512",
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_its_example_is_valid_and_has_its_shape(name: str) -> None:
    known = BY_NAME[name]
    assert known.shape(EXAMPLES[name])
    assert known.valid(EXAMPLES[name])
    assert len(EXAMPLES[name]) in known.lengths


@pytest.mark.parametrize("name", sorted(one.name for one in CATALOGUE if one.odds > 1))
def test_most_values_with_another_last_character_are_not_valid(name: str) -> None:
    known, example = BY_NAME[name], EXAMPLES[name]
    alphabet = string.digits if example[-1].isdecimal() else string.ascii_uppercase
    others = [example[:-1] + one for one in alphabet if one != example[-1]]
    if name in ("nir13", "mbi"):  # these have no check digit at all: structure is what differs
        others = ["99" + example[2:], example[:-2] + "??"]
    assert sum(map(known.valid, others)) <= len(others) // 9


@pytest.mark.parametrize("text", ["", "é" * 9, "١" * 11, "A" * 10, "0" * 15, " " * 13, "\0" * 11])
def test_nothing_takes_junk_for_an_identifier_or_raises(text: str) -> None:
    for known in CATALOGUE:
        assert known.shape(text) or not known.valid(text)


def _random(known_name: str, chance: random.Random) -> str:
    example = EXAMPLES[known_name]
    return "".join(
        chance.choice(string.digits if one.isdecimal() else string.ascii_uppercase)
        for one in example
    )


@pytest.mark.parametrize(
    "name", sorted(one.name for one in CATALOGUE if one.odds > 1 and one.name != "mbi")
)
def test_random_values_of_its_shape_are_valid_no_more_often_than_the_odds_say(name: str) -> None:
    known = BY_NAME[name]
    chance = random.Random(20240129)  # noqa: S311
    shaped = [
        value for value in (_random(name, chance) for _ in range(60_000)) if known.shape(value)
    ]
    if name in ("iban", "ahv"):  # random letters are no country, random digits no 756
        shaped = [EXAMPLES[name][:3] + _random(name, chance)[3:] for _ in range(20_000)]
    assert len(shaped) > 500
    valid = sum(map(known.valid, shaped))
    assert valid <= 1.25 * len(shaped) / known.odds + 10


def test_a_column_of_random_numbers_is_no_identifier_whatever_its_length() -> None:
    chance = random.Random(7)  # noqa: S311
    for length in range(9, 17):
        column = Column("reference")
        for _ in range(2_000):
            column.add("".join(chance.choice(string.digits) for _ in range(length)))
        assert not any(
            proven(one.identifier, one.candidates, one.valid) for one in column.counts()
        ), length


def test_a_column_says_what_its_name_and_values_agree_on() -> None:
    column = Column("finess_et")
    chance = random.Random(3)  # noqa: S311
    while column.sampled < 200:
        value = f"75{chance.randrange(10**7):07}"
        if french.finess(value):
            column.add(value)
    assert [one.identifier for one in column.counts()] == ["finess"]


@pytest.mark.parametrize("name", ["date_naissance", "dt_nais", "ddn", "birth_date", "geburtstag"])
def test_a_date_is_a_birth_date_only_where_the_column_says_so(name: str) -> None:
    named, other = Column(name), Column("date_soin")
    for day in range(1, 29):
        named.add(f"1985-05-{day:02}")
        other.add(f"2026-05-{day:02}")
    assert [one.identifier for one in named.counts()] == ["birth"]
    assert [one.identifier for one in other.counts()] == [""]


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (german.kvnr, "T123456780"),
        (german.ik, "260326822"),
        (european.niss, "05073003326"),
        (european.dni, "X1234567L"),
        (american.npi, "1245319599"),
        (medical.birth_date, "12/05/1985"),
        (french.finess, "2A0000014"),
    ],
)
def test_second_examples(check: object, value: str) -> None:
    assert callable(check)
    assert check(value)
