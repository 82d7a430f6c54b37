import pytest

from rempart.judge.identifiers import MASKS, chance_exponent, proven
from rempart.observations.identifiers.catalogue import BY_NAME


def test_every_class_has_a_mask_without_a_digit() -> None:
    assert MASKS.keys() == BY_NAME.keys()
    assert not any(letter.isdecimal() for mask in MASKS.values() for letter in mask)


@pytest.mark.parametrize(
    ("candidates", "valid", "exponent"),
    [(100, 100, 198), (10_000, 100, 0), (20, 5, 5), (10, 3, 3), (0, 0, 0)],
)
def test_chance_is_never_understated(candidates: int, valid: int, exponent: int) -> None:
    found = chance_exponent("nir", candidates, valid)
    assert found <= exponent + 1
    assert abs(found - exponent) <= 2


def test_the_exponent_and_the_verdict_agree() -> None:
    for valid in range(5, 60):
        exponent = chance_exponent("nir", 1_000, valid)
        assert proven("nir", 1_000, valid) is (exponent >= 5)


def test_classes_without_a_key_leave_nothing_to_chance() -> None:
    assert chance_exponent("ssn", 100, 100) == 0
    assert chance_exponent("unknown", 100, 100) == 0
