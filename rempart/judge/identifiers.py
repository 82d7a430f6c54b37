"""When counts prove that a column holds identifiers: far more valid values than chance gives."""

import math

from rempart.observations.identifiers.catalogue import BY_NAME


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
    ratio, chance = valid / candidates, 1 / known.odds
    if ratio <= chance:
        return False
    distance = ratio * math.log(ratio / chance)
    if ratio < 1:
        distance += (1 - ratio) * math.log((1 - ratio) / (1 - chance))
    return candidates * distance >= math.log(one_in)
