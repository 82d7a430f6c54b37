"""Identifiers of France: insured people, practitioners, establishments, companies."""

import re
from typing import Final

from rempart.observations.identifiers.check_digits import digits_of, luhn

# Sex 1, 2 (3, 4 while being registered, 7, 8 provisional); month 1 to 12, 20 to 42 and 50 to 99 for
# incomplete civil records. Department 2A, 2B; 00 was never given.
_NIR: Final = re.compile(
    r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?!00)(?:\d{2}|2[AB])\d{6}"
)
# Provisional (7, 8) and passing migrants (5, 6): a sex and eleven digits without calendar.
_PROVISIONAL: Final = re.compile(r"[5-8][12]\d{11}")
_TIGHT: Final = re.compile(r"[12]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-9]\d|2[AB])\d{6}")
# Identities the French health agencies publish for tests of the INS services.
TESTS: Final = frozenset({"277076322082910"})
_FINESS: Final = re.compile(r"(?:(?!00)\d\d|2[AB])\d{7}")


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


def nir_tight(text: str) -> bool:
    """Whether this is a NIR as most people have one: sex 1 or 2, month 1 to 12, right key.

    About one in 4,500 random runs of fifteen digits is, so that it says something even alone.
    """
    return (
        len(text) == 15
        and text.isascii()
        and text[13:].isdecimal()
        and _TIGHT.fullmatch(text[:13]) is not None
        and nir_key(text[:13]) == int(text[13:])
    )


def nir13_shape(text: str) -> bool:
    """Whether thirteen characters could be a NIR without its key, letters of Corsica included."""
    return len(text) == 13 and text.isascii() and text[:5].isdecimal() and text[7:].isdecimal()


def nir13(text: str) -> bool:
    """Whether thirteen characters without a key have a NIR's tight structure.

    Sex 1 or 2, month 1 to 12, department 01 to 99 or Corsica. About one random number in 43 does.
    """
    return len(text) == 13 and text.isascii() and _TIGHT.fullmatch(text) is not None


def published_for_tests(text: str) -> bool:
    """Whether a NIR is one of the identities published for tests of the INS services."""
    return text in TESTS


def rpps(text: str) -> bool:
    """Whether this can be a practitioner's number: eleven digits, Luhn (Annuaire Santé)."""
    return digits_of(text, 11) and text[0] != "0" and luhn(text)


def adeli(text: str) -> bool:
    """Whether nine digits are built like an ADELI number: department, then profession.

    Its key is published nowhere, so that none is claimed; RPPS replaces it.
    """
    return digits_of(text, 9) and text[:2] != "00"


def finess_shape(text: str) -> bool:
    """Whether nine characters start with a department, Corsica included."""
    return len(text) == 9 and text.isascii() and _FINESS.fullmatch(text) is not None


def finess(text: str) -> bool:
    """Whether this can be an establishment's number: department and Luhn (FINESS).

    How a letter of Corsica enters the sum is published nowhere: there, structure alone counts.
    """
    return finess_shape(text) and (text[1] in "AB" or luhn(text))


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
