"""A log read on its own host, by that host's Python: counts come back, as one line of JSON.

Nothing is written there. What is sent is these very sources, beside the standard library alone.
"""

import json
import time
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.reader import read_files
from rempart.collectors.read_logs.sources import Missing
from rempart.collectors.read_logs.tally import Tally
from rempart.reading.batch import Limit, Rule
from rempart.reading.measure import Measure

LINES: Final = 10_000_000  # all are held in memory: 16 bytes each


def answer(order: dict[str, Any]) -> str:
    """What the order asks for, as JSON: facts and measures, or why there are none."""
    end = time.monotonic() + order["seconds"]

    def over(lines: int) -> str:
        if time.monotonic() > end:
            return f"the {order['seconds']:g} seconds allowed ended after {lines} lines"
        return f"more than {LINES} lines on the host" if lines >= LINES else ""

    tally = Tally(Declared(**order["declared"]), Accounts(bytes.fromhex(order["key"])))
    ceiling = order["ceiling"]
    measuring = Measure(
        ceiling=Limit(*ceiling) if ceiling else None,
        alarms=tuple(Limit(*each) for each in order["alarms"]),
        rules=tuple(Rule(**each) for each in order["rules"]),
        population=order["population"],
        held=2 * LINES,
    )
    try:
        facts = read_files(order["path"], Declared(**order["declared"]), tally, measuring, over)
        found = {"facts": plain(facts), "measured": plain(measuring.done())}
    except Missing as missing:
        found = {"missing": [missing.reason, missing.detail]}
    finally:
        tally.forget()
    return json.dumps(found)


def plain(value: Any) -> Any:  # noqa: ANN401
    """Dataclasses as mappings, moments as text."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        return {"seen": "unknown", **found} if type(value).__name__ == "Unknown" else found
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
