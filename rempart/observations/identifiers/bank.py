"""Bank accounts."""

from typing import Final

LENGTHS: Final = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "GR": 27, "IE": 22, "IT": 27, "LU": 20, "MC": 27, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "SE": 24,
}  # fmt: skip
IBAN_LENGTHS: Final = frozenset(LENGTHS.values())


def iban_shape(text: str) -> bool:
    """Whether the text has a country, two check digits and that country's length (ISO 13616)."""
    return (
        text[2:4].isdecimal()
        and LENGTHS.get(text[:2]) == len(text)
        and text.isalnum()
        and text.isascii()
    )


def iban(text: str) -> bool:
    """Whether this is an IBAN: ISO 13616 shape, ISO 7064 MOD 97-10 check."""
    if not iban_shape(text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1
