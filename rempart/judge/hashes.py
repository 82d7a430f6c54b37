"""What it costs to read a hashed identifier back: hash every number that can exist, and look it up.

Sources: the structure of each number (an upper bound of how many there are), and `openssl speed`
of short messages on one core of an ordinary server (16 bytes; November 2026).
"""

import math
from collections.abc import Mapping
from typing import Final

# Numbers that can exist, at most. NIR: sex, year, month, department, commune, order.
SPACES: Final[Mapping[str, int]] = {
    "nir": 2 * 100 * 12 * 98 * 999 * 999,
    "nir13": 2 * 100 * 12 * 98 * 999 * 999,
    "kvnr": 26 * 10**8,
    "rvnr": 100 * 366 * 100 * 26 * 100,
    "idnr": 10**10,
    "ssn": 10**9,
    "nhs": 10**9,
    "niss": 2 * 100 * 366 * 998,
    "ahv": 10**9,
    "dni": 4 * 10**8,
}
_EACH_SECOND: Final[Mapping[str, int]] = {
    "MD5": 5_000_000,
    "SHA-1": 6_000_000,
    "SHA-224": 7_800_000,
    "SHA-256": 7_800_000,
    "SHA-384": 3_900_000,
    "SHA-512": 3_900_000,
}


def core_hours(identifier: str, algorithm: str) -> int:
    """Whole hours that one core needs, at most, to hash every number of a class; at least 1."""
    seconds = SPACES[identifier] / _EACH_SECOND[algorithm]
    return max(1, math.ceil(seconds / 3600))
