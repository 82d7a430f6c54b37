"""A log read on its own host, by that host's Python: counts come back, as one line of JSON.

Nothing is written there. What is sent is these very sources, beside the standard library alone.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.reader import Facts, read_files
from rempart.collectors.read_logs.sources import Missing, found
from rempart.collectors.read_logs.tally import Tally
from rempart.collectors.sendable import plain
from rempart.reading.batch import Limit, Rule
from rempart.reading.measure import Measure

LINES: Final = 5_000_000  # in memory at once, 16 bytes each; a longer log is read several times


def answer(order: dict[str, Any]) -> str:
    """What the order asks for, as JSON: facts and measures, or why there are none.

    With `named`, also the names behind the accounts told apart; at most `lines` are in memory.
    """
    end = time.monotonic() + order["seconds"]

    def over(lines: int) -> str:
        if time.monotonic() <= end:
            return ""
        return f"the {order['seconds']:g} seconds allowed ended after {lines} lines"

    named = bool(order.get("named"))
    accounts = Accounts(bytes.fromhex(order["key"]), named=named)
    tally = Tally(Declared(**order["declared"]), accounts)
    ceiling = order["ceiling"]
    measuring = Measure(
        ceiling=Limit(*ceiling) if ceiling else None,
        alarms=tuple(Limit(*each) for each in order["alarms"]),
        rules=tuple(Rule(**each) for each in order["rules"]),
        population=order["population"],
        most=order.get("lines", LINES),
    )
    try:
        facts = _read(order, tally, measuring, over)
        measured = measuring.done()
        told = {"facts": plain(facts), "measured": plain(measured)}
        if named:
            names = accounts.names([hashed for hashed, _ in measured.accounts])
            told["names"] = {str(hashed): name[:256] for hashed, name in names.items()}
    except Missing as missing:
        told = {"missing": [missing.reason, missing.detail]}
    finally:
        tally.forget()
    return json.dumps(told)


def _read(
    order: dict[str, Any], tally: Tally, measuring: Measure, over: Callable[[int], str]
) -> Facts:
    """The log read, as often as it takes to measure every account with what fits in memory."""
    declared, log = Declared(**order["declared"]), found(order["path"])
    facts = read_files(log, declared, tally, measuring, over)
    why = "one account alone has more lines than fit in the memory allowed"
    while not over(facts.lines) and measuring.more():
        again = read_files(log, declared, tally.again(), measuring, over)
        if again.missed != facts.missed:
            measuring.abandon()
            why = again.missed[-1][1]
            break
    else:
        why = over(facts.lines) or why
    if not measuring.left:
        return facts
    told = f"{measuring.left} of {measuring.placed} lines are of accounts not measured: {why}"
    return replace(facts, missed=(*facts.missed, ("limit", told)))
