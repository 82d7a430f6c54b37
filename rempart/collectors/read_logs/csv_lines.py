"""CSV with a header, or with columns the inventory names.

An unclosed quote would swallow the rest of a file, and an attacker can write one: a record may
span a few lines, after that its first line is given up and reading goes on with the next.
"""

import csv
from collections.abc import Iterator
from typing import Final

from rempart.collectors.read_logs.fields import Fields, Parsed, by_role, transposed

SPAN: Final = 20  # lines of one record
FIELD: Final = 1 << 20
SEPARATORS: Final = ",;\t|"


class CsvLines:
    """Records of one file; its first line is the header unless the columns are given."""

    def __init__(self, fields: Fields, columns: str = "") -> None:
        self._fields = fields
        self._header: list[str] = []
        self._separator = separator(columns) if columns else ""
        if columns:
            self._header = header(columns)
        csv.field_size_limit(FIELD)

    def parse(self, block: bytes) -> Parsed:
        """The records of these lines."""
        text = block.decode("utf-8", "backslashreplace").replace("\0", "")
        lines = text.split("\n")
        if not self._header:
            first = next((line for line in lines if line.strip()), "")
            lines = lines[lines.index(first) + 1 :]
            self._header, self._separator = header(first), separator(first)
        rows, unread = [], 0
        width = len(self._header)
        for row in self._rows(lines, '"' in text):
            if len(row) == width:
                rows.append(row)
            elif row:
                unread += 1
        columns = transposed(rows, width)
        found = {name: columns[place] for place, name in enumerate(self._header)}
        return Parsed(len(rows), by_role(self._fields, found), unread)

    def _rows(self, lines: list[str], quoted: bool) -> Iterator[list[str]]:
        if not quoted:
            for line in lines:
                if each := line.rstrip("\r"):
                    yield each.split(self._separator)
            return
        place = 0
        while place < len(lines):
            record, used = lines[place], 1
            if not record.strip():
                place += 1
                continue
            while record.count('"') % 2 and used < SPAN and place + used < len(lines):
                record += "\n" + lines[place + used]
                used += 1
            if record.count('"') % 2:
                place += 1
                yield ["", *self._header]  # of no record's width: one unread line
                continue
            place += used
            yield self._row(record)

    def _row(self, record: str) -> list[str]:
        try:
            return next(csv.reader([record.rstrip("\r")], delimiter=self._separator), [])
        except csv.Error:
            return ["", *self._header]


def separator(first: str) -> str:
    """What separates the columns of a header."""
    return max(SEPARATORS, key=first.count)


def header(first: str) -> list[str]:
    """The names of the columns, without quotes, blanks or a byte order mark."""
    names = next(csv.reader([first.strip("\r\n\ufeff ")], delimiter=separator(first)), [])
    return [name.strip() for name in names]
