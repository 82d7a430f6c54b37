from rempart.check import Fact, Result, Severity, all_of, any_of, negated, notapplicable, verdict
from rempart.judge.passwords import (
    guaranteed_bits,
    imposed_classes,
    limits_failures,
    reaches,
    shortest,
)
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy
from rempart.unknown import Unknown


def check(policy: PasswordPolicy, rules: PasswordRules) -> Result:
    if rules.min_bits is None and rules.min_length is None:
        return notapplicable("this authority gives no figure", policy)
    bits, length = guaranteed_bits(policy, rules.alphabet), shortest(policy)
    classes = imposed_classes(policy)
    enough = any_of(_bits_suffice(policy, rules, bits), _is_printed(policy, rules, length, classes))
    strong = all_of(enough, _length_suffices(policy, rules, length))
    free = rules.composition != "forbidden" or negated(_more_than_one(classes))
    good = all_of(strong, free)
    if isinstance(bits, Unknown) or isinstance(length, Unknown) or isinstance(classes, Unknown):
        return verdict(good, "the rules were not seen", policy)
    facts = {"bits": round(bits), "length": length, "classes": classes}
    seen = f"{length} characters, {classes} classes imposed, {round(bits)} bits guaranteed"
    # strong enough, but classes are imposed
    severity = Severity.LOW if strong is True and good is False else None
    return verdict(good, seen, policy, facts=facts, severity=severity)


def _bits_suffice(policy: PasswordPolicy, rules: PasswordRules, bits: float | Unknown) -> Fact:
    if rules.min_bits is None:
        return True
    alone = reaches(bits, rules.min_bits)
    if rules.min_bits_restricted is None:
        return alone
    restricted = limits_failures(policy, rules.max_failures)
    return any_of(alone, all_of(reaches(bits, rules.min_bits_restricted), restricted))


def _is_printed(
    policy: PasswordPolicy, rules: PasswordRules, length: int | Unknown, classes: int | Unknown
) -> Fact:
    """Whether the authority itself prints such a policy as good enough."""
    if isinstance(length, Unknown):
        return length
    if isinstance(classes, Unknown):
        return classes
    restricted = limits_failures(policy, rules.max_failures)
    return any_of(
        *(
            restricted if one.restricted else True
            for one in rules.printed
            if length >= one.length and classes >= one.classes
        )
    )


def _length_suffices(policy: PasswordPolicy, rules: PasswordRules, length: int | Unknown) -> Fact:
    if rules.min_length is None:
        return True
    if isinstance(length, Unknown):
        return length
    if length >= rules.min_length:
        return True
    if rules.min_length_mfa is None or length < rules.min_length_mfa:
        return False
    factor: Fact = policy.second_factor == True  # noqa: E712  (three-valued)
    return factor


def _more_than_one(classes: int | Unknown) -> Fact:
    return classes if isinstance(classes, Unknown) else classes > 1
