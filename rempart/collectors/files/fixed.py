"""Records of fixed width, as insurers' exchanges have them (NOEMIE, B2): no separator, one place.

No value stands alone there, so that every place of a line is tried: where nearly all values of one
kind of line carry the right key at one place, that place is a column.
"""

import re
from collections import Counter
from typing import Final

from rempart.collectors.files.columns import Records
from rempart.collectors.values import Column
from rempart.judge.identifiers import proven
from rempart.observations.datastores import IdentifierCount

LINES: Final = 400  # that are tried at every place
WIDEST: Final = 2_000
SIZE: Final = 15
_SHAPED: Final = re.compile(r"[1-8]\d{4}[0-9][0-9AB]\d{8}")


def fixed_width(text: str, *, cut: bool) -> Records | None:
    """The columns of lines that hold several fields without a separator; None for other text."""
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    if cut and lines:
        lines.pop()
    width, count = Counter(map(len, lines[:LINES])).most_common(1)[0] if lines else (0, 0)
    if not SIZE < width <= WIDEST or count < 5 or count * 2 < len(lines[:LINES]):
        return None
    columns = tuple(_columns(lines, width))
    if not columns:
        return None
    return Records("fixed width", len(lines), not cut, columns)


def _columns(lines: list[str], width: int) -> list[IdentifierCount]:
    tried = [line for line in lines[:LINES] if len(line) == width]
    found, place = [], 0
    while place <= width - SIZE:
        column = Column(f"column at {place + 1}")
        for line in tried:
            value = line[place : place + SIZE]
            if _SHAPED.fullmatch(value):
                column.add(value)
        sure = [one for one in column.counts() if _sure(one)]
        if sure:
            column = Column(f"column at {place + 1}")
            for line in lines:
                if _SHAPED.fullmatch(line[place : place + SIZE]):
                    column.add(line[place : place + SIZE])
            found += [one for one in column.counts() if one.identifier == "nir"]
            place += SIZE
        place += 1
    return found


def _sure(count: IdentifierCount) -> bool:
    """Proven although many places were tried."""
    if count.identifier != "nir":
        return False
    return proven("nir", count.candidates, count.valid, one_in=100_000 * WIDEST)
