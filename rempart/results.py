"""The run: everything one audit found, enough to render in any language without looking again.

`run.json`, schema `rempart.run/1`: deterministic, sorted keys, no floats. A field added since a
file was written has its default there.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.accepted import Waived, WaiverRecord
from rempart.background import (
    ControlRecord,
    DeliveryRecord,
    EarlierRecord,
    FrameworkRecord,
    ReplayRecord,
)
from rempart.card import Words
from rempart.check import Figure, Outcome, Severity, Vantage
from rempart.errors import ContentError, Reason
from rempart.gated import GateRecord, Known
from rempart.plain import plain
from rempart.review import DocumentRecord, RetestRecord, Review

SCHEMA = "rempart.run/1"


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: frozen, strict."""


class Tool(_Record, frozen=True, forbid_unknown_fields=True):
    """Which rempart wrote the run."""

    name: str
    version: str


class SubjectRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """One audited subject, without anything secret; `of` names what it is a log or a copy of."""

    id: str
    kind: str
    name: str
    owner: str = ""
    criticality: str = ""
    population: str = ""
    zone: str = ""
    of: tuple[str, ...] = ()


class AuditRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """The audit file used, and its digest."""

    id: str
    title: dict[str, str]
    yardsticks: tuple[str, ...]
    frameworks: tuple[str, ...]
    scenarios: tuple[str, ...]
    fail_on: Severity
    digest: str = ""


class AuthorisationRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """The mandate as the inventory states it; `document_sha256` is empty without a document."""

    reference: str
    granted_by: str
    contact: str
    valid_from: datetime
    valid_until: datetime
    scope: tuple[str, ...]
    exclude: tuple[str, ...]
    allow: tuple[str, ...]
    transit: str
    document: str = ""
    document_sha256: str = ""


class CheckRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A check as it stood: its card in three languages and its digest."""

    revision: int
    severity: Severity
    impact: str
    exploitability: str
    controls: tuple[str, ...]
    refs: tuple[str, ...]
    words: dict[str, Words]
    digest: str
    effort: str = ""
    change_risk: str = ""
    team: str = ""
    every: str = ""
    weight: str = ""
    weakened: tuple[str, ...] = ()  # settings the audit file loosened beyond the card's bounds


class Place(_Record, frozen=True, forbid_unknown_fields=True):
    """Where a result was seen."""

    source: str
    line: int | None = None
    end_line: int | None = None


class ResultRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """One outcome of one check on one thing of one subject, by one authority or none."""

    check: str
    subject: str
    root: str
    instance: str
    authority: str | None
    binding: bool
    vantage: Vantage
    outcome: Outcome
    severity: Severity
    seen: str
    facts: dict[str, Figure]
    where: Place
    reason: Reason | None
    fingerprint: str
    digest: str
    waiver: Waived | None = None
    review: Review | None = None  # what a person says of it, from an overlay
    known: Known | None = None  # why a gate does not ask about it

    @property
    def open(self) -> bool:
        """A failure nobody accepted and no gate knew before, by the authority that binds."""
        accepted = self.waiver is not None or self.known is not None
        return self.outcome is Outcome.FAIL and self.binding and not accepted


class StatementRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A fact no machine can see: who says so, when, on which evidence, until when."""

    control: str
    about: tuple[str, ...]
    says: str
    by: str
    on: str
    evidence: str
    evidence_sha256: str
    meets: bool
    until: str


class Coverage(_Record, frozen=True, forbid_unknown_fields=True):
    """How many subjects and results, by outcome."""

    subjects: int
    results: int
    outcomes: dict[str, int]

    @classmethod
    def of(cls, subjects: int, results: Collection[ResultRecord]) -> "Coverage":
        """The counts of these results."""
        outcomes = Counter(str(result.outcome) for result in results)
        return cls(subjects, len(results), dict(outcomes))


