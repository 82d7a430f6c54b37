"""Secrets made up while tests run, so that none stands in this repository.

`made("AKIA<B:16>")` puts random letters where `<alphabet:count>` stands; the same seed, the same.
"""

import random
import re
from typing import Final

ALPHABETS: Final = {
    "a": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "B": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "U": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "l": "abcdefghijklmnopqrstuvwxyz0123456789",
    "x": "0123456789abcdef",
    "d": "123456789",
    "s": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/",
    "n": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_PART: Final = re.compile(r"<([aBUlxdsnu]):(\d+)>")


def made(template: str, seed: int = 1) -> str:
    """The template with random letters; `<u:1>` is a UUID."""
    chance = random.Random(f"{template}{seed}")  # noqa: S311

    def letters(match: re.Match[str]) -> str:
        if match[1] == "u":
            return "-".join(_letters(chance, "x", size) for size in (8, 4, 4, 4, 12))
        return _letters(chance, match[1], int(match[2]))

    return _PART.sub(letters, template)


def _letters(chance: random.Random, alphabet: str, size: int) -> str:
    return "".join(chance.choices(ALPHABETS[alphabet], k=size))
