"""Moments as logs write them, turned into seconds since 1970, and whether their clock is sound.

ISO 8601, the web servers' `02/Nov/2026:10:15:30 +0100`, syslog without a year, MariaDB's compact
form, and numbers of seconds, milliseconds, microseconds or nanoseconds.
"""

import re
import time
from array import array
from calendar import timegm
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import accumulate
from operator import add, itemgetter, sub
from typing import Any, Final

NONE: Final = -1
TOLERANCE: Final = 300  # seconds a line may be out of order, or ahead, before it counts
DAY: Final = 86_400
_EARLIEST: Final = 946_684_800  # 2000: nothing read then is audited now
_KEPT: Final = 1 << 17
_MONTHS: Final = {
    name: place
    for place, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_NAMED: Final = {"UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2}
_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
    r" ?(Z|[+-]\d\d(?::?\d\d)?|[A-Z]{3,4})?"
)
_WEB: Final = re.compile(
    r"\[?(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: ([+-]\d{4}))?\]?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d) +(\d\d):(\d\d):(\d\d)")
_SYSLOG: Final = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)")
_FAST: Final = (  # a form, and where its seconds end
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"), 19),
    (re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"), 20),
)
_ONES: Final = bytes((byte - 48) % 256 for byte in range(256))  # a digit's worth
_TENS: Final = bytes(10 * (byte - 48) % 256 for byte in range(256))
_NEVER: Final = -(1 << 40)
_FRACTION: Final = re.compile(r"[.,]\d{1,9}")


class _Minutes(dict[str, int]):
    """The first second of each written minute, all in one zone; hours are parsed once each.

    Zones go over to summer at the end of a quarter of an hour, so quarters are what is parsed.
    """

    def __init__(self, parsed: Callable[[str], int]) -> None:
        super().__init__()
        self._parsed = parsed
        self._quarters: dict[str, int] = {}

    def __missing__(self, text: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
            self._quarters.clear()
        quarter, past = divmod(int(text[-2:]), 15)
        begins = f"{text[:-2]}{15 * quarter:02}:00"
        begun = self._quarters.get(begins)
        if begun is None:
            begun = self._quarters[begins] = self._parsed(begins)
        found = self[text] = begun + 60 * past if begun != NONE and quarter < 4 else _NEVER
        return found


class Clock:
    """Reads moments and counts what shows whether they can be trusted."""

    def __init__(self, zone: tzinfo | None = None, now: float | None = None) -> None:
        self._zone = zone or UTC
        self.now = int(time.time() if now is None else now)
        self._by_zone: dict[str, _Minutes] = {}
        self._others: dict[str, tuple[int, str]] = {}
        self._highest = NONE
        self.lines = self.zoned = self.unzoned = self.backwards = self.farthest = self.ahead = 0
        self.zones: set[str] = set()

    def next_file(self) -> None:
        """Another file begins: order is judged within a file."""
        self._highest = NONE

    def seconds(self, column: Sequence[Any]) -> "array[int]":
        """Seconds of each moment, -1 where there is none or it cannot be."""
        found = self._quick(column)
        if found is None:
            found = array("q", map(self._slow, column))
        times = found.tolist()
        ordered = sorted(times)
        low, high = _EARLIEST, self.now + DAY
        if ordered and (ordered[0] < low or ordered[-1] > high):
            self.ahead += sum(each > high for each in ordered)
            found = array("q", [each if low <= each <= high else NONE for each in times])
            times = [each for each in times if low <= each <= high]
            ordered = sorted(times)
        if times:
            self._judge(times, ordered)
        return found

    def _quick(self, column: Sequence[Any]) -> "array[int] | None":
        """The same for a column written throughout in one form and zone; None for another."""
        try:
            joined = "".join(column)
        except TypeError:  # numbers, or nothing
            return None
        width = len(column[0]) if column else 0
        if not width or set(map(len, column)) != {width}:
            return None
        first = column[0]
        cut = next((cut for form, cut in _FAST if form.match(first)), 0)
        if not cut:
            return None
        fraction = _FRACTION.match(first, cut)
        start = fraction.end() if fraction else cut
        zone = first[start:]
        if any(joined[place::width] != first[place] * len(column) for place in range(start, width)):
            return None
        minutes = self._in_zone(zone)
        passed = _two_digits(joined[cut - 2 :: width], joined[cut - 1 :: width])
        if minutes is None or passed is None:
            return None
        self._count_zone(zone.strip(" ]"), len(column))
        begun = map(minutes.__getitem__, map(itemgetter(slice(cut - 3)), column))
        return array("q", map(add, begun, passed))

    def _in_zone(self, zone: str) -> _Minutes | None:
        """The minutes written in a zone; None where the text is no zone."""
        if zone not in self._by_zone:
            named = zone.strip(" ]")
            if len(self._by_zone) > 40 or (named and _offset(named) is None):
                return None
            self._by_zone[zone] = _Minutes(lambda text: self._moment(text + zone)[0])
        return self._by_zone[zone]

    def _slow(self, value: Any) -> int:  # noqa: ANN401
        known = self._others.get(value) if isinstance(value, str) else None
        seconds, zone = known or self._moment(value)
        if known is None and isinstance(value, str) and len(value) < 64:
            if len(self._others) >= _KEPT:
                self._others.clear()
            self._others[value] = seconds, zone
        if seconds != NONE:
            self._count_zone(zone, 1)
        return seconds

    def _count_zone(self, zone: str, lines: int) -> None:
        if zone:
            self.zoned += lines
            if len(self.zones) < 12:
                self.zones.add(zone)
        else:
            self.unzoned += lines

    def _judge(self, times: list[int], ordered: list[int]) -> None:
        """Count what lies ahead, and what lies behind an earlier line of the same file."""
        self.lines += len(times)
        limit = self.now + TOLERANCE
        if ordered[-1] > limit:
            self.ahead += sum(each > limit for each in times)
            times = [min(each, limit) for each in times]
        if ordered[0] < self._highest - TOLERANCE or times != ordered:
            highs = list(accumulate(times, max, initial=self._highest))[1:]
            steps = list(map(sub, highs, times))
            far = max(steps)
            if far > TOLERANCE:
                self.backwards += sum(step > TOLERANCE for step in steps)
                self.farthest = max(self.farthest, far)
        self._highest = max(self._highest, min(ordered[-1], limit))

    def _moment(self, value: Any) -> tuple[int, str]:  # noqa: ANN401
        """Seconds and the zone as written; an empty zone where the inventory's was taken."""
        if isinstance(value, bool) or value is None:
            return NONE, ""
        if isinstance(value, int | float):
            return _number(value), "epoch"
        text = str(value).strip()[:64]
        if re.fullmatch(r"\d{9,19}(?:\.\d{1,9})?", text):
            return _number(float(text)), "epoch"
        for form, parts in _FORMS:
            if found := form.fullmatch(text):
                fields, zone = parts(found)
                return self._at(fields, zone), zone
        return self._without_year(text), ""

    def _at(self, fields: tuple[int, ...], zone: str) -> int:
        try:
            moment = datetime(*fields[:5], tzinfo=self._zone)  # type: ignore[misc,arg-type]
            if fields[5] > 60:
                return NONE
            offset = _offset(zone)
            if zone and offset is None:
                return NONE
            if offset is None:
                return int(moment.timestamp()) + fields[5]
            return timegm(moment.timetuple()) - offset + fields[5]
        except (ValueError, OverflowError):
            return NONE

    def _without_year(self, text: str) -> int:
        """Syslog leaves the year out: the latest one that does not lie ahead."""
        found = _SYSLOG.match(text)
        if found is None or found[1] not in _MONTHS:
            return NONE
        year = time.gmtime(self.now).tm_year
        rest = (_MONTHS[found[1]], *map(int, found.groups()[1:]))
        seconds = self._at((year, *rest), "")
        return seconds if seconds <= self.now + DAY else self._at((year - 1, *rest), "")


def _two_digits(tens: str, ones: str) -> "array[int] | None":
    """Numbers below sixty, from the column of each digit; None where one is none."""
    if tens.strip("012345") or not (ones.isdecimal() and ones.isascii()):
        return None
    digits = tens.encode().translate(_TENS), ones.encode().translate(_ONES)
    return array("q", map(add, *digits))


def _offset(zone: str) -> int | None:
    """Seconds east of Greenwich; None where the text names no zone."""
    if zone in ("Z", "epoch"):
        return 0
    if zone in _NAMED:
        return _NAMED[zone] * 3600
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", zone)
    if found is None:
        return None
    seconds = int(found[2]) * 3600 + int(found[3] or 0) * 60
    return -seconds if found[1] == "-" else seconds


def _number(value: float) -> int:
    """Seconds out of a count of seconds, milliseconds, microseconds or nanoseconds."""
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        return NONE
    for most, unit in ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9)):
        if whole < most:
            return whole // unit
    return NONE


def _iso(found: re.Match[str]) -> tuple[tuple[int, ...], str]:
    return tuple(int(part or 0) for part in found.groups()[:6]), found[7] or ""


def _web(found: re.Match[str]) -> tuple[tuple[int, ...], str]:
    day, month, year, *rest = found.groups()[:6]
    return (int(year), _MONTHS.get(month, 0), int(day), *map(int, rest)), found[7] or ""


def _compact(found: re.Match[str]) -> tuple[tuple[int, ...], str]:
    return tuple(map(int, found.groups())), ""


_FORMS: Final = ((_ISO, _iso), (_WEB, _web), (_COMPACT, _compact))
