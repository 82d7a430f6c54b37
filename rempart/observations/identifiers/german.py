"""Identifiers of Germany: insured people, health insurers, pensions, taxes."""

import re
from collections import Counter
from typing import Final

from rempart.observations.identifiers.check_digits import cross_sums, digits_of, mod_11_10

_KVNR: Final = re.compile(r"[A-Z]\d{9}")
# Day 1 to 31, or 51 to 81 where the day's numbers ran out; day and month may be 00.
_RVNR: Final = re.compile(r"\d\d(?:[0-2]\d|3[01]|[5-7]\d|8[01])(?:0\d|1[0-2])\d\d[A-Z]\d{3}")
RVNR_WEIGHTS: Final = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def _number(letter: str) -> str:
    return f"{ord(letter) - 64:02}"


def kvnr_shape(text: str) -> bool:
    """Whether ten characters are built like the unchanging part of a Krankenversichertennummer."""
    return len(text) == 10 and text.isascii() and _KVNR.fullmatch(text) is not None


def kvnr(text: str) -> bool:
    """Whether this is a KVNR: the letter as two digits, weights 1 and 2, the sum's last digit.

    Source: GKV-Spitzenverband, structure of the Krankenversichertennummer (§ 290 SGB V).
    """
    if not kvnr_shape(text):
        return False
    return cross_sums(_number(text[0]) + text[1:9], (1, 2) * 5) % 10 == int(text[9])


def ik(text: str) -> bool:
    """Whether this is an Institutionskennzeichen: digits 3 to 8 weighted 2 and 1, last digit.

    Source: ARGE IK, circular on the Institutionskennzeichen.
    """
    return digits_of(text, 9) and cross_sums(text[2:8], (2, 1) * 3) % 10 == int(text[8])


def rvnr_shape(text: str) -> bool:
    """Whether twelve characters are built like a pension number: area, birth date, letter."""
    return len(text) == 12 and text.isascii() and _RVNR.fullmatch(text) is not None


def rvnr(text: str) -> bool:
    """Whether this is a Rentenversicherungsnummer (VKVV § 2 to 4: weights and cross sums)."""
    if not rvnr_shape(text):
        return False
    digits = text[:8] + _number(text[8]) + text[9:11]
    return cross_sums(digits, RVNR_WEIGHTS) % 10 == int(text[11])


def tax_id(text: str) -> bool:
    """Whether this is a steuerliche Identifikationsnummer: one digit repeated, ISO 7064 MOD 11,10.

    Of the first ten digits exactly one stands two or three times (§ 139b AO, ITZBund).
    """
    if not digits_of(text, 11) or text[0] == "0":
        return False
    repeated = [count for count in Counter(text[:10]).values() if count > 1]
    return len(repeated) == 1 and repeated[0] in (2, 3) and mod_11_10(text)
