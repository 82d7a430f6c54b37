"""Check digits that several identifiers share: pure functions over ASCII digits."""

from collections.abc import Sequence
from typing import Final

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def digits_of(text: str, count: int) -> bool:
    """Whether the text is exactly so many ASCII digits."""
    return len(text) == count and text.isascii() and text.isdecimal()


def luhn(digits: str) -> bool:
    """Whether decimal digits pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def cross_sums(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digit sums of each digit times its weight."""
    return sum(
        sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, weights, strict=True)
    )


def mod_11_10(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7064, MOD 11,10."""
    carry = 10
    for digit in digits[:-1]:
        carry = (carry + int(digit)) % 10 or 10
        carry = carry * 2 % 11
    return (11 - carry) % 10 == int(digits[-1])


def ean(digits: str) -> bool:
    """Whether the last digit is the check digit of a GS1 number (weights 1 and 3)."""
    total = sum(map(int, digits[-1::-2])) + 3 * sum(map(int, digits[-2::-2]))
    return total % 10 == 0
