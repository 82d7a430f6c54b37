"""Identifiers of people and bodies, told by structure and check digits. Pure and fast.

Each function takes text without separators (`compact` removes them) and answers with a boolean.
A value that passes is not proof: one of 97 random numbers passes a key. Columns are judged by how
many of their values pass, `rempart.judge.identifiers`.
"""

import re
from typing import Final

# Sex 1, 2 (3, 4 while being registered, 7, 8 provisional); month 1 to 12, 20 to 42 and 50 to 99 for
# incomplete civil records. Department 2A, 2B; 00 was never given.
_NIR: Final = re.compile(
    r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?!00)(?:\d{2}|2[AB])\d{6}"
)
# Provisional (7, 8) and passing migrants (5, 6): a sex and eleven digits without calendar.
_PROVISIONAL: Final = re.compile(r"[5-8][12]\d{11}")
_TIGHT: Final = re.compile(r"[12]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-9]\d|2[AB])\d{6}")
_SEPARATORS: Final = str.maketrans("", "", " .-\u00a0\u202f")
# Identities the French health agencies publish for tests of the INS services.
_TEST: Final = frozenset({"277076322082910"})
_IBAN_LENGTHS: Final = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "IE": 22, "IT": 27, "LU": 20, "MC": 27, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "SE": 24,
}  # fmt: skip


def compact(text: str) -> str:
    """The text without the separators people write identifiers with, in upper case."""
    return text.translate(_SEPARATORS).upper()


def nir_key(body: str) -> int:
    """The two-digit key of thirteen characters: 97 minus the number modulo 97.

    Corsica: 2A counts as 19 and 2B as 18. Source: assurance-maladie-digital/nir-validation.
    """
    if body[5:7] in ("2A", "2B"):
        body = f"{body[:5]}{19 if body[6] == 'A' else 18}{body[7:]}"
    return 97 - int(body) % 97


def nir_shape(text: str) -> bool:
    """Whether fifteen characters are built like a French social security number and its key."""
    body = text[:13]
    return (
        len(text) == 15
        and text[13:].isdecimal()
        and text.isascii()
        and (_NIR.fullmatch(body) is not None or _PROVISIONAL.fullmatch(body) is not None)
    )


def nir(text: str) -> bool:
    """Whether this is a NIR (or NIA, provisional or migrant number) with the right key.

    Structure after assurance-maladie-digital/nir-validation: sex, month, department, key.
    """
    return nir_shape(text) and nir_key(text[:13]) == int(text[13:])


def nir13(text: str) -> bool:
    """Whether thirteen characters without a key have a NIR's tight structure.

    Sex 1 or 2, month 1 to 12, department 01 to 99 or Corsica. About one random number in 43 does.
    """
    return len(text) == 13 and text.isascii() and _TIGHT.fullmatch(text) is not None


def published_for_tests(text: str) -> bool:
    """Whether a NIR is one of the identities published for tests of the INS services."""
    return text in _TEST


def iban_shape(text: str) -> bool:
    """Whether the text has a country, two check digits and that country's length (ISO 13616)."""
    return (
        text[2:4].isdecimal()
        and _IBAN_LENGTHS.get(text[:2]) == len(text)
        and text.isalnum()
        and text.isascii()
    )


def iban(text: str) -> bool:
    """Whether this is an IBAN: ISO 13616 shape, ISO 7064 MOD 97-10 check."""
    if not iban_shape(text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """Whether decimal digits pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def digits_of(text: str, count: int) -> bool:
    """Whether the text is exactly so many ASCII digits."""
    return len(text) == count and text.isascii() and text.isdecimal()


def rpps(text: str) -> bool:
    """Whether this can be a practitioner's number: eleven digits, Luhn (Annuaire Santé)."""
    return digits_of(text, 11) and text[0] != "0" and luhn(text)


def siren(text: str) -> bool:
    """Whether this can be a company's number: nine digits, Luhn (INSEE)."""
    return digits_of(text, 9) and luhn(text)


def siret(text: str) -> bool:
    """Whether this can be an establishment's number: fourteen digits, Luhn (INSEE).

    La Poste's own (356 000 000) may instead have a digit sum divisible by five.
    """
    if not digits_of(text, 14):
        return False
    return luhn(text) or (text.startswith("356000000") and sum(map(int, text)) % 5 == 0)
