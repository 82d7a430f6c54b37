"""Open findings as tickets: one a check, with the places it concerns, found again by its key.

What was found on a target is only ever shown as code: there neither mentions, references, quick
actions nor images are made of it.
"""

from dataclasses import dataclass

from rempart.card import Words
from rempart.check import Severity
from rempart.plain import line
from rempart.report.findings import Finding, Findings, said, words
from rempart.report.language import Language
from rempart.results import CheckRecord, Place, Run, digest

SHOWN = 100  # places of one ticket; all of them are in the run file


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing to repair: where it is and what was seen there."""

    subject: str
    instance: str
    seen: str
    source: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody is asked to do. `key` is the same for the same check in every run."""

    key: str
    check: str
    title: str
    severity: Severity
    record: CheckRecord
    words: Words
    spots: tuple[Spot, ...]
    more: int
    controls: tuple[str, ...]


def tickets(run: Run, told: Language) -> tuple[Ticket, ...]:
    """The tickets of a run, the most urgent first."""
    return tuple(_ticket(run, finding, told) for finding in Findings(run).open)


def _ticket(run: Run, finding: Finding, told: Language) -> Ticket:
    text = words(run, finding.check, told)
    level = told.word("severity", finding.severity)
    shown = [item.first for item in finding.occurrences[:SHOWN]]
    return Ticket(
        key=digest("ticket", run.audit.id, finding.check)[:12],
        check=finding.check,
        title=line(f"{level} · {text.title} ({told.word('outcome', 'fail')})"),
        severity=finding.severity,
        record=finding.record,
        words=text,
        spots=tuple(
            Spot(
                line(one.subject),
                line(one.instance),
                line(said(run, one, told)),
                _place(one.where),
            )
            for one in shown
        ),
        more=len(finding.occurrences) - len(shown),
        controls=finding.record.controls,
    )


def _place(where: Place) -> str:
    return line(f"{where.source}:{where.line}" if where.line else where.source)


def rating(record: CheckRecord, told: Language) -> str:
    """How bad and how easy, and how much work where the card says so."""
    values = {
        "impact": told.word("impact", record.impact),
        "exploitability": told.word("exploitability", record.exploitability),
    }
    if not record.effort:
        return told.say("risk", **values)
    return told.say("ticket.impact", **values, effort=told.word("effort", record.effort))
