"""Three-valued facts: nobody passes by accident."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.check import OneOf, Outcome, Reason, Unknown, all_of, among, any_of, negated, verdict
from rempart.errors import NotSeen

NOBODY_LOOKED = Unknown(Reason.PRIVILEGE, "sudo wanted a password")


@pytest.mark.parametrize(
    "fact",
    [
        NOBODY_LOOKED == 4,
        NOBODY_LOOKED != 4,
        NOBODY_LOOKED <= 4,
        NOBODY_LOOKED > 4,
        4 >= NOBODY_LOOKED,
        negated(NOBODY_LOOKED == 4),
    ],
)
def test_comparing_an_unknown_gives_an_unknown(fact: object) -> None:
    assert isinstance(fact, Unknown)
    assert fact.reason is Reason.PRIVILEGE


@pytest.mark.parametrize("value", [NOBODY_LOOKED, OneOf((1, 2)), OneOf((True, False))])
def test_the_truth_of_what_was_not_seen_raises(value: object) -> None:
    with pytest.raises(NotSeen):
        bool(value)


def test_membership_in_a_tuple_raises_too() -> None:
    with pytest.raises(NotSeen, match="sudo wanted"):
        _ = NOBODY_LOOKED in ("yes", "no")


def test_values_that_all_agree_decide() -> None:
    assert (OneOf((2, 3)) <= 4) is True
    assert (OneOf((5, 6)) <= 4) is False
    assert (OneOf(("a", "b")) == "c") is False


def test_values_that_disagree_stay_unresolved() -> None:
    fact = OneOf((3, 5)) <= 4
    assert isinstance(fact, Unknown)
    assert fact.reason is Reason.UNRESOLVED


def test_one_false_decides_whatever_is_unknown() -> None:
    assert all_of(NOBODY_LOOKED, False) is False
    assert any_of(NOBODY_LOOKED, True) is True


def test_an_unknown_among_truths_leaves_it_open() -> None:
    assert all_of(True, NOBODY_LOOKED) is NOBODY_LOOKED
    assert any_of(False, NOBODY_LOOKED) is NOBODY_LOOKED


def test_among_answers_for_known_and_unknown() -> None:
    assert among("no", ("no", "prohibit-password")) is True
    assert among("yes", ("no",)) is False
    assert isinstance(among(NOBODY_LOOKED, ("no",)), Unknown)


@given(st.lists(st.sampled_from([True, False, NOBODY_LOOKED]), max_size=6))
def test_all_and_any_are_each_others_mirror(facts: list[bool | Unknown]) -> None:
    mirrored = negated(any_of(*(negated(fact) for fact in facts)))
    direct = all_of(*facts)
    assert isinstance(mirrored, Unknown) is isinstance(direct, Unknown)
    if not isinstance(direct, Unknown):
        assert mirrored is direct


def test_a_verdict_on_an_unknown_is_notchecked_with_its_reason() -> None:
    result = verdict(NOBODY_LOOKED == 4, "4", "sshd -T")
    assert (result.outcome, result.reason) == (Outcome.NOTCHECKED, Reason.PRIVILEGE)


def test_a_verdict_on_disagreeing_values_is_unresolved() -> None:
    result = verdict(OneOf((True, False)), "either", "main.tf")
    assert (result.outcome, result.reason) == (Outcome.NOTCHECKED, Reason.UNRESOLVED)
