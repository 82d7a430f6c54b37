"""Records written as JSON, one a line or in lists of one document; nested fields by their path."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from rempart.collectors.files.columns import COLUMNS, RECORDS, Records, counted
from rempart.collectors.text import clean
from rempart.collectors.values import Column

DEPTH = 12  # objects and lists within each other
FIELDS = 2_000_000  # values read of one file


class _Tally:
    """Columns by the path of a field, while records pass by."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.records = 0
        self.left = FIELDS
        self.whole = True

    def add(self, record: dict[str, Any]) -> None:
        self.records += 1
        for path, value in _fields(record, ""):
            self.left -= 1
            if self.left <= 0 or (path not in self.columns and len(self.columns) >= COLUMNS):
                self.whole = False
                continue
            self.columns.setdefault(path, Column(clean(path, 60))).add(value)


def json_lines(lines: list[str], *, cut: bool) -> Records | None:
    """Records that stand on a line each; None where there is none."""
    tally = _Tally()
    for line in itertools.islice(lines, RECORDS):
        record = _parsed(line)
        if isinstance(record, dict):
            tally.add(record)
    if not tally.records:
        return None
    whole = not cut and len(lines) <= RECORDS and tally.whole
    return Records("JSON lines", tally.records, whole, counted(tally.columns.values()))


def json_records(text: str) -> Records | None:
    """The objects in the lists of one document; None where there is no such list."""
    tally = _Tally()
    for record in itertools.islice(_listed(_parsed(text)), RECORDS):
        tally.add(record)
    if not tally.records:
        return None
    whole = tally.whole and tally.records < RECORDS
    return Records("JSON", tally.records, whole, counted(tally.columns.values()))


def _parsed(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return None


def _listed(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """The outermost objects that stand in lists."""
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, list):
            yield from (one for one in item if isinstance(one, dict))
            waiting += [(one, depth + 1) for one in item if isinstance(one, list) and depth < DEPTH]
        elif isinstance(item, dict) and depth < DEPTH:
            waiting += [(one, depth + 1) for one in item.values()]


def _fields(record: dict[str, Any], above: str) -> Iterator[tuple[str, str | float]]:
    waiting: list[tuple[str, Any, int]] = [(above, record, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, dict) and depth < DEPTH:
            named = ((f"{path}.{key}" if path else key, one) for key, one in value.items())
            waiting += [(name, one, depth + 1) for name, one in named]
        elif isinstance(value, list) and depth < DEPTH:
            waiting += [(path, one, depth + 1) for one in value]
        elif isinstance(value, str | float | int):
            yield path, value