class Run(_Record, frozen=True, forbid_unknown_fields=True):
    """One audit, whole. `requests` are what canaries sent; `graphs` the store chains."""

    id: str
    tool: Tool
    started: datetime
    finished: datetime
    language: str
    organisation: str
    audit: AuditRecord
    authorisation: AuthorisationRecord
    subjects: tuple[SubjectRecord, ...]
    populations: dict[str, int]
    checks: dict[str, CheckRecord]
    controls: dict[str, ControlRecord]
    settings: dict[str, dict[str, Any]]
    waivers: tuple[WaiverRecord, ...]
    statements: tuple[StatementRecord, ...]
    requests: tuple[dict[str, Any], ...]
    graphs: tuple[dict[str, Any], ...]
    results: tuple[ResultRecord, ...]
    replays: tuple[ReplayRecord, ...]
    coverage: Coverage
    connections: dict[str, int]
    schema: str = SCHEMA
    frameworks: dict[str, FrameworkRecord] = {}
    document: DocumentRecord | None = None  # from an overlay
    retest: RetestRecord | None = None  # this run judged only what an earlier one left open
    earlier: tuple[EarlierRecord, ...] = ()  # oldest first, added when a report shows the trend
    delivery: DeliveryRecord | None = None  # for whom this copy was made
    gate: GateRecord | None = None  # what a gate compared with, left out and found excused


def fingerprint(
    check: str, authority: str | None, vantage: Vantage, subject: str, root: str, instance: str
) -> str:
    """The identity of a result over time: never title, time, order, line or text. 20 hex digits."""
    return digest(check, authority or "", vantage, subject, root, instance)[:20]


def digest(*parts: object) -> str:
    """SHA-256 of the parts, in hex; mappings are hashed with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def judged(outcome: Outcome, facts: Mapping[str, Figure], seen: str) -> str:
    """The digest of the judged facts: an accepted failure whose digest changed comes back."""
    return digest(outcome, dict(facts) or seen)[:20]


def encoded(run: Run) -> bytes:
    """The run as run.json holds it: sorted keys, one value a line."""
    return msgspec.json.format(msgspec.json.encode(run, order="sorted"), indent=1)


def run_digest(run: Run) -> str:
    """SHA-256 of the run file, in hex: reports print it, so that paper leads back to the file."""
    return hashlib.sha256(encoded(run)).hexdigest()


def save(run: Run, path: Path) -> None:
    """Write run.json, readable by its owner alone."""
    write_private(path, encoded(run))


def load(path: Path) -> Run:
    """The run in a file; raises ContentError when it is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", file=path) from None
    try:
        found = msgspec.json.decode(content, type=_Header).schema
        if found != SCHEMA:
            raise ContentError(f"expected a run ({SCHEMA}), found: {_told(found)}", file=path)
        return msgspec.json.decode(content, type=Run)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        found = _broken(content, str(error))
        raise ContentError(f"expected a run ({SCHEMA}), found: {found}", file=path) from None
    except RecursionError:
        raise ContentError(f"expected a run ({SCHEMA}), found: too deep", file=path) from None


class _Header(msgspec.Struct):
    """What tells runs of one schema from those of another."""

    schema: str = ""


def _told(schema: str) -> str:
    """What a file that is no run of ours is, in words."""
    ours, slash, version = SCHEMA.rpartition("/")
    number = schema.removeprefix(ours + slash)
    if number.isdecimal() and int(number) > int(version):
        return f"{schema}, written by a newer rempart: render it with that one, or update this one"
    if number.isdecimal():
        return f"{schema}, written by an older rempart: render it with that one, or audit again"
    return plain(schema)[:60] or "no schema"


def _broken(content: bytes, error: str) -> str:
    """What is wrong with the bytes of a run, and what to do."""
    if not content.strip():
        return "an empty file: was the disk full? Audit again"
    if "truncated" in error:
        return f"its first {len(content)} bytes only: copy it again, or rempart audit --resume"
    return error


def not_written(path: Path, error: OSError) -> str:
    """Why a file could not be written, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"{path}: cannot be written: there is no folder {path.parent}; make it first"
    return f"{path}: cannot be written: {error.strerror}"


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600, replacing it whole or not at all."""
    scratch = path.with_name(f".{path.name}.part")
    scratch.unlink(missing_ok=True)
    try:
        scratch.touch(mode=0o600)
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError:
        with suppress(OSError):
            scratch.unlink()
        raise
