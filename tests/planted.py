"""What is found of the extractions planted in a payer, and what besides."""

from collections import defaultdict
from dataclasses import dataclass

from rempart.reading.peers import Peers, level
from rempart.reading.spill import packed
from rempart.reading.windows import DAY, WEEK, series
from tests.payers import FIRST, Payer, log


@dataclass(frozen=True, slots=True)
class Found:
    planted: int
    missed: tuple[str, ...]
    false: int
    days: int


def found(payer: Payer) -> Found:
    """What is found in a payer; a false alarm is an account and a day without an extraction."""
    made = log(payer)
    rows: defaultdict[int, bytearray] = defaultdict(bytearray)
    for batch in made.batches():
        packs = packed(batch.times, batch.accounts, batch.people, batch.addresses)
        for place, account in enumerate(batch.accounts):
            rows[account] += packs[16 * place : 16 * place + 16]
    peers = Peers()
    for account, own in rows.items():
        one = series(account, bytes(own), (FIRST * 24, (FIRST + payer.days) * 24 - 1))
        assert one is not None
        peers.add(one, level(one.day_people))
    hit, false = set(), set()
    for out in peers.standouts():
        day = out.start // DAY
        span = range(day, day + (7 if out.seconds == WEEK else 1))
        if made.truth.get(out.account, set()).intersection(span):
            hit.add(out.account)
        else:
            false.add((out.account, day))
    missed = [plant.trade for plant, account in made.plants if account not in hit]
    return Found(len(made.plants), tuple(missed), len(false), made.accounts * payer.days)
