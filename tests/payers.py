"""Payers that do not exist: their read logs, ordinary in many ways, and the extractions in them.

Every payer is made from a seed. Accounts belong to trades (practices, pharmacies, night shifts,
hospital desks, batch accounts ...) with their own volume, hours and share of people who come back;
over them lie weekends, holidays and an epidemic. A plant is an extraction: at least ten times what
the median account of its trade reads in the window the plant is about.
"""

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from rempart.reading.batch import READ, Batch

FIRST = 20_454  # 1 January 2026, a Thursday, in days since 1970
OFFICE = (8, 9, 9, 10, 10, 11, 11, 14, 14, 15, 15, 16, 16, 17, 18)
NIGHT = (20, 21, 22, 22, 23, 0, 1, 2, 3, 4, 5)
ROUND = tuple(range(24))
SIZE = 20_000  # lines of a batch


@dataclass(frozen=True, slots=True)
class Trade:
    """What accounts of one kind do in a day."""

    name: str
    accounts: int
    people: int  # a usual day of the median account
    unlike: float = 0.4  # how unlike each other they are (standard deviation of the logarithm)
    uneven: float = 0.25  # how uneven the days of one are
    hours: tuple[int, ...] = OFFICE
    week: tuple[float, ...] = (1.2, 1, 0.9, 1, 1, 0.3, 0)  # Monday to Sunday
    returning: float = 0.5  # part of the day's people that it already knows
    present: float = 0.9  # how likely it works on a working day
    surge: bool = True  # an epidemic reaches it
    clinic: float = 1  # on its clinic's weekday, times the usual


