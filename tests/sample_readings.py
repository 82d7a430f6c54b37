"""What a run keeps of one read log, as reports draw it: a payer where somebody read as in 2024."""

from typing import Any

SUBJECT = "pro-access"
HOURS = (1, 1, 1, 2, 3, 6, 9, 12, 16, 20, 34, 48, 480, 480, 480)
DAYS = (1, 2, 3, 5, 9, 18, 26, 40, 52, 70, 110, 140, 1440, 1440, 1440)
MONTHS = (1, 12, 20, 40, 80, 200, 320, 480, 600, 800, 4320, 4320, 4320, 4320, 4320)
RANKS = (0, 10_000, 25_000, 50_000, 75_000, 90_000, 95_000, 98_000, 99_000, 99_500, 99_900, 99_950,
         99_990, 99_999, 100_000)  # fmt: skip
PATTERN = {1: 9, 10: 81, 60: 481, 480: 3841, 1440: 11_521, 2880: 23_041, 3356: 26_842}
MISSED = {"pattern": "2024", "minutes": None, "people": None, "taken": 26_842}
CAUGHT = {"pattern": "2024", "minutes": 40, "people": 310, "taken": 26_842}


def graph(kind: str, key: str = "", /, **values: Any) -> dict[str, Any]:
    """One observation as a run keeps it."""
    return {"type": kind, "subject": SUBJECT, "key": key, "source": "access.jsonl", **values}


def curve(seconds: int, people: tuple[int, ...], ceiling: int | None = None) -> dict[str, Any]:
    points = [{"rank": rank, "people": n} for rank, n in zip(RANKS, people, strict=True)]
    return {"seconds": seconds, "points": points, "ceiling": ceiling}


def measured(**changes: Any) -> dict[str, Any]:
    """The curve of the log; keyword arguments replace its fields."""
    values: dict[str, Any] = {
        "curves": [curve(3600, HOURS, 60), curve(86_400, DAYS), curve(2_592_000, MONTHS)],
        "pattern": [{"minutes": m, "people": people} for m, people in PATTERN.items()],
        "reach": [
            {"hours": hours, "people": 60 * hours, "bound": "ceiling"} for hours in (1, 10, 72)
        ],
        "alarms": 1,
        "noticed": [MISSED, MISSED],
        "whole": True,
    }
    return graph("ReadingCurve", **values | changes)


def coverage(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "reads": 23_379, "named": 23_379, "accounts": 60, "days": 200,
        "first": "2026-05-09T00:00:00Z", "last": "2026-11-25T01:00:00Z", "whole": True,
    }  # fmt: skip
    return graph("LogCoverage", **values | changes)


def account(key: str, *why: str, people: int = 26, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "why": list(why), "seconds": 86_400, "start": "2026-11-10T00:00:00Z", "people": people,
        "requests": people, "peers": 5, "tenths": people * 2,
    }  # fmt: skip
    return graph("AccountReading", key, **values | changes)


def alarm(*trials: dict[str, Any], fired: int = 0) -> dict[str, Any]:
    return graph("AlarmTrial", "1000 people/hour", people=1000, seconds=3600, fired=fired,
                 accounts=fired, trials=list(trials))  # fmt: skip


def rule(key: str, kind: str, *trials: dict[str, Any], evaluated: Any = True) -> dict[str, Any]:
    return graph("RuleTrial", key, kind=kind, evaluated=evaluated, people=200, seconds=3600,
                 fired=2, accounts=1, trials=list(trials))  # fmt: skip


THIEF = account(
    "account gprf-bdms-hrkd", "outlier", "ceiling", "hours", "top",
    seconds=604_800, people=4320, tenths=8640, over_windows=9, odd_hours=4320, new_networks=1,
)  # fmt: skip
BUSY = account("account bcdf-ghjk-lmnp", "top")
REFUSED = {"seen": "unknown", "reason": "no collector", "detail": "timeframe of several fields"}
RULES = (
    rule("siem.yml: volume", "sigma", CAUGHT, MISSED),
    rule("siem.yml: geo", "elastic", evaluated=REFUSED),
)
GRAPHS = (coverage(), THIEF, BUSY, alarm(MISSED, MISSED), *RULES, measured())
