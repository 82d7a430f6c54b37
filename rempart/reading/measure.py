"""A read log measured: batches go in, observations come out, and everything else is forgotten."""

import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress, repeat
from operator import floordiv, itemgetter, mod
from pathlib import Path

from rempart.observations.reading import SignIns
from rempart.reading.batch import (
    ACCOUNT,
    EXPOSED,
    REFUSED,
    SIGNED_IN,
    STEP,
    Batch,
    Limit,
    Measured,
    Rule,
    Words,
    holds_zero,
)
from rempart.reading.counts import Counts, moment
from rempart.reading.parts import Parts
from rempart.reading.rhythm import Rhythm
from rempart.reading.spill import (
    HELD,
    Spill,
    accounts_of,
    chosen,
    little,
    networks_of,
    packed,
    people_of,
    times_of,
)
from rempart.reading.windows import DAY, FAILED, HOUR, SUCCEEDED, Series, giant, placed

SLOTS = 256
DAYS = 4096
LEAST_HELD = 50_000  # lines of a giant in memory
GIANT = 400_000  # lines of one account that are not held in memory
_LATEST = 1 << 32
_SIGNS = bytes((bits & (SIGNED_IN | REFUSED)) for bits in range(256))
_STEPS = bytes(bool(bits & STEP) for bits in range(256))
_OTHERS = b"\1\0" + bytes(254)
_EXPOSED = bytes(bool(bits & EXPOSED) for bits in range(256))


