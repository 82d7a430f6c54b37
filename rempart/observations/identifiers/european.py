"""Identifiers of people in Belgium, Switzerland, Spain, Italy and the United Kingdom."""

import re
from typing import Final

from rempart.observations.identifiers.check_digits import digits_of, ean

DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_DNI: Final = re.compile(r"(?:\d|[XYZ])\d{7}[A-Z]")
# Digits of a codice fiscale may be replaced by letters where two people would have the same.
_CF: Final = re.compile(
    r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"
)
CF_ODD: Final = (
    dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    | dict(zip("ABCDEFGHIJKLM", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18), strict=True))
    | dict(zip("NOPQRSTUVWXYZ", (20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23), strict=True))
)


def nhs(text: str) -> bool:
    """Whether this is a British NHS number: ten digits, weights 10 to 2, modulo 11."""
    if not digits_of(text, 10):
        return False
    check = -sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False))
    return check % 11 == int(text[9])


def niss_shape(text: str) -> bool:
    """Whether eleven digits start with a birth date, BIS numbers (month plus 20 or 40) included."""
    if not digits_of(text, 11):
        return False
    month, day = int(text[2:4]), int(text[4:6])
    return month % 20 <= 12 and month < 60 and day <= 31


def niss(text: str) -> bool:
    """Whether this is a Belgian national register number: 97 minus nine digits modulo 97.

    For people born from 2000 on a 2 stands before the nine digits.
    """
    if not niss_shape(text):
        return False
    body, check = int(text[:9]), int(text[9:])
    return check in (97 - body % 97, 97 - (2_000_000_000 + body) % 97)


def ahv_shape(text: str) -> bool:
    """Whether thirteen digits start with Switzerland's country code 756."""
    return digits_of(text, 13) and text.startswith("756")


def ahv(text: str) -> bool:
    """Whether this is a Swiss AHV number: 756, and the check digit of a GS1 number."""
    return ahv_shape(text) and ean(text)


def dni_shape(text: str) -> bool:
    """Whether nine characters are built like a Spanish DNI (digits) or NIE (X, Y, Z)."""
    return len(text) == 9 and text.isascii() and _DNI.fullmatch(text) is not None


def dni(text: str) -> bool:
    """Whether this is a Spanish DNI or NIE: the letter is the number modulo 23."""
    if not dni_shape(text):
        return False
    first = text[0] if text[0].isdecimal() else str("XYZ".index(text[0]))
    return DNI_LETTERS[int(first + text[1:8]) % 23] == text[8]


def codice_fiscale_shape(text: str) -> bool:
    """Whether sixteen characters are built like an Italian codice fiscale of a person."""
    return len(text) == 16 and text.isascii() and _CF.fullmatch(text) is not None


def codice_fiscale(text: str) -> bool:
    """Whether this is a codice fiscale: odd and even places weighted apart, modulo 26."""
    if not codice_fiscale_shape(text):
        return False
    total = sum(CF_ODD[letter] for letter in text[0:15:2])
    total += sum(int(one) if one.isdecimal() else ord(one) - 65 for one in text[1:15:2])
    return chr(65 + total % 26) == text[15]
