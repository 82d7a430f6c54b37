"""What one authority says of a password policy, and how it comes to say so.

Three ways of measuring, one an authority: bits of the weakest password, with a lower bar where
failures are limited (CNIL); a length, lower where a second factor is demanded, and no imposed
classes (NIST, ASVS); the rules that must be there at all, where it names no figure (ANSSI).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rempart.check import Fact, Figure, Unknown, all_of, any_of, negated, unseen
from rempart.judge.passwords import (
    guaranteed_bits,
    imposed_classes,
    limits_failures,
    nominal_bits,
    policy_nominal_bits,
    reaches,
    shortest,
    weakest,
)
from rempart.judge.yardsticks import PasswordRules
from rempart.observations.passwords import PasswordPolicy


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reckoning; `strong` is whether it fails for imposed classes alone.

    `facts` are empty where a rule that matters was not seen.
    """

    good: Fact
    strong: Fact
    words: str
    facts: Mapping[str, Figure] = field(default_factory=dict)


def judged(policy: PasswordPolicy, rules: PasswordRules) -> Judgement:
    """The authority's verdict on what a policy lets through."""
    length, classes = shortest(policy), imposed_classes(policy)
    least = weakest(policy, rules.alphabet)
    if rules.figured:
        strong = all_of(_bits_suffice(policy, rules), _length_suffices(policy, rules))
        free = rules.composition != "forbidden" or negated(_imposed(classes))
        good = all_of(strong, free)
    else:
        good = strong = all_of(*_qualities(policy, rules).values())
    if isinstance(length, Unknown) or isinstance(classes, Unknown) or isinstance(least, Unknown):
        return Judgement(good, strong, "the rules were not seen")
    facts: dict[str, Figure] = {
        "bits": round(nominal_bits(*least)),
        "length": length,
        "classes": classes,
        "sum": f"{least[0]} × log2({least[1]})",
        "nominal": _nominal(policy, rules),
        "failures": _failures(policy),
        "rule": _compared(policy, rules),
    }
    words = (
        f"{length} characters, {classes} classes imposed, {facts['bits']} bits guaranteed "
        f"({facts['sum']} = {nominal_bits(*least):.2f}), {facts['nominal']} nominal; "
        f"{_lock(policy)}; {facts['rule']}"
    )
    return Judgement(good, strong, words, facts)


def _bits_suffice(policy: PasswordPolicy, rules: PasswordRules) -> Fact:
    if rules.min_bits is None:
        return True
    bits = guaranteed_bits(policy, rules.alphabet)
    alone = any_of(reaches(bits, rules.min_bits), _is_printed(policy, rules, restricted=False))
    if rules.min_bits_restricted is None:
        return alone
    enough = any_of(
        reaches(bits, rules.min_bits_restricted), _is_printed(policy, rules, restricted=True)
    )
    return any_of(alone, all_of(enough, limits_failures(policy, rules.max_failures)))


def _is_printed(policy: PasswordPolicy, rules: PasswordRules, *, restricted: bool) -> Fact:
    """Whether the authority itself prints such a policy as good enough."""
    length, classes = shortest(policy), imposed_classes(policy)
    if isinstance(length, Unknown):
        return length
    if isinstance(classes, Unknown):
        return classes
    named = (one for one in rules.printed if one.restricted is restricted)
    return any(length >= one.length and classes >= one.classes for one in named)


def _length_suffices(policy: PasswordPolicy, rules: PasswordRules) -> Fact:
    length = shortest(policy)
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


def _qualities(policy: PasswordPolicy, rules: PasswordRules) -> dict[str, Fact]:
    """The rules an authority without figures asks for, and which of them are there."""
    length, classes = shortest(policy), imposed_classes(policy)
    found: dict[str, Fact] = {"length": length if isinstance(length, Unknown) else length > 1}
    if rules.composition == "expected":
        found["classes"] = _imposed(classes)
    if rules.blocklist:
        found["dictionary"] = policy.dictionary == True  # noqa: E712  (three-valued)
    return found


def _imposed(classes: int | Unknown) -> Fact:
    return classes if isinstance(classes, Unknown) else classes > 1


def _nominal(policy: PasswordPolicy, rules: PasswordRules) -> int:
    bits = policy_nominal_bits(policy, rules.alphabet)
    return 0 if isinstance(bits, Unknown) else round(bits)


def _failures(policy: PasswordPolicy) -> int | None:
    return policy.max_failures if isinstance(policy.max_failures, int) else None


def _lock(policy: PasswordPolicy) -> str:
    if unseen(policy.max_failures):
        return "whether it locks was not seen"
    failures = _failures(policy)
    return f"locks after {failures} failures" if failures else "nothing locks"


def _compared(policy: PasswordPolicy, rules: PasswordRules) -> str:
    """The figures side by side, readable in any language: `40 < 80`, `12 < 15`."""
    return ", ".join(_comparisons(policy, rules))


def _comparisons(policy: PasswordPolicy, rules: PasswordRules) -> Iterator[str]:
    bits, length = guaranteed_bits(policy, rules.alphabet), shortest(policy)
    classes = imposed_classes(policy)
    if isinstance(bits, Unknown) or isinstance(length, Unknown) or isinstance(classes, Unknown):
        return
    if rules.min_bits is not None:
        asked = rules.min_bits
        if limits_failures(policy, rules.max_failures) is True:
            asked = rules.min_bits_restricted or asked
        yield _against(round(bits), asked)
    if rules.min_length is not None:
        factor = policy.second_factor is True
        yield _against(length, (factor and rules.min_length_mfa) or rules.min_length)
    if rules.composition == "forbidden" and classes > 1:
        yield f"{classes} > 1"
    if not rules.figured:
        yield from (
            f"{name} {'+' if fact is True else '?' if isinstance(fact, Unknown) else '−'}"
            for name, fact in _qualities(policy, rules).items()
        )


def _against(value: int, asked: int) -> str:
    return f"{value} {'≥' if value >= asked else '<'} {asked}"
