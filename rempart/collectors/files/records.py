"""Files of records: delimited text and JSON lines, column by column, counts only."""

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rempart.collectors.text import clean
from rempart.collectors.values import Column
from rempart.observations.datastores import IdentifierCount

RECORDS = 20_000  # records read of one file
COLUMNS = 500
_DELIMITERS: Final = ";,\t|"
_SUFFIXES: Final = re.compile(r"\.(?:csv|tsv|psv|txt|dat|jsonl|ndjson)(?:\.gz)?$", re.I)
# Lines that hold several fields of fixed width: no value stands alone, so none can be counted.
_FIXED: Final = re.compile(r"\d{16}|\d{13}[^\W\d]|[^\W\d]\d{13}|\S\s{2,}\S")


@dataclass(frozen=True, slots=True)
class Records:
    """What a file of records held: its format, how many were read, what the columns look like."""

    format: str
    sampled: int
    whole: bool
    columns: tuple[IdentifierCount, ...]


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
    """The columns of delimited text or JSON lines; None where it is neither.

    `cut` says that the text ends in the middle of the file: its last line is left out.
    """
    lines = text.splitlines()
    if cut and lines:
        lines.pop()
    start = next((line for line in lines if line.strip()), "")
    if start.lstrip().startswith("{"):
        return _json_lines(lines, cut=cut)
    delimiter = _delimiter(lines[:20])
    return _delimited(lines, delimiter, cut=cut) if delimiter else None


def _delimiter(lines: list[str]) -> str:
    """The character that splits the first lines into equally many fields, at least two."""
    best, fields = "", 1
    for candidate in _DELIMITERS:
        counts = {line.count(candidate) for line in lines if line.strip()}
        if counts and min(counts) >= fields and max(counts) - min(counts) <= min(counts):
            best, fields = candidate, min(counts) + 1
    if not best and lines and all(re.fullmatch(r"\s*[\w .-]{1,64}\s*", one) for one in lines):
        return "\n"  # one column
    return best


def _delimited(lines: list[str], delimiter: str, *, cut: bool) -> Records | None:
    format_ = {"\t": "TSV", "\n": "one column"}.get(delimiter, "CSV")
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
    counts = _counts(columns)
    if delimiter == "\n" and any(map(_FIXED.search, lines)) and not any(c.valid for c in counts):
        return None
    return Records(format_, count, whole, counts)


def _readable(rows: Iterable[list[str]], broken: list[str]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:  # a field too long: what came until then counts
        broken.append(str(error))


def _is_header(row: list[str]) -> bool:
    return not any(any(letter.isdigit() for letter in field) for field in row[:COLUMNS])


def _names(header: list[str]) -> Iterator[str]:
    named = _is_header(header)
    for place, name in enumerate(header[:COLUMNS], 1):
        yield (clean(name, 60) if named else "") or f"column {place}"


def _json_lines(lines: list[str], *, cut: bool) -> Records | None:
    columns: dict[str, Column] = {}
    count = 0
    for line in itertools.islice(lines, RECORDS):
        try:
            record = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict):
            continue
        count += 1
        for key, value in record.items():
            if isinstance(value, str | int) and (key in columns or len(columns) < COLUMNS):
                columns.setdefault(key, Column(clean(key, 60))).add(value)
    if not count:
        return None
    whole = not cut and len(lines) <= RECORDS
    return Records("JSON lines", count, whole, _counts(columns.values()))


def _counts(columns: Iterable[Column]) -> tuple[IdentifierCount, ...]:
    return tuple(count for column in columns for count in column.counts())
