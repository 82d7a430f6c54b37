"""The fictional portal's read log: six months of ordinary work, and three nights that were not.

Sixty accounts look up their own patients in their own hours. One of them, a pharmacy's, is used at
night from a network it never came from, and reads as in 2024: eight people a minute.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rempart.observations.identifiers.french import nir_key

SEED = 20240201  # the day the second of two payers was entered
DAYS = 200
NIGHTS = (1, 2, 3)  # Tuesday to Thursday of the week before the last
NIGHT = range(2 * 60, 5 * 60)  # minutes of the day in which the thief reads
PACE = 8  # people a minute
FRESH = 0.2  # of what an account reads, this part it never read before
_OFFICE = (8, 9, 9, 10, 10, 11, 14, 14, 15, 16, 16, 17, 18)
_ROUND = tuple(range(24))


@dataclass(frozen=True, slots=True)
class _Trade:
    """What accounts of one kind do: how many a day on weekdays, Saturdays and Sundays, and when."""

    accounts: int
    reads: tuple[float, float, float]
    hours: tuple[int, ...]
    patients: int


_TRADES = (
    _Trade(5, (8, 7, 6), _ROUND, 500),  # hospital desks
    _Trade(15, (3, 2, 0), _OFFICE, 90),  # pharmacies
    _Trade(40, (0.7, 0.1, 0), _OFFICE, 40),  # practices
)


@dataclass(slots=True)
class _Account:
    name: str
    network: str
    trade: _Trade
    patients: list[str] = field(default_factory=list)


def write(path: Path, now: datetime | None = None) -> None:
    """Write the log up to the hour before, readable by its owner alone."""
    dice = random.Random(SEED)  # noqa: S311  (the same habits every time)
    until = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    people = _people(dice)
    accounts = list(_accounts(dice, people))
    lines = [*_ordinary(dice, accounts, people, until), *_stolen(dice, accounts[5], people, until)]
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(sorted(lines)), encoding="ascii")


def _people(dice: random.Random) -> Iterator[str]:
    """Numbers nobody has: the order of birth 000 is never given. Each comes once."""
    seen = set()
    while True:
        body = f"{dice.choice('12')}{dice.randrange(30, 100):02}{dice.randrange(1, 13):02}"
        body += f"{dice.randrange(21, 96):02}{dice.randrange(1, 600):03}000"
        if body not in seen:
            seen.add(body)
            yield f"{body}{nir_key(body):02}"


def _accounts(dice: random.Random, people: Iterator[str]) -> Iterator[_Account]:
    for trade in _TRADES:
        for _ in range(trade.accounts):
            number = f"{dice.randrange(16**4):x}"
            patients = [next(people) for _ in range(trade.patients)]
            yield _Account(f"ps-{dice.randrange(10**5):05}", number, trade, patients)


def _ordinary(
    dice: random.Random, accounts: list[_Account], people: Iterator[str], until: datetime
) -> Iterator[str]:
    for ago in range(DAYS, -1, -1):
        day = (until - timedelta(days=ago)).date()
        kind = max(day.weekday() - 4, 0)
        for account in accounts:
            usual = account.trade.reads[kind] * dice.uniform(0.5, 1.5)
            for _ in range(int(usual + dice.random())):
                minute = dice.choice(account.trade.hours) * 60 + dice.randrange(60)
                if ago or minute < until.hour * 60:
                    new = dice.random() < FRESH
                    person = next(people) if new else dice.choice(account.patients)
                    yield _line(dice, f"{day}", minute, account, account.network, person)


def _stolen(
    dice: random.Random, account: _Account, people: Iterator[str], until: datetime
) -> Iterator[str]:
    """The three nights, one person after the other, nobody twice."""
    monday = until.date() - timedelta(days=until.weekday() + 14)
    for night in NIGHTS:
        day = monday + timedelta(days=night)
        for minute in NIGHT:
            for _ in range(PACE):
                yield _line(dice, f"{day}", minute, account, "beef", next(people))


def _line(
    dice: random.Random, day: str, minute: int, account: _Account, network: str, person: str
) -> str:
    """One read; the moment comes first, so that lines sort by it."""
    moment = f"{day}T{minute // 60:02}:{minute % 60:02}:{dice.randrange(60):02}Z"
    return (
        f'{{"ts":"{moment}","user":"{account.name}","nir":"{person}","action":"read",'
        f'"status":200,"ip":"2001:db8:{network}::1"}}\n'
    )
