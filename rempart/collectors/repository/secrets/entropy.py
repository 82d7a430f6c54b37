"""How many bits a character of a text carries by its own letters: words have few, keys many."""

import math
from collections import Counter


def bits(text: str | bytes) -> float:
    """Shannon entropy in bits a character; 0 for nothing."""
    size = len(text)
    if not size:
        return 0.0
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())
