"""Identifiers of the United States: people, insured people, providers."""

import re
from typing import Final

from rempart.observations.identifiers.check_digits import digits_of, luhn

# Letters without S, L, O, I, B, Z (CMS, format of the Medicare Beneficiary Identifier).
_A: Final = "[AC-HJKMNP-RT-Y]"
_AN: Final = "[0-9AC-HJKMNP-RT-Y]"
_MBI: Final = re.compile(rf"[1-9]{_A}{_AN}\d{_A}{_AN}\d{_A}{_A}\d\d")


def ssn(text: str) -> bool:
    """Whether nine digits can be a Social Security number: no check digit, ranges never given.

    Areas 000, 666 and 900 to 999, group 00 and serial 0000 were never given (SSA, randomisation).
    """
    return (
        digits_of(text, 9)
        and text[:3] not in ("000", "666")
        and text[0] != "9"
        and text[3:5] != "00"
        and text[5:] != "0000"
    )


def mbi_shape(text: str) -> bool:
    """Whether eleven characters are letters and digits where a Medicare identifier has them."""
    return len(text) == 11 and text.isascii() and text.isalnum() and not text.isdecimal()


def mbi(text: str) -> bool:
    """Whether this has a Medicare Beneficiary Identifier's structure; it has no check digit."""
    return mbi_shape(text) and _MBI.fullmatch(text) is not None


def npi(text: str) -> bool:
    """Whether this is a National Provider Identifier: Luhn over 80840 and ten digits (CMS)."""
    return digits_of(text, 10) and text[0] in "12" and luhn("80840" + text)
