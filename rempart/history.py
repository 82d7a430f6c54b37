"""Two runs compared: what is new, what came back, what was repaired, and what was not seen.

Results are the same thing by their fingerprint. Only the authority that binds counts. A thing
that could not be looked at is never repaired, and a changed check is told from a changed system.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import msgspec

from rempart import results
from rempart.check import Outcome, Severity
from rempart.errors import ContentError, Reason
from rempart.results import ResultRecord, Run

Key: TypeAlias = tuple[str, int]  # fingerprint, ordinal among equals
SEEN = {Outcome.PASS, Outcome.FAIL, Outcome.NOTAPPLICABLE}


class Change(StrEnum):
    """What became of a failure, in the order people want to read it."""

    NEW = "new"
    REGRESSED = "regressed"
    CHECK_CHANGED = "check changed"
    NOT_SEEN = "not seen"
    OPEN = "still open"
    ACCEPTED = "accepted"
    FIXED = "fixed"


class Item(msgspec.Struct, frozen=True):
    """One failure of either run and what became of it; `reason` is why it was not seen."""

    change: Change
    check: str
    title: str
    subject: str
    instance: str
    authority: str | None
    severity: Severity
    before: str
    now: str
    seen: str
    reason: Reason | None
    fingerprint: str


class Side(msgspec.Struct, frozen=True):
    """One of the two runs."""

    id: str
    started: datetime
    audit: str
    organisation: str


class Difference(msgspec.Struct, frozen=True):
    """What changed between two runs; `remarks` say why they may not compare well."""

    old: Side
    new: Side
    counts: dict[str, int]
    items: tuple[Item, ...]
    remarks: tuple[str, ...]

    def of(self, change: Change) -> tuple[Item, ...]:
        """The items of one kind, worst first."""
        return tuple(item for item in self.items if item.change is change)

    @property
    def worse(self) -> bool:
        """Whether anything is new or came back."""
        return bool(self.counts[Change.NEW] or self.counts[Change.REGRESSED])


def difference(old: Run, new: Run, language: str = "en") -> Difference:
    """What became of every failure of either run."""
    before, after = _keyed(old), _keyed(new)
    looked = _looked(after.values())
    items = []
    for key in dict.fromkeys([*after, *before]):
        was, is_ = before.get(key), after.get(key)
        change = _change(was, is_, looked)
        record = is_ or was
        if change is None or record is None:
            continue
        if change in (Change.NEW, Change.REGRESSED, Change.FIXED) and _judged_otherwise(
            record.check, old, new
        ):
            change = Change.CHECK_CHANGED
        title = _title(record.check, new, old, language)
        items.append(_item(change, was, is_, record, title))
    items.sort(key=_order)
    counts = Counter(item.change for item in items)
    return Difference(
        _side(old),
        _side(new),
        {change.value: counts[change] for change in Change},
        tuple(items),
        tuple(_remarks(old, new)),
    )


def _keyed(run: Run) -> Mapping[Key, ResultRecord]:
    """The binding results of a run; equal fingerprints are told apart by their order."""
    counted: Counter[str] = Counter()
    found: dict[Key, ResultRecord] = {}
    for record in run.results:
        if record.binding:
            counted[record.fingerprint] += 1
            found[record.fingerprint, counted[record.fingerprint]] = record
    return found


Place: TypeAlias = tuple[str, str, str, str]  # check, subject, root, vantage


def _place(record: ResultRecord) -> Place:
    return record.check, record.subject, record.root, record.vantage


def _looked(after: Iterable[ResultRecord]) -> frozenset[Place]:
    """Where the newer run saw everything a check asked for."""
    whole: dict[Place, bool] = {}
    for record in after:
        place = _place(record)
        whole[place] = whole.get(place, True) and record.outcome in SEEN
    return frozenset(place for place, seen in whole.items() if seen)


def _change(
    was: ResultRecord | None, now: ResultRecord | None, looked: frozenset[Place]
) -> Change | None:
    """What became of one thing; None when it was no open failure in either run."""
    if now is not None and now.open:
        if was is None or was.outcome not in SEEN:
            return Change.NEW
        return Change.OPEN if was.open else Change.REGRESSED
    if was is None or not was.open:
        return None
    if now is None:
        return Change.FIXED if _place(was) in looked else Change.NOT_SEEN
    if now.outcome not in SEEN:
        return Change.NOT_SEEN
    shown_wrong = now.review is not None and now.review.false_positive
    return Change.ACCEPTED if now.outcome is Outcome.FAIL or shown_wrong else Change.FIXED


def _judged_otherwise(check: str, old: Run, new: Run) -> bool:
    """Whether the check itself is not what it was: added, revised, or set otherwise."""
    before, after = old.checks.get(check), new.checks.get(check)
    if before is None or after is None:
        return before is not after
    settings = old.settings.get(check, {}) != new.settings.get(check, {})
    return settings or before.revision != after.revision


def _title(check: str, new: Run, old: Run, language: str) -> str:
    """The card's title in that language; the id of a check without a card."""
    card = new.checks.get(check) or old.checks.get(check)
    words = (card.words.get(language) or card.words.get("en")) if card else None
    return words.title if words else check


