from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.check import OneOf, Reason, Unknown
from rempart.judge.passwords import (
    guaranteed_bits,
    imposed_classes,
    limits_failures,
    nominal_bits,
    reaches,
    shortest,
)
from rempart.observations.passwords import NO_RULES, PasswordPolicy

CNIL = (26, 26, 10, 37)
ELEVEN_SPECIALS = (26, 26, 10, 11)
NONE = replace(NO_RULES, min_length=12, dictionary=True)
UNSEEN = Unknown(Reason.PRIVILEGE, "pwquality.conf")


@pytest.mark.parametrize(
    ("policy", "bits"),
    [
        (replace(NONE, min_length=12, lower=1, upper=1, digits=1, specials=1), 79.55),
        (replace(NONE, min_length=12, min_classes=4), 79.55),
        (replace(NONE, min_length=14, lower=1, upper=1, digits=1), 83.36),
        (replace(NONE, min_length=16), 53.15),
        (replace(NONE, min_length=4), 13.29),
        (replace(NONE, min_length=12), 39.86),
        (replace(NONE, min_length=12, min_classes=3), 71.45),
        (replace(NONE, min_length=12, specials=1), 62.51),
    ],
)
def test_counts_the_weakest_password_the_policy_accepts(
    policy: PasswordPolicy, bits: float
) -> None:
    guaranteed = guaranteed_bits(policy, CNIL)

    assert not isinstance(guaranteed, Unknown)
    assert guaranteed == pytest.approx(bits, abs=0.01)


@pytest.mark.parametrize(
    ("length", "size", "floor"),
    [(12, 99, 80), (14, 62, 80), (7, 2757, 80), (8, 73, 50), (16, 10, 50), (4, 10, 13)],
)
def test_meets_each_example_the_cnil_prints(length: int, size: int, floor: int) -> None:
    assert reaches(nominal_bits(length, size), floor) is True


@pytest.mark.parametrize(("length", "size", "floor"), [(8, 62, 50), (14, 10, 50), (12, 94, 80)])
def test_refuses_what_is_a_whole_bit_short(length: int, size: int, floor: int) -> None:
    assert reaches(nominal_bits(length, size), floor) is False


def test_takes_three_of_four_classes_at_their_weakest() -> None:
    policy = replace(NONE, min_length=8, min_classes=3)

    assert reaches(guaranteed_bits(policy, ELEVEN_SPECIALS), 50) is False  # digits, 26 and 11
    assert reaches(guaranteed_bits(replace(policy, specials=1, upper=1), CNIL), 50) is True


def test_a_credit_shortens_only_the_passwords_that_earn_it() -> None:
    classes = replace(NONE, min_length=14, lower=1, upper=1, digits=1)
    special_credit = replace(classes, specials=-1)

    guaranteed = guaranteed_bits(special_credit, CNIL)

    assert shortest(special_credit) == 13
    assert guaranteed == pytest.approx(14 * 5.954, abs=0.01)


def test_a_large_credit_never_counts_more_characters_than_there_are() -> None:
    assert shortest(replace(NONE, min_length=12, digits=-100)) == 6


@pytest.mark.parametrize(
    "policy",
    [
        replace(NONE, min_length=UNSEEN),
        replace(NONE, min_classes=UNSEEN),
        replace(NONE, lower=UNSEEN),
        replace(NONE, specials=UNSEEN),
    ],
)
def test_what_was_not_seen_guarantees_nothing(policy: PasswordPolicy) -> None:
    bits = guaranteed_bits(policy, CNIL)

    assert isinstance(bits, Unknown)
    assert isinstance(reaches(bits, 50), Unknown)
    assert isinstance(shortest(policy), Unknown)
    assert isinstance(imposed_classes(policy), Unknown)


def test_an_undecided_length_stays_undecided() -> None:
    bits = guaranteed_bits(replace(NONE, min_length=OneOf((8, 12))), CNIL)

    assert isinstance(bits, Unknown)
    assert bits.reason is Reason.UNRESOLVED


def test_counts_the_kinds_of_characters_demanded() -> None:
    assert imposed_classes(NONE) == 0
    assert imposed_classes(replace(NONE, min_classes=3, digits=1)) == 3
    assert imposed_classes(replace(NONE, digits=-1)) == 0
    assert imposed_classes(replace(NONE, digits=2, upper=1)) == 2


@pytest.mark.parametrize(
    ("failures", "ceiling", "limited"),
    [(None, 10, False), (0, 10, False), (10, 10, True), (11, 10, False), (50, None, True)],
)
def test_a_lock_counts_only_up_to_the_ceiling(
    failures: int | None, ceiling: int | None, limited: bool
) -> None:
    assert limits_failures(replace(NONE, max_failures=failures), ceiling) is limited


@pytest.mark.parametrize(
    ("lasts", "remembered", "limits"),
    [(1, 900, False), (900, 1, False), (60, 60, True), (None, None, True), (UNSEEN, UNSEEN, True)],
)
def test_a_lock_of_a_moment_holds_up_no_guesser(
    lasts: int | None, remembered: int | None, limits: bool
) -> None:
    policy = replace(NONE, max_failures=5, unlock_seconds=lasts, window_seconds=remembered)

    assert limits_failures(policy, 10) is limits


def test_an_unseen_lock_is_not_a_lock() -> None:
    assert isinstance(limits_failures(replace(NONE, max_failures=UNSEEN), 10), Unknown)


COUNTS = st.integers(-2, 2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 6), st.integers(0, 4), st.tuples(COUNTS, COUNTS, COUNTS, COUNTS))
def test_no_accepted_password_is_weaker_than_what_is_guaranteed(
    length: int, classes: int, counts: tuple[int, int, int, int]
) -> None:
    lower, upper, digits, specials = counts
    policy = replace(
        NO_RULES,
        min_length=length,
        min_classes=classes,
        lower=lower,
        upper=upper,
        digits=digits,
        specials=specials,
    )
    accepted = [mix for mix in product(range(9), repeat=4) if accepts(length, classes, counts, mix)]

    def bits(mix: tuple[int, ...]) -> float:
        return nominal_bits(sum(mix), sum(CNIL[at] for at in range(4) if mix[at]))

    assert guaranteed_bits(policy, CNIL) == pytest.approx(min(map(bits, accepted)))
    assert shortest(policy) == min(map(sum, accepted))


def accepts(length: int, classes: int, counts: tuple[int, ...], mix: tuple[int, ...]) -> bool:
    """Whether PAM takes a password of so many characters of each class."""
    credit = sum(min(have, -asked) for have, asked in zip(mix, counts, strict=True) if asked < 0)
    return (
        sum(mix) > 0
        and sum(mix) + credit >= length
        and sum(have > 0 for have in mix) >= classes
        and all(have >= asked for have, asked in zip(mix, counts, strict=True))
    )
