"""Accepted failures, kept in git: who accepts what, why, who approved it, and until when.

They are applied after judging and hide nothing: a waived result stays in the run and in every
report. One that expired does not apply; one whose facts changed since (`digest`) does not either.

    schema: rempart.waivers/1
    waivers:
      - id: W-2026-014
        check: sshd.max_auth_tries       # patterns: check, subject, instance, path
        subject: claims-*
        reason: The supplier delivers the new image in January.
        owner: Production
        approver: RSSI
        until: 2027-01-31
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.accepted import Waived, WaiverRecord
from rempart.check import Outcome
from rempart.errors import ContentErrors
from rempart.results import ResultRecord

SCHEMA = "rempart.waivers/1"
Text = Annotated[str, Meta(min_length=1)]


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One accepted failure. `digest` binds it to the facts as they were judged."""

    id: Text
    check: Text
    subject: Text
    instance: Text = "*"
    path: Text = "*"
    reason: Annotated[str, Meta(min_length=10)]
    owner: Text
    approver: Text
    author: str = ""
    until: date
    digest: str = ""

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.until

    def concerns(self, result: ResultRecord) -> bool:
        """Whether it speaks of that failure, whatever its facts."""
        return (
            result.outcome is Outcome.FAIL
            and _fits(self.check, result.check)
            and _fits(self.subject, result.subject)
            and _fits(self.instance, result.instance)
            and _on(self.path, result.where.source)
        )


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys of a waivers file."""

    schema: Literal["rempart.waivers/1"]
    waivers: tuple[Waiver, ...] = ()


@dataclass(slots=True)
class _Tally:
    used: int = 0
    changed: int = 0


def load(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file; raises ContentErrors with every fault and its line."""
    document = documents.read(path)
    found = documents.decode(document, File).waivers
    errors = [
        document.error(("waivers", place, key), message)
        for place, waiver in enumerate(found)
        for key, message in faults(waiver, found[:place])
    ]
    if errors:
        raise ContentErrors(errors)
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of a waivers file, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **msgspec.json.schema(File)}


def applied(
    results: Sequence[ResultRecord], waivers: Sequence[Waiver], today: date
) -> tuple[tuple[ResultRecord, ...], tuple[WaiverRecord, ...]]:
    """The results with what is accepted marked, and what became of each waiver."""
    tallies = [_Tally() for _ in waivers]
    judged = tuple(_waived(result, waivers, tallies, today) for result in results)
    return judged, tuple(
        WaiverRecord(
            waiver.id,
            waiver.check,
            waiver.subject,
            waiver.instance,
            waiver.reason,
            waiver.owner,
            waiver.approver,
            waiver.until.isoformat(),
            waiver.expired(today),
            tally.used,
            tally.changed,
            waiver.path,
        )
        for waiver, tally in zip(waivers, tallies, strict=True)
    )


def _waived(
    result: ResultRecord, waivers: Sequence[Waiver], tallies: Sequence[_Tally], today: date
) -> ResultRecord:
    """The result, accepted by the first waiver in force that concerns it as it is."""
    if result.outcome is not Outcome.FAIL:
        return result
    for waiver, tally in zip(waivers, tallies, strict=True):
        if waiver.expired(today) or not waiver.concerns(result):
            continue
        if waiver.digest and waiver.digest != result.digest:
            tally.changed += 1
            continue
        tally.used += 1
        accepted = Waived(
            waiver.id, waiver.reason, waiver.owner, waiver.approver, waiver.until.isoformat()
        )
        return msgspec.structs.replace(result, waiver=accepted)
    return result


def faults(waiver: Waiver, earlier: Sequence[Waiver]) -> list[tuple[str, str]]:
    """What is wrong beyond types: the key, and what to say of it."""
    found: list[tuple[str, str]] = []
    if any(waiver.id == other.id for other in earlier):
        found.append(("id", f'expected each id once, found "{waiver.id}" again'))
    for role in ("owner", "author"):
        if _same(waiver.approver, getattr(waiver, role)):
            message = f'expected an approver other than the {role}, found "{waiver.approver}"'
            found.append(("approver", message))
    return found


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _on(pattern: str, source: str) -> bool:
    """Whether a path is meant; `**/x` also means an x at the top, a folder all below it."""
    below = f"{pattern.rstrip('/')}/*"
    return any(
        fnmatchcase(path, one) for path in (source, f"/{source}") for one in (pattern, below)
    )


def _fits(pattern: str, name: str) -> bool:
    """A name written out, or a shell-like pattern; `main[0]` is a name before it is a pattern."""
    return pattern == name or fnmatchcase(name, pattern)