class Measure:
    """Everything that is counted over one log.

    Lines wait in memory and then in a nameless file of `folder` (the system's temporary one
    where none is given), sixteen bytes each. `population` is a word for the report. With `most`,
    no file is written and no more lines are held: then the log is brought again and again, from
    its first line on, while `more` says so.
    """

    def __init__(
        self,
        *,
        ceiling: Limit | None = None,
        alarms: Sequence[Limit] = (),
        rules: Sequence[Rule] = (),
        population: str = "",
        folder: Path | None = None,
        held: int = HELD,
        most: int = 0,
    ) -> None:
        held = sys.maxsize if most else held
        self._parts = Parts(SLOTS, most) if most else None
        self._folder, self._held = folder, held
        self._spill = Spill(SLOTS, folder, held=held)
        self._rhythm = Rhythm()
        self._counts = Counts(ceiling, alarms, rules, population)
        self._first = True
        self.lines = self.placed = self.exposed = self.signed_in = self.refused = 0

    def take(self, batch: Batch) -> None:
        """Count these lines in."""
        self._first = self._parts is None or not self._parts.again
        self.lines += self._first * len(batch)
        self.exposed += self._first * sum(batch.flags.translate(_EXPOSED))
        moments = sorted(batch.times)
        if not moments:
            return
        if moments[0] < 0 or moments[-1] >= _LATEST or holds_zero(batch.accounts):
            batch = _placed(batch)
            moments = sorted(batch.times)
            if not moments:
                return
        people = self._signs(batch)
        if self._first:
            self.placed += len(batch)
            self._rhythm.add(moments)
            self._walks(batch)
        rows = packed(batch.times, batch.accounts, people, batch.addresses)
        if self._parts is None:
            self._spill.put(_slots(batch.accounts), rows)
        else:
            self._parts.put(self._spill, _slots(batch.accounts), rows)

    def more(self) -> bool:
        """With `most`: count in what is held; whether the log must be brought again for others."""
        self._measure()
        return self._parts is not None and self._parts.next()

    def abandon(self) -> None:
        """The log was not brought to the end again: what is held of it does not count."""
        if self._parts is not None:
            self._parts.abandon(self._spill)

    @property
    def left(self) -> int:
        """How many of the lines placed were not measured."""
        return self._parts.left if self._parts is not None else 0

    def _walks(self, batch: Batch) -> None:
        """Count the steps from one person to the number beside."""
        if any(steps := batch.flags.translate(_STEPS)):
            walked = compress(batch.accounts, steps)
            self._counts.accounts.steps.update(account & ACCOUNT for account in walked)

    def _signs(self, batch: Batch) -> "array[int]":
        """The people of a batch, with sign-ins where nobody is read."""
        signs = batch.flags.translate(_SIGNS)
        if signs.count(0) == len(signs):
            return batch.people
        people = batch.people[:]
        for place in compress(range(len(signs)), signs):
            failed = signs[place] & REFUSED
            self.refused += self._first and bool(failed)
            self.signed_in += self._first and not failed
            people[place] = (FAILED if failed else SUCCEEDED) << 24
        return people

    def done(self) -> Measured:
        """What was measured; nothing can be taken afterwards."""
        self._measure()
        self._spill.close()
        extent, counts = self._rhythm.extent(), self._counts
        return Measured(
            lines=self.lines,
            placed=self.placed,
            seen=counts.accounts.seen,
            exposed=self.exposed,
            first=moment(extent[0] * HOUR) if extent else None,
            last=moment(extent[1] * HOUR) if extent else None,
            silences=self._rhythm.silences(),
            distributions=counts.distributions(),
            accounts=counts.named(),
            people=counts.people(),
            dormancy=counts.dormancy(),
            sign_ins=SignIns(self.signed_in, self.refused, counts.accounts.guessed),
            alarms=counts.alarm_trials,
            rules=counts.rule_trials,
            curve=counts.curve(),
        )

    def _measure(self) -> None:
        """Count in the accounts of the slots that are held."""
        extent = self._rhythm.extent()
        if extent is not None:
            for slot in range(SLOTS) if self._parts is None else self._parts.held:
                for found in self._of(slot, extent):
                    self._counts.add(found)
        if self._parts is not None:
            self._parts.finish(self._spill)

    def _of(self, slot: int, extent: tuple[int, int]) -> Iterator[Series]:
        """The accounts of a slot, one after the other."""
        giants = self._giants(slot)
        held = max(self._held // (len(giants) or 1), LEAST_HELD)
        apart = {account: Spill(DAYS, self._folder, held=held) for account in giants}
        kept = []
        for rows in self._spill.rows(slot):
            rest = rows
            for account, spill in apart.items():
                rest = _parted(rest, slot, account, spill, extent)
            kept.append(rest)
        yield from _by_account(b"".join(kept), slot, extent)
        for account, spill in apart.items():
            days = (spill.rows(day % DAYS) for day in range(extent[0] // 24, extent[1] // 24 + 1))
            yield giant(account, days, extent[1] // 24)
            spill.close()

    def _giants(self, slot: int) -> set[int]:
        if self._spill.size(slot) <= GIANT:
            return set()
        counts: Counter[int] = Counter()
        for rows in self._spill.rows(slot):
            counts.update(accounts_of(rows, slot))
        return {account for account, count in counts.items() if count > GIANT}


def _by_account(rows: bytes, slot: int, extent: tuple[int, int]) -> Iterator[Series]:
    """The accounts of rows that fit in memory, in the order they are first met."""
    lines: defaultdict[int, list[int]] = defaultdict(list)
    for place, account in enumerate(accounts_of(rows, slot)):
        lines[account].append(place)
    times, people = times_of(rows).tolist(), people_of(rows).tolist()
    networks = networks_of(rows)
    for account, places in lines.items():
        # `itemgetter` of one place gives no tuple; a second one is cut off again.
        own, count = itemgetter(*places, places[0]), len(places)
        moments, read = list(own(times)[:count]), list(own(people)[:count])
        found = placed(account, moments, read, array("H", own(networks)[:count]), extent)
        if found is not None:
            yield found


def _slots(accounts: Words) -> bytes:
    """The slot of each account: the lowest byte of its hash."""
    return little(accounts)[::8]


def _parted(rows: bytes, slot: int, account: int, spill: Spill, extent: tuple[int, int]) -> bytes:
    """Put the rows of one account where its days are kept apart; the others come back.

    Rows dated outside the extent are dropped: days far apart share a slot.
    """
    mine = bytes(each == account for each in accounts_of(rows, slot))
    if not any(mine):
        return rows
    own = chosen(rows, mine)
    hours = range(extent[0], extent[1] + 1)
    dated = chosen(own, bytes(moment // HOUR in hours for moment in times_of(own)))
    days = map(floordiv, times_of(dated), repeat(DAY))
    spill.put(map(mod, days, repeat(DAYS)), dated)
    return chosen(rows, mine.translate(_OTHERS))


def _placed(batch: Batch) -> Batch:
    """The lines that have an account and a moment that can be."""
    kept = bytes(
        account != 0 and 0 <= moment < _LATEST
        for moment, account in zip(batch.times, batch.accounts, strict=True)
    )
    return Batch(
        array("q", compress(batch.times, kept)),
        array("Q", compress(batch.accounts, kept)),
        array("Q", compress(batch.people, kept)),
        array("Q", compress(batch.addresses, kept)),
        bytearray(compress(batch.flags, kept)),
    )
