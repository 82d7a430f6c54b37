"""When counts prove that a column holds identifiers: far more valid values than chance gives."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME, PERSONAL


def personal(columns: Iterable[IdentifierColumn]) -> list[IdentifierColumn]:
    """The columns that proved to hold identifiers of people in clear."""
    return [
        one
        for one in columns
        if one.identifier in PERSONAL and proven(one.identifier, one.candidates, one.valid)
    ]


def tables(columns: Iterable[IdentifierColumn], known: Iterable[str]) -> set[str]:
    """Which of these tables hold identifiers of people; a column's name may hold dots."""
    names, found = set(known), set()
    for one in personal(columns):
        name = one.key
        while name and name not in names:
            name = name.rpartition(".")[0]
        found.add(name)
    return found & names


def proven(
    identifier: str, candidates: int, valid: int, *, min_valid: int = 5, one_in: int = 100_000
) -> bool:
    """Whether so many valid of so many candidates come about by chance less than once in `one_in`.

    Chernoff's bound of the binomial tail, which never understates chance: a column of random
    15-digit references has 1 % valid keys and is not proven however long it is.
    """
    known = BY_NAME.get(identifier)
    if known is None or valid < min_valid:
        return False
    if known.strength != "strong" and valid * 10 < candidates * 9:
        return False
    if known.odds == 1:  # nothing to check: the column's name and the structure of all decide
        return True
    return _surprise(known.odds, candidates, valid) >= math.log(one_in)


def chance_exponent(identifier: str, candidates: int, valid: int) -> int:
    """The n of "by chance less than once in 10^n"; 0 where chance would do as much."""
    known = BY_NAME.get(identifier)
    if known is None or known.odds == 1 or not candidates:
        return 0
    return int(_surprise(known.odds, candidates, valid) / math.log(10))


def _surprise(odds: int, candidates: int, valid: int) -> float:
    """The logarithm of how seldom chance gives so many; never overstated."""
    ratio, chance = valid / candidates, 1 / odds
    if ratio <= chance:
        return 0.0
    distance = ratio * math.log(ratio / chance)
    if ratio < 1:
        distance += (1 - ratio) * math.log((1 - ratio) / (1 - chance))
    return candidates * distance


# How a class is written, with no digit of anybody's: N for digits, A for letters, X for either.
MASKS: Final[Mapping[str, str]] = {
    "nir": "N NN NN NN NNN NNN NN",
    "nir13": "N NN NN NN NNN NNN",
    "kvnr": "ANNNNNNNNN",
    "rvnr": "NN NNNNNN A NNN",
    "idnr": "NN NNN NNN NNN",
    "mbi": "NAXN-AXN-AANN",
    "ssn": "NNN-NN-NNNN",
    "nhs": "NNN NNN NNNN",
    "niss": "NN.NN.NN-NNN.NN",
    "ahv": "NNN.NNNN.NNNN.NN",
    "dni": "NNNNNNNNA",
    "cf": "AAAAAANNANNANNNA",
    "birth": "NNNN-NN-NN",
    "rpps": "NNNNNNNNNNN",
    "adeli": "NNNNNNNNN",
    "npi": "NNNNNNNNNN",
    "finess": "NNNNNNNNN",
    "ik": "NNNNNNNNN",
    "siret": "NNN NNN NNN NNNNN",
    "siren": "NNN NNN NNN",
    "iban": "AANN XXXX XXXX XXXX",
    "icd10": "ANN.N",
    "ccam": "AAAANNN",
    "atc": "ANNAANN",
}
