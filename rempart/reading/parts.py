"""Which part of a log is held, where it must fit in memory: the rest waits for another reading.

Where nothing may be written, a log that is too large is read several times over, each time for the
accounts of some of the slots. How many lines each slot has is known after the first time.
"""

from collections import Counter
from itertools import compress

from rempart.reading.spill import Spill, chosen


class Parts:
    """The slots of a spill that are held, those that are done with, and those that wait.

    At most `most` lines are held. A slot that alone has more never is.
    """

    def __init__(self, slots: int, most: int) -> None:
        self._most = most
        self._sizes: Counter[int] = Counter()
        self._held = set(range(slots))
        self._done: set[int] = set()
        self.again = False

    def put(self, spill: Spill, slots: bytes, rows: bytes) -> None:
        """Put the rows of held slots into the spill; count those of all, the first time."""
        if not self.again:
            self._sizes.update(slots)
        choice = bytes(slot in self._held for slot in range(256))
        if 0 in choice:
            kept = slots.translate(choice)
            slots, rows = bytes(compress(slots, kept)), chosen(rows, kept)
        spill.put(slots, rows)
        if (lines := sum(map(spill.size, self._held))) > self._most:
            self._give_up(spill, lines - self._most * 3 // 4)

    def _give_up(self, spill: Spill, lines: int) -> None:
        """Drop the largest slots that are held, until so many lines are gone."""
        for slot in sorted(self._held, key=spill.size, reverse=True):
            if lines <= 0:
                return
            lines -= spill.size(slot)
            spill.drop(slot)
            self._held.remove(slot)

    def finish(self, spill: Spill) -> None:
        """What is held is done with."""
        for slot in self._held:
            spill.drop(slot)
        self._done |= self._held
        self._held.clear()

    def abandon(self, spill: Spill) -> None:
        """What is held is not the whole of its slots: forget it."""
        for slot in self._held:
            spill.drop(slot)
        self._held.clear()

    def next(self) -> bool:
        """Whether the log has to be read again, for slots that are then held."""
        lines = 0
        for slot, size in sorted(self._sizes.items()):
            if slot not in self._done and lines + size <= self._most:
                self._held.add(slot)
                lines += size
        self.again = True
        return bool(self._held)

    @property
    def held(self) -> list[int]:
        """The slots whose lines are here."""
        return sorted(self._held)

    @property
    def left(self) -> int:
        """How many lines no reading was made for."""
        return sum(size for slot, size in self._sizes.items() if slot not in self._done)
