"""What a person adds to a run after reading it, as the run keeps it: the records of an overlay.

Texts are by language (`en`, `fr`, `de`); what was written in one language stands in all of them.
"""

from datetime import datetime
from typing import Final

import msgspec

from rempart.check import Outcome, Severity
from rempart.errors import Reason

STATES = ("fixed", "partly", "open", "not_retestable")


OWN: Final = "own."  # check ids of findings no tool made


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: frozen, strict."""


class Answer(_Record, frozen=True, forbid_unknown_fields=True):
    """What the client answers to a result: `decision` is agreed, planned, done or disputed."""

    says: dict[str, str]
    by: str
    on: str
    decision: str
    due: str = ""


class Review(_Record, frozen=True, forbid_unknown_fields=True):
    """What a reviewer says of one result.

    `outcome` is what the tool said of a false positive, `severity` what it said before a rating of
    the reviewer's own. `source` is how a finding of the reviewer's own was made: interview, test,
    tool, screenshot or document.
    """

    by: str = ""
    on: str = ""
    reason: dict[str, str] = {}
    outcome: Outcome | None = None
    severity: Severity | None = None
    impact: str = ""
    exploitability: str = ""
    proof: str = ""
    proof_sha256: str = ""
    source: str = ""
    seen: dict[str, str] = {}
    answer: Answer | None = None

    @property
    def false_positive(self) -> bool:
        """Whether the reviewer showed that the tool was wrong."""
        return self.outcome is not None and not self.source

    @property
    def rerated(self) -> bool:
        """Whether the reviewer gave another rating than the tool."""
        return self.severity is not None


class Edition(_Record, frozen=True, forbid_unknown_fields=True):
    """One version of the document: 0.1, after the restitution meeting, 1.0."""

    version: str
    date: str
    author: str
    changes: dict[str, str]
    reviewer: str = ""


class DocumentRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """The document that is handed over; `sha256` is that of the overlay it was made with."""

    sha256: str
    title: dict[str, str] = {}
    classification: dict[str, str] = {}
    auditor: str = ""
    team: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    reservations: dict[str, str] = {}
    editions: tuple[Edition, ...] = ()

    @property
    def current(self) -> Edition | None:
        """The version this document is, the last of the list."""
        return self.editions[-1] if self.editions else None


class Retested(_Record, frozen=True, forbid_unknown_fields=True):
    """One open result of an earlier run, looked at again.

    `state` is fixed, open, partly (still open, at a lower severity) or not_retestable; `why` says
    which obstacle there was, in words of a closed list.
    """

    check: str
    subject: str
    instance: str
    authority: str
    state: str
    severity: Severity
    before: str
    now: str
    fingerprint: str
    severity_now: Severity | None = None
    reason: Reason | None = None
    why: str = ""


class RetestRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """The run whose open results were judged again, and what became of each."""

    run: str
    started: datetime
    items: tuple[Retested, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many results came to each state, in the order of `STATES`."""
        return {state: sum(one.state == state for one in self.items) for state in STATES}

    @property
    def findings(self) -> tuple["RetestedFinding", ...]:
        """The items by check, worst first."""
        groups: dict[str, list[Retested]] = {}
        for item in self.items:
            groups.setdefault(item.check, []).append(item)
        found = [RetestedFinding(check, tuple(items)) for check, items in groups.items()]
        return tuple(sorted(found, key=lambda one: (-one.severity.rank, one.check)))


class RetestedFinding(_Record, frozen=True, forbid_unknown_fields=True):
    """One check that had failed, and what became of all the things where it did."""

    check: str
    items: tuple[Retested, ...]

    @property
    def severity(self) -> Severity:
        """The worst it was."""
        return max((item.severity for item in self.items), key=lambda level: level.rank)

    @property
    def state(self) -> str:
        """Fixed or open when all are; not retestable when none is known; else partly."""
        states = {item.state for item in self.items}
        return states.pop() if len(states) == 1 else "partly"
