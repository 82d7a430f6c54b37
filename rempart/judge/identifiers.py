"""When counts prove that a column holds identifiers: far more valid values than chance gives."""

import math
from collections.abc import Mapping
from typing import Final

# One of so many random values of the right shape passes the check digits, or the structure.
ODDS: Final[Mapping[str, int]] = {
    "nir": 97,
    "nir13": 43,
    "iban": 97,
    "rpps": 10,
    "siren": 10,
    "siret": 10,
}
# What reports call them.
NAMES: Final[Mapping[str, str]] = {
    "nir": "NIR",
    "nir13": "NIR (13)",
    "iban": "IBAN",
    "rpps": "RPPS",
    "siren": "SIREN",
    "siret": "SIRET",
}
# Classes whose check is so weak that dates or counters pass in numbers: nearly all must.
WEAK: Final = frozenset({"nir13", "rpps", "siren", "siret"})


def proven(
    identifier: str, candidates: int, valid: int, *, min_valid: int = 5, one_in: int = 100_000
) -> bool:
    """Whether so many valid of so many candidates come about by chance less than once in `one_in`.

    Chernoff's bound of the binomial tail, which never understates chance: a column of random
    15-digit references has 1 % valid keys and is not proven however long it is.
    """
    odds = ODDS.get(identifier)
    if odds is None or valid < min_valid:
        return False
    if identifier in WEAK and valid * 10 < candidates * 9:
        return False
    ratio, chance = valid / candidates, 1 / odds
    if ratio <= chance:
        return False
    distance = ratio * math.log(ratio / chance)
    if ratio < 1:
        distance += (1 - ratio) * math.log((1 - ratio) / (1 - chance))
    return candidates * distance >= math.log(one_in)
