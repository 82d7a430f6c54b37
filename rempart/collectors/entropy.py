"""How random bytes look: encrypted and compressed data have nearly eight bits a byte."""

import math
from collections import Counter


def millibits(data: bytes) -> int:
    """Shannon entropy in thousandths of a bit a byte; 0 for nothing."""
    if not data:
        return 0
    size = len(data)
    return round(-1000 * sum(n / size * math.log2(n / size) for n in Counter(data).values()))


def looks_random(data: bytes) -> bool:
    """Whether bytes are as random as a cipher makes them; too few bytes say nothing.

    A sample of n bytes of perfect noise falls short of 8 bits by about 255 / (2 n ln 2).
    """
    if len(data) < 1024:
        return False
    short = 255 / (2 * len(data) * math.log(2)) * 1000
    return millibits(data) >= 8000 - 2 * short - 10
