"""Files read on their own host, by that host's Python: counts come back, as one line of JSON.

Nothing is written there. What is sent is these very sources, beside the standard library alone.
"""

import json
import time
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap
from rempart.collectors.files import visit
from rempart.collectors.sendable import plain
from rempart.errors import CollectError, Reason

MOST: Final = 12_000_000  # characters of the answer


def answer(order: dict[str, Any]) -> str:
    """What lies below the folder, as JSON: observations and gaps, or why there are none."""
    end = time.monotonic() + order["seconds"]

    def over() -> str:
        return "" if time.monotonic() <= end else f"the {order['seconds']:g} seconds allowed ended"

    seen: list[str] = []
    size = 0
    try:
        for item in visit.below(Path(order["path"]), over, frozenset(order.get("apart", ()))):
            told = json.dumps(_told(item))
            if size + len(told) > MOST and type(item).__name__ not in ("FilesRead", "Pictures"):
                continue
            size += len(told)
            seen.append(told)
    except CollectError as error:
        return json.dumps({"missing": [error.reason, str(error)]})
    if size > MOST - 100_000:
        short = Gap("Export", Reason.LIMIT, "more files than the answer may hold", source=".")
        seen.append(json.dumps(_told(short)))
    return '{"seen": [' + ", ".join(seen) + "]}"


def _told(item: Any) -> list[Any]:  # noqa: ANN401
    return [type(item).__name__, plain(item)]
