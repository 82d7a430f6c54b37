"""Files of records: delimited text and JSON, column by column, counts only."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from rempart.collectors.files.columns import COLUMNS, RECORDS, Records, counted
from rempart.collectors.files.json_records import json_lines, json_records
from rempart.collectors.text import clean
from rempart.collectors.values import Column

PREAMBLE: Final = (1, 2, 3, 5)  # lines above a header that are tried: a title, a date
_DELIMITERS: Final = ";,\t|"
_SUFFIXES: Final = re.compile(r"\.(?:csv|tsv|psv|txt|dat|json|jsonl|ndjson)(?:\.gz)?$", re.I)
_FIGURE: Final = re.compile(r"\d{3}|^\W*\d+\W*$|\d[.,:/ -]\d")
# Lines that hold several fields of fixed width: no value stands alone, so none can be counted.
_FIXED: Final = re.compile(r"\d{16}|\d{13}[^\W\d]|[^\W\d]\d{13}|\S\s{2,}\S")


def likely(name: str) -> bool:
    """Whether a name is one that files of records have."""
    return _SUFFIXES.search(name) is not None


def text_of(raw: bytes) -> str | None:
    """Bytes as text: UTF-8 or UTF-16 where marked, else Latin-1; None for what is no text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:4096]:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" or error.start >= len(raw) - 3:
            return raw[: error.start].decode("utf-8-sig")
        return raw.decode("latin-1")


def records(text: str, *, cut: bool) -> Records | None:
    """The columns of delimited text, JSON or JSON lines; None where it is none of them.

    `cut` says that the text ends in the middle of the file: its last line is left out.
    """
    lines = text.splitlines()
    if cut and lines:
        lines.pop()
    start = next((line for line in lines if line.strip()), "").lstrip()
    if start.startswith(("{", "[")):
        found = json_lines(lines, cut=cut) if start.startswith("{") else None
        return found or (None if cut else json_records(text))
    delimiter = _delimiter(lines[:20])
    if delimiter:
        return _delimited(lines, delimiter, cut=cut)
    for above in PREAMBLE:
        below = lines[above:]
        delimiter = _delimiter(below[:20], alike=True)
        if delimiter:
            return _delimited(below, delimiter, cut=cut)
    return None


def _delimiter(lines: list[str], *, alike: bool = False) -> str:
    """The character that splits the first lines into about equally many fields, at least two.

    `alike`: into equally many, and five lines at least, as prose does not.
    """
    best, fields = "", 1
    if alike and sum(bool(line.strip()) for line in lines) < 5:
        return best
    for candidate in _DELIMITERS:
        counts = {line.count(candidate) for line in lines if line.strip()}
        spread = 0 if alike else min(counts, default=0)
        if counts and min(counts) >= fields and max(counts) - min(counts) <= spread:
            best, fields = candidate, min(counts) + 1
    if (
        not alike
        and not best
        and lines
        and all(re.fullmatch(r"\s*[\w .-]{1,64}\s*", one) for one in lines)
    ):
        return "\n"  # one column
    return best


def _delimited(lines: list[str], delimiter: str, *, cut: bool) -> Records | None:
    format_ = {"\t": "TSV", "\n": "one column"}.get(delimiter, "CSV")
    lines = list(itertools.dropwhile(lambda line: not line.strip(), lines))
    reader: Iterable[list[str]]
    if delimiter == "\n":
        reader = ([line] for line in lines)
    else:
        reader = csv.reader(lines, delimiter=delimiter)
    broken: list[str] = []
    rows = _readable(reader, broken)
    header = next(rows, None)
    if not header:
        return None
    columns = [Column(name) for name in _names(header)]
    if not _is_header(header):
        rows = itertools.chain([header], rows)
    count = 0
    for row in itertools.islice(rows, RECORDS):
        count += 1
        for column, value in zip(columns, row, strict=False):
            column.add(value)
    whole = not cut and next(rows, None) is None and not broken
    counts = counted(columns)
    if delimiter == "\n" and any(map(_FIXED.search, lines)) and not any(c.valid for c in counts):
        return None
    return Records(format_, count, whole, counts)


def _readable(rows: Iterable[list[str]], broken: list[str]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:  # a field too long: what came until then counts
        broken.append(str(error))


def _is_header(row: list[str]) -> bool:
    """Whether no field is a figure, a date or a number: names may end in one (`nir13`)."""
    return not any(_FIGURE.search(field) for field in row[:COLUMNS])


def _names(header: list[str]) -> Iterator[str]:
    named = _is_header(header)
    for place, name in enumerate(header[:COLUMNS], 1):
        yield (clean(name, 60) if named else "") or f"column {place}"
