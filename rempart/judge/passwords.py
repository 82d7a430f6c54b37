"""Guaranteed bits: what the weakest password a policy lets through is worth to a guesser.

bits = length x log2(alphabet), over the weakest mix of character classes the policy accepts
(CNIL, délibération 2022-100, as its examples count: 12 characters of 26+26+10+37 are 79.55 bits).
A policy of twelve characters without class rules guarantees digits, 39.86 bits, whatever its users
type; so a length alone never earns what only some of them use.

The measure says how many passwords the rule leaves, not how people choose among them: dictionary
words are another control.
"""

from collections.abc import Callable
from itertools import combinations
from math import ceil, log2
from typing import TypeAlias

from rempart.check import Fact, OneOf, Seen, Unknown, unseen
from rempart.errors import Reason
from rempart.observations.passwords import PasswordPolicy

Alphabet: TypeAlias = tuple[int, int, int, int]  # lower, upper, digits, specials
CLASSES = ("lower", "upper", "digits", "specials")
BRIEF = 60  # seconds: a shorter lock, or failures forgotten sooner, hold up no guesser


def guaranteed_bits(policy: PasswordPolicy, alphabet: Alphabet) -> float | Unknown:
    """Bits of the weakest password the policy accepts, counted in that authority's alphabet.

    Unknown when a rule that matters was not seen.
    """
    found = weakest(policy, alphabet)
    return found if isinstance(found, Unknown) else nominal_bits(*found)


def weakest(policy: PasswordPolicy, alphabet: Alphabet) -> tuple[int, int] | Unknown:
    """Length and alphabet of the password `guaranteed_bits` counts."""
    missing = _missing(policy)
    if missing is not None:
        return missing
    sized = (
        (_shortest(policy, mix), sum(alphabet[index] for index in mix)) for mix in _mixes(policy)
    )
    return min(sized, key=lambda pair: nominal_bits(*pair))


def policy_nominal_bits(policy: PasswordPolicy, alphabet: Alphabet) -> float | Unknown:
    """Bits the policy is worth on paper: its length in the classes it names, in all without."""
    missing = _missing(policy)
    if missing is not None:
        return missing
    named = [size for size, count in zip(alphabet, _counts(policy), strict=True) if count > 0]
    size = sum(named) if len(named) >= _int(policy.min_classes) and named else sum(alphabet)
    return nominal_bits(_int(policy.min_length), size)


def nominal_bits(length: int, size: int) -> float:
    """Bits of so many characters of an alphabet of that size; words of a phrase count likewise."""
    return length * log2(size) if size > 0 else 0.0


def reaches(bits: float | Unknown, floor: int) -> Fact:
    """Whether the bits meet the floor, compared as whole bits.

    A strict comparison would fail the CNIL's own first example (79.55 for 80). Rounding is a
    little generous elsewhere: 15 digits (49.83) reach 50, where the CNIL prints 16.
    """
    return bits if isinstance(bits, Unknown) else round(bits) >= floor


def imposed_classes(policy: PasswordPolicy) -> int | Unknown:
    """How many kinds of characters the policy demands; 0 where it leaves the choice free."""
    missing = _missing(policy)
    if missing is not None:
        return missing
    return max(_int(policy.min_classes), sum(count > 0 for count in _counts(policy)))


def shortest(policy: PasswordPolicy) -> int | Unknown:
    """Characters of the shortest password the policy accepts."""
    missing = _missing(policy)
    if missing is not None:
        return missing
    return min(_shortest(policy, mix) for mix in _mixes(policy))


def holds(value: Seen[int | None], good: Callable[[int], bool], *, unlimited: bool) -> Fact:
    """What is true of a figure that may be no limit at all, unseen, or one of several."""
    if isinstance(value, Unknown):
        return value
    several = value.values if isinstance(value, OneOf) else (value,)
    facts = {good(one) if isinstance(one, int) else unlimited for one in several}
    return facts.pop() if len(facts) == 1 else _open("the figure")


def limits_failures(policy: PasswordPolicy, ceiling: int | None) -> Fact:
    """Whether the account locks after at most so many failures; any number will do without one.

    A lock that is over within a minute does not count: the CNIL's own least delay.
    """
    failures = policy.max_failures
    if unseen(failures):
        return failures if isinstance(failures, Unknown) else _open("the lockout")
    within = not ceiling or _int(failures) <= ceiling
    return failures is not None and _int(failures) > 0 and within and not _brief(policy)


def _brief(policy: PasswordPolicy) -> bool:
    """Whether the lock, or the memory of a failure, is known to last less than a minute."""
    lasts = (policy.unlock_seconds, policy.window_seconds)
    return any(isinstance(one, int) and one < BRIEF for one in lasts)


def _mixes(policy: PasswordPolicy) -> list[tuple[int, ...]]:
    """Every set of classes a password may consist of and be accepted."""
    counts = _counts(policy)
    forced = {index for index in range(4) if counts[index] > 0}
    least = max(1, _int(policy.min_classes))
    return [
        mix
        for size in range(least, 5)
        for mix in combinations(range(4), size)
        if forced <= set(mix)
    ]


def _shortest(policy: PasswordPolicy, mix: tuple[int, ...]) -> int:
    """Characters of the shortest password of these classes: counts lengthen it, credits shorten.

    With n characters of a class whose credit is k, PAM adds min(n, k) to the length it compares.
    """
    counts = _counts(policy)
    length = _int(policy.min_length)
    credit = sum(-counts[index] for index in mix if counts[index] < 0)
    if credit:
        uncredited = sum(max(counts[index], 1) for index in mix if counts[index] >= 0)
        length = max(length - credit, ceil((length + uncredited) / 2))
    return max(length, sum(max(counts[index], 1) for index in mix))


def _counts(policy: PasswordPolicy) -> tuple[int, ...]:
    return tuple(_int(getattr(policy, name)) for name in CLASSES)


def _missing(policy: PasswordPolicy) -> Unknown | None:
    for name in ("min_length", "min_classes", *CLASSES):
        value = getattr(policy, name)
        if unseen(value):
            return value if isinstance(value, Unknown) else _open(name.replace("_", " "))
    return None


def _open(what: str) -> Unknown:
    return Unknown(Reason.UNRESOLVED, f"{what} is not decided")


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
