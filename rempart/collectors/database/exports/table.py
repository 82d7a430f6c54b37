"""Answers of documented queries, as a person saved them: CSV of any kind, with or without headers.

Each row begins with the name of its query and the number of rows there should be: what a tool
prints around them is passed over, and a table that was cut is told from one that is whole.
"""

import codecs
import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.collectors.text import clean
from rempart.collectors.tree import opened
from rempart.errors import Limited, Truncated, Unreachable

MOST: Final = 20_000_000  # bytes of one file
FILES: Final = 50
ROWS: Final = 200_000
QUERIES: Final = {
    "sqlserver-server": 5,
    "sqlserver-logins": 12,
    "oracle-server": 3,
    "oracle-users": 10,
    "oracle-profiles": 5,
}
NOTHING: Final = ("", "null", "(null)")


class Tables:
    """The rows of each query, without its name and number."""

    def __init__(self, folder: Path) -> None:
        """Read a folder. Raises Unreachable where there is none, Limited for too much in it."""
        if not folder.is_dir():
            raise Unreachable(f"{folder.name}: no such folder")
        self._rows: dict[str, list[tuple[str, ...]]] = {}
        self._totals: dict[str, set[str]] = {}
        self.sources: dict[str, str] = {}
        files = sorted(one for one in folder.iterdir() if one.suffix.lower() in (".csv", ".txt"))
        if len(files) > FILES:
            raise Limited(f"{folder.name}: more than {FILES} files")
        for file in files:
            for row in _rows(file):
                self._add(row, file.name)

    def __contains__(self, query: str) -> bool:
        return query in self._rows

    def rows(self, query: str) -> list[tuple[str, ...]]:
        """All rows of a query, empty text for NULL. Raises Truncated where some are missing."""
        if query not in self._rows:
            raise Truncated(f"the answer to {query} is not in the folder")
        found = list(dict.fromkeys(self._rows[query]))
        totals = self._totals[query]
        if len(totals) != 1 or totals != {str(len(found))}:
            told = " and ".join(sorted(totals)) or "no number"
            raise Truncated(f"{query}: {len(found)} rows of {told}")
        return found

    def _add(self, row: list[str], file: str) -> None:
        name = row[0].strip().lower()
        if name not in QUERIES:
            return
        if len(row) != QUERIES[name]:
            raise Truncated(f"{clean(file, 60)}: a row of {name} has {len(row)} columns")
        plain = [one.strip() for one in row]
        self._totals.setdefault(name, set()).add(plain[1])
        kept = self._rows.setdefault(name, [])
        kept.append(tuple("" if one.lower() in NOTHING else one for one in plain[2:]))
        if len(kept) > ROWS:
            raise Limited(f"{name}: more than {ROWS} rows")
        self.sources.setdefault(name, clean(file, 60))


def _rows(file: Path) -> Iterator[list[str]]:
    text = _text(file)
    first = next((line for line in text.splitlines() if _begins(line)), "")
    delimiter = next((one for one in (";", "\t", "|", ",") if one in first), ",")
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                yield row
    except csv.Error:
        raise Truncated(f"{clean(file.name, 60)}: not readable as CSV") from None


def _begins(line: str) -> bool:
    return line.lstrip('"\ufeff ').lower().startswith(tuple(QUERIES))


def _text(file: Path) -> str:
    """A regular file's text in whatever encoding its tool wrote."""
    with os.fdopen(opened(file.parent, os.fsencode(file.name)), "rb") as stream:
        raw = stream.read(MOST + 1)
    if len(raw) > MOST:
        raise Limited(f"{clean(file.name, 60)}: more than {MOST} bytes")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
