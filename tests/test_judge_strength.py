"""What each authority says of a policy, on the defaults of the products a payer runs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.check import Reason, Unknown
from rempart.judge.hashing import regarded
from rempart.judge.passwords import holds, policy_nominal_bits, weakest
from rempart.judge.strength import judged
from rempart.judge.yardsticks import PasswordHashing, PasswordRules
from rempart.observations.passwords import NO_RULES, PasswordPolicy
from rempart.unknown import OneOf
from rempart.yardsticks import Yardsticks

BOOKS = Yardsticks.load([Path(__file__).parent.parent / "audits" / "yardsticks"])
TODAY = datetime(2026, 11, 25, tzinfo=UTC)
UNSEEN = Unknown(Reason.PRIVILEGE, "not readable")
DEBIAN = replace(NO_RULES, min_length=6)
DOMAIN = replace(NO_RULES, min_length=7, min_classes=3, max_age_days=42, history=24)
GUIDE = replace(NO_RULES, min_length=8, max_failures=5)  # slapd's own example of ppolicy


def rules(authority: str) -> PasswordRules:
    found = BOOKS.entry(authority, PasswordRules, TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize("authority", ["cnil", "anssi", "asvs", "nist"])
@pytest.mark.parametrize("policy", [NO_RULES, DEBIAN, DOMAIN, GUIDE])
def test_no_default_satisfies_any_authority(policy: PasswordPolicy, authority: str) -> None:
    found = judged(policy, rules(authority))
    if (policy, authority) == (GUIDE, "asvs"):  # eight characters without classes
        assert found.good is True
    else:
        assert found.good is False


def test_the_whole_reckoning_is_said() -> None:
    found = judged(GUIDE, rules("cnil"))
    assert found.words == (
        "8 characters, 0 classes imposed, 27 bits guaranteed (8 × log2(10) = 26.58), 53 nominal; "
        "locks after 5 failures; 27 < 50"
    )
    assert found.facts["failures"] == 5
    assert judged(DOMAIN, rules("cnil")).facts["rule"] == "42 < 80"
    assert judged(DOMAIN, rules("nist")).facts["rule"] == "7 < 15, 3 > 1"
    assert judged(DOMAIN, rules("anssi")).facts["rule"] == "length +, classes +, dictionary −"


def test_each_authority_keeps_its_own_verdict() -> None:
    complex_ = replace(NO_RULES, min_length=12, min_classes=4, dictionary=True)
    assert [judged(complex_, rules(one)).good for one in ("cnil", "anssi", "nist")] == [
        True,
        True,
        False,
    ]
    long = replace(NO_RULES, min_length=15, dictionary=True)
    assert [judged(long, rules(one)).good for one in ("cnil", "anssi", "nist")] == [
        False,
        False,
        True,
    ]


def test_a_lock_that_was_not_seen_leaves_the_lower_bar_open() -> None:
    assert judged(replace(NO_RULES, min_length=16, max_failures=UNSEEN), rules("cnil")).good is (
        UNSEEN
    )
    assert judged(replace(NO_RULES, min_length=4, max_failures=UNSEEN), rules("cnil")).good is False


def test_without_the_rules_there_are_no_facts() -> None:
    found = judged(replace(NO_RULES, min_length=UNSEEN), rules("cnil"))
    assert isinstance(found.good, Unknown)
    assert found.facts == {}


def test_on_paper_a_policy_is_worth_the_classes_it_names() -> None:
    alphabet = rules("cnil").alphabet
    three = replace(NO_RULES, min_length=14, lower=1, upper=1, digits=1)
    assert policy_nominal_bits(three, alphabet) == pytest.approx(83.36, abs=0.01)
    assert policy_nominal_bits(replace(NO_RULES, min_length=12), alphabet) == pytest.approx(
        79.55, abs=0.01
    )
    assert weakest(replace(NO_RULES, min_length=12), alphabet) == (12, 10)


def test_a_figure_that_is_one_of_several_holds_where_all_do() -> None:
    assert holds(OneOf((8, None)), lambda one: one > 4, unlimited=True) is True
    assert isinstance(holds(OneOf((8, None)), lambda one: one > 4, unlimited=False), Unknown)
    assert holds(UNSEEN, lambda one: True, unlimited=True) is UNSEEN


def test_a_fast_digest_is_weak_whatever_is_left_unsaid() -> None:
    entry = BOOKS.entry("nist", PasswordHashing, TODAY)
    assert entry is not None
    assert regarded("ssha", None, entry) == "forbid"
    assert regarded("argon2id", None, entry) is None