@dataclass(frozen=True, slots=True)
class Plant:
    """An extraction: from `day`, for so many days, in these hours, so many times the median."""

    trade: str
    window: str  # hour | day | month: what it is at least ten times of
    day: int
    days: int
    times: float = 10
    hours: tuple[int, ...] = ROUND
    accounts: int = 1
    fresh: bool = False  # by an account that did nothing else


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer: trades, days, an epidemic (from, until, times), holidays, and the plants."""

    name: str
    seed: int
    trades: tuple[Trade, ...]
    days: int = 60
    epidemic: tuple[int, int, float] = (0, 0, 1)
    holidays: tuple[int, ...] = ()
    plants: tuple[Plant, ...] = ()


@dataclass(slots=True)
class Log:
    """The lines of a payer, and the truth: who extracted, on which days."""

    lines: list[tuple[int, int, int, int]] = field(default_factory=list)
    truth: dict[int, set[int]] = field(default_factory=dict)
    plants: list[tuple[Plant, int]] = field(default_factory=list)
    accounts: int = 0
    days: int = 0

    def batches(self, size: int = SIZE) -> Iterator[Batch]:
        """The log as a collector brings it."""
        for start in range(0, len(self.lines), size):
            times, accounts, people, networks = zip(*self.lines[start : start + size], strict=True)
            yield Batch(
                array("q", times),
                array("Q", accounts),
                array("Q", people),
                array("Q", networks),
                bytearray([READ]) * len(times),
            )


def log(payer: Payer) -> Log:
    """The read log of a payer, in time order."""
    chance = random.Random(payer.seed)  # noqa: S311  (the same payer every time)
    made = Log(days=payer.days)
    accounts: dict[str, list[int]] = {}
    for trade in payer.trades:
        accounts[trade.name] = [chance.getrandbits(64) for _ in range(trade.accounts)]
        for account in accounts[trade.name]:
            _work(made, payer, trade, account, chance)
    made.accounts = sum(map(len, accounts.values()))
    for plant in payer.plants:
        trade = next(each for each in payer.trades if each.name == plant.trade)
        taken = chance.sample(accounts[plant.trade], plant.accounts)
        if plant.fresh:
            taken = [chance.getrandbits(64) for _ in taken]
            made.accounts += len(taken)
        for account in taken:
            made.plants.append((plant, account))
            _extract(made, trade, plant, account, chance)
    made.lines.sort()
    return made


def _work(made: Log, payer: Payer, trade: Trade, account: int, chance: random.Random) -> None:
    usual = trade.people * chance.lognormvariate(0, trade.unlike)
    known: list[int] = [chance.getrandbits(64) for _ in range(max(1, int(usual * 15)))]
    network, clinic = chance.getrandbits(64), chance.randrange(5)
    begun, ended, times = payer.epidemic
    away = chance.randrange(payer.days)
    for day in range(payer.days):
        weekday = (day + 3) % 7
        if day in payer.holidays or away <= day < away + 7 or chance.random() > trade.present:
            continue
        mean = usual * trade.week[weekday] * chance.lognormvariate(0, trade.uneven)
        mean *= times if trade.surge and begun <= day < ended else 1
        mean *= trade.clinic if weekday == clinic else 1
        count = int(mean + chance.random())
        for _ in range(count):
            if chance.random() < trade.returning:
                person = chance.choice(known)
            else:
                person = chance.getrandbits(64)
                known[chance.randrange(len(known))] = person
            made.lines.append((_moment(day, trade.hours, chance), account, person, network))


def _extract(made: Log, trade: Trade, plant: Plant, account: int, chance: random.Random) -> None:
    network = chance.getrandbits(64)
    truth = made.truth.setdefault(account, set())
    share = plant.times * _usual(trade, plant.window) / (30 if plant.window == "month" else 1)
    for day in range(plant.day, plant.day + plant.days):
        truth.add(FIRST + day)
        hours = (plant.hours[0],) if plant.window == "hour" else plant.hours
        for _ in range(int(share) + 1):
            person = chance.getrandbits(64)
            made.lines.append((_moment(day, hours, chance), account, person, network))


def _usual(trade: Trade, window: str) -> float:
    """What the median account of a trade reads in its usual hour, day or month."""
    if window == "hour":
        most = max(trade.hours.count(hour) for hour in trade.hours)
        return trade.people * most / len(trade.hours)
    if window == "day":
        return trade.people
    reads = trade.people * sum(trade.week) * trade.present * 30 / 7
    back, known = reads * trade.returning, trade.people * 15
    return float(reads - back + known * (1 - (1 - 1 / known) ** back))


def _moment(day: int, hours: tuple[int, ...], chance: random.Random) -> int:
    return (FIRST + day) * 86400 + chance.choice(hours) * 3600 + chance.randrange(3600)


PRACTICE = Trade("practice", 120, 15)
CALM = Trade("practice", 150, 12, unlike=0.3, uneven=0.2, returning=0.8)
WILD = Trade("practice", 120, 15, unlike=0.6, uneven=0.5)
PHARMACY = Trade("pharmacy", 25, 90, week=(1.2, 1, 1, 1, 1, 0.8, 0.1), returning=0.6)
OPTICIAN = Trade("optician", 30, 6, returning=0.2, present=0.7)
RARE = Trade("rare", 80, 2, present=0.1, returning=0.1)
SHIFT = Trade("shift", 20, 25, hours=NIGHT, week=(1,) * 7, present=0.5)
DESK = Trade("desk", 5, 1000, unlike=0.3, hours=ROUND, week=(1.1, 1, 1, 1, 1, 0.6, 0.6), present=1)
LARGE = Trade("desk", 4, 3000, unlike=0.3, hours=ROUND, week=(1,) * 7, returning=0.2, present=1)
BATCH = Trade(
    "batch",
    2,
    2500,
    uneven=0.02,
    hours=(2, 3),
    week=(1,) * 7,
    returning=0.95,
    present=1,
    surge=False,
)
WEEKLY = Trade("weekly", 15, 12, clinic=12)
FLU = (20, 45, 2.5)
SMALL_HOURS = (0, 1, 2, 3, 4, 5)

PAYERS = (
    Payer("quiet town", 1, (CALM,), plants=(Plant("practice", "day", 30, 1),)),
    Payer("nobody steals", 2, (PRACTICE, PHARMACY, DESK)),
    Payer(
        "one hour", 3, (PRACTICE, PHARMACY), plants=(Plant("practice", "hour", 40, 1, hours=(15,)),)
    ),
    Payer(
        "one night",
        4,
        (PRACTICE, SHIFT),
        plants=(Plant("practice", "day", 33, 1, hours=SMALL_HOURS),),
    ),
    Payer(
        "three days of 2024",
        5,
        (PRACTICE, PHARMACY, DESK),
        plants=(Plant("practice", "day", 28, 3, 400),),
    ),
    Payer("slow month", 6, (PRACTICE, PHARMACY), 90, plants=(Plant("practice", "month", 50, 30),)),
    Payer("slow and calm", 7, (CALM,), 90, plants=(Plant("practice", "month", 45, 40),)),
    Payer(
        "slow pharmacy", 8, (PRACTICE, PHARMACY), 90, plants=(Plant("pharmacy", "month", 40, 30),)
    ),
    Payer("epidemic", 9, (PRACTICE, PHARMACY), 75, FLU, plants=(Plant("practice", "day", 30, 2),)),
    Payer("epidemic, slow", 10, (WILD,), 90, FLU, plants=(Plant("practice", "month", 30, 35),)),
    Payer(
        "holidays",
        11,
        (PRACTICE, OPTICIAN),
        75,
        holidays=tuple(range(30, 44)),
        plants=(Plant("optician", "day", 36, 3),),
    ),
    Payer(
        "night shifts", 12, (SHIFT, PRACTICE), plants=(Plant("shift", "day", 44, 2, hours=NIGHT),)
    ),
    Payer("hospital desks", 13, (PRACTICE, DESK), 45, plants=(Plant("desk", "day", 30, 1),)),
    Payer("large hospitals", 14, (CALM, LARGE), 30, plants=(Plant("practice", "day", 20, 2, 12),)),
    Payer("batch accounts", 15, (PRACTICE, BATCH), 60, plants=(Plant("batch", "day", 41, 1),)),
    Payer("weekly clinics", 16, (PRACTICE, WEEKLY), plants=(Plant("practice", "day", 25, 4),)),
    Payer(
        "nineteen accounts",
        17,
        (PRACTICE, PHARMACY),
        plants=(Plant("practice", "day", 20, 2, 40, accounts=19),),
    ),
    Payer(
        "new account",
        18,
        (PRACTICE, RARE),
        plants=(Plant("practice", "day", 50, 1, 15, fresh=True),),
    ),
    Payer(
        "new account, for good",
        19,
        (CALM,),
        plants=(Plant("practice", "day", 5, 55, 12, fresh=True),),
    ),
    Payer("rarely used", 20, (RARE, OPTICIAN), plants=(Plant("rare", "day", 31, 1, 15),)),
    Payer("from the first day", 21, (PRACTICE, PHARMACY), plants=(Plant("practice", "day", 0, 4),)),
    Payer("until the last day", 22, (WILD, PHARMACY), plants=(Plant("practice", "day", 54, 6),)),
    Payer(
        "two at once",
        23,
        (PRACTICE, SHIFT, PHARMACY),
        75,
        FLU,
        plants=(Plant("shift", "month", 30, 40), Plant("pharmacy", "day", 50, 1)),
    ),
    Payer(
        "two weeks",
        24,
        (PRACTICE, PHARMACY, DESK),
        14,
        plants=(Plant("practice", "day", 9, 1), Plant("pharmacy", "hour", 10, 1, hours=(4,))),
    ),
)
