"""Accepted failures of a gate, from the source and from `waivers.yaml`, and what became of each.

Only what stands in the protected revision excuses, where there is one: what the change adds is
listed. An expired one excuses nothing, save in a change that does not touch it: that is warned of,
and the nightly run fails.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from posixpath import dirname
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.accepted import Waived, WaiverRecord
from rempart.check import Outcome
from rempart.errors import ContentErrors
from rempart.gate.markers import Marker
from rempart.gate.modules import Modules, within
from rempart.results import Place, ResultRecord
from rempart.waivers import Waiver, faults

FORTNIGHT = timedelta(days=14)
FILE = "waivers.yaml"
NEVER = date.min
Text = Annotated[str, Meta(min_length=1)]


class Entry(Waiver, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One waiver of a repository: whoever may merge it approves it, unless it says who did."""

    id: str = ""
    subject: Text = "*"
    reason: Text
    approver: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: Literal["rempart.waivers/1"]
    waivers: list[dict[str, Any]] = []


@dataclass(slots=True)
class Held:
    """One exception. `identity` is the same in every revision that has it."""

    record: WaiverRecord
    concerns: Callable[[ResultRecord], bool]
    until: date
    identity: tuple[object, ...]
    digest: str = ""
    inline: bool = False
    used: int = 0
    changed: int = 0

    def about(self, checks: Collection[str]) -> bool:
        """Whether it speaks of one of these checks, or of none that anybody knows."""
        if self.record.fault:
            return True
        named = self.record.check.split(", ")
        return any(fnmatchcase(id_, name) for name in named for id_ in checks)

    def lapsed(self, today: date) -> bool:
        """Whether its last day is over, or it is not written as it must be."""
        return bool(self.record.fault) or today > self.until

    def accepts(self) -> Waived:
        """What a result it excuses says."""
        self.used += 1
        one = self.record
        return Waived(one.id, one.reason, one.owner, one.approver, one.until, self.inline)

    def told(self, today: date) -> WaiverRecord:
        """What became of it."""
        lapsed = self.lapsed(today)
        ending = not lapsed and self.until - today < FORTNIGHT
        return msgspec.structs.replace(
            self.record, expired=lapsed, used=self.used, changed=self.changed, ending=ending
        )


def inline(markers: Iterable[Marker], modules: Modules, subject: str) -> Iterator[Held]:
    """The exceptions written in the source."""
    for one in markers:
        until = one.until or NEVER
        record = WaiverRecord(
            id=f"{one.source}:{one.line}",
            check=", ".join(one.ids),
            subject=subject,
            instance=one.block.shown,
            reason=one.reason,
            owner=one.owner,
            approver="",
            until=one.until.isoformat() if one.until else "",
            expired=False,
            used=0,
            path=one.source,
            source=one.source,
            line=one.line,
            fault=one.fault,
        )
        concerns = _concerning(one, modules)
        yield Held(record, concerns, until, one.identity, one.digest, inline=True)


def _concerning(marker: Marker, modules: Modules) -> Callable[[ResultRecord], bool]:
    folder, address, ids = dirname(marker.source), marker.block.address, frozenset(marker.ids)

    def concerns(result: ResultRecord) -> bool:
        if result.outcome is not Outcome.FAIL or result.check not in ids:
            return False
        if result.where.source == marker.source and _stands(marker, result.where):
            return True
        return bool(address) and any(
            level == folder and within(rest, address)
            for level, rest in modules.levels(result.root, result.instance)
        )

    return concerns


def _stands(marker: Marker, where: Place) -> bool:
    """Whether a place in the same file is what an exception stands in or above."""
    if where.line is None:
        return True
    end = where.end_line or where.line
    return where.line in marker.block or where.line <= marker.block.start <= end


def written(raw: bytes, file: str) -> Iterator[Held]:
    """The exceptions of a waivers file; what is malformed is there too, and counts as expired."""
    try:
        document = documents.parse(raw, file)
        listed = documents.decode(document, _File).waivers
    except ContentErrors as errors:
        first = errors.errors[0]
        yield malformed(file, first.line, first.message)
        return
    earlier: list[Waiver] = []
    for place in range(len(listed)):
        line = document.line_of(("waivers", place))
        try:
            entry = documents.decode(document, Entry, at=("waivers", place))
        except ContentErrors as errors:
            yield malformed(file, errors.errors[0].line, errors.errors[0].message)
            continue
        stated = {"id": entry.id, "approver": entry.approver}
        wrong = [text for key, text in faults(entry, earlier) if stated[key]]
        earlier.append(entry)
        yield _held(entry, file, line, wrong[0] if wrong else "")


def _held(entry: Entry, file: str, line: int, fault: str) -> Held:
    named = msgspec.structs.replace(entry, id=entry.id or f"{file}:{line}")
    record = WaiverRecord(
        id=named.id,
        check=entry.check,
        subject=entry.subject,
        instance=entry.instance,
        reason=entry.reason,
        owner=entry.owner,
        approver=entry.approver,
        until=entry.until.isoformat(),
        expired=False,
        used=0,
        path=entry.path,
        source=file,
        line=line,
        fault=fault,
    )
    identity = (FILE, *(getattr(entry, name) for name in Entry.__struct_fields__))
    return Held(record, named.concerns, entry.until, identity, entry.digest)


def malformed(file: str, line: int, message: str) -> Held:
    """What is written otherwise than it must be: it excuses nothing and is said."""
    record = WaiverRecord(
        id=f"{file}:{line}",
        check="",
        subject="",
        instance="",
        reason="",
        owner="",
        approver="",
        until="",
        expired=True,
        used=0,
        source=file,
        line=line,
        fault=message,
    )
    return Held(record, lambda result: False, NEVER, (FILE, message))


@dataclass(frozen=True, slots=True)
class Before:
    """The exceptions of the revision a change starts from, and what the change touched since."""

    protected: bool  # whether only these excuse
    held: Mapping[tuple[object, ...], int]  # by identity, how many of each
    touched: Callable[[Held, Sequence[ResultRecord]], bool]


def applied(
    results: Sequence[ResultRecord],
    exceptions: Sequence[Held],
    today: date,
    before: Before | None = None,
) -> tuple[tuple[ResultRecord, ...], tuple[WaiverRecord, ...]]:
    """The results with what is excused marked, and what became of each exception."""
    in_force, told = [], {}
    left = dict(before.held) if before else {}
    for place, held in enumerate(exceptions):
        there = left.get(held.identity, 0)
        if before and there:
            left[held.identity] = there - 1
        if before and before.protected and not there:
            told[place] = msgspec.structs.replace(held.told(today), added=True)
        elif held.lapsed(today):
            concerned = [result for result in results if held.concerns(result)]
            untouched = bool(before and there and not before.touched(held, concerned))
            held.record = msgspec.structs.replace(held.record, tolerated=untouched)
            if untouched:
                in_force.append(held)
        else:
            in_force.append(held)
    judged = tuple(_excused(result, in_force) for result in results)
    return judged, tuple(
        told.get(place) or held.told(today) for place, held in enumerate(exceptions)
    )


def _excused(result: ResultRecord, in_force: Sequence[Held]) -> ResultRecord:
    if result.outcome is not Outcome.FAIL:
        return result
    for held in in_force:
        if not held.concerns(result):
            continue
        if held.digest and not result.digest.startswith(held.digest):
            held.changed += 1
            continue
        return msgspec.structs.replace(result, waiver=held.accepts())
    return result