def _item(
    change: Change,
    was: ResultRecord | None,
    now: ResultRecord | None,
    record: ResultRecord,
    title: str,
) -> Item:
    return Item(
        change=change,
        check=record.check,
        title=title,
        subject=record.subject,
        instance=record.instance,
        authority=record.authority,
        severity=_worse(was, now) if was and now else record.severity,
        before=_told(was),
        now=_told(now),
        seen=record.seen,
        reason=now.reason if now else None,
        fingerprint=record.fingerprint,
    )


def _worse(was: ResultRecord, now: ResultRecord) -> Severity:
    """That of the failure; of two failures, the one that stands now."""
    return now.severity if now.outcome is Outcome.FAIL else was.severity


def _told(record: ResultRecord | None) -> str:
    if record is None:
        return "absent"
    return "accepted" if record.waiver and record.outcome is Outcome.FAIL else str(record.outcome)


def _order(item: Item) -> tuple[object, ...]:
    place = list(Change).index(item.change)
    return (place, -item.severity.rank, item.check, item.subject, item.instance)


def _side(run: Run) -> Side:
    return Side(run.id, run.started, run.audit.id, run.organisation)


def _remarks(old: Run, new: Run) -> Iterator[str]:
    if new.started < old.started:
        yield "The second run began before the first: are they the wrong way round?"
    if old.organisation != new.organisation:
        yield f"The runs are of two organisations: {old.organisation} and {new.organisation}."
    if old.audit.id != new.audit.id:
        yield f"The runs used two audits: {old.audit.id} and {new.audit.id}."
    elif old.audit.yardsticks != new.audit.yardsticks:
        yield "The order of authorities changed: another one may bind now."
    lost = sorted({one.id for one in old.subjects} - {one.id for one in new.subjects})
    if lost:
        yield f"No longer among the subjects: {', '.join(lost)}."


@dataclass(frozen=True, slots=True)
class Listed:
    """One run file of a folder: its failures nobody accepted, by severity, and what was unseen."""

    path: Path
    run: Run
    open: Mapping[Severity, int]
    unseen: int


def listed(folder: Path) -> tuple[list[Listed], list[ContentError]]:
    """The runs of a folder and its subfolders, oldest first, and the JSON files that are none."""
    found, others = [], []
    for path in sorted(folder.rglob("*.json")):
        try:
            run = results.load(path)
        except ContentError as error:
            others.append(error)
            continue
        opened = Counter(record.severity for record in run.results if record.open)
        unseen = sum(record.outcome not in SEEN for record in run.results)
        found.append(Listed(path, run, opened, unseen))
    return sorted(found, key=lambda one: (one.run.started, one.path)), others
