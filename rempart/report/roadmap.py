"""What to do and by when: one measure a finding, due in so many days, with its effort and owner.

The day follows from the level (ANSSI: critical at once, major short term, important medium term)
and from the effort; what cannot be done at once for a critical finding gets an interim measure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from rempart.background import ReplayRecord
from rempart.check import Outcome, Severity
from rempart.replay import again
from rempart.report.findings import EFFORTS, Finding, Findings
from rempart.results import Run

DAYS = (0, 30, 90, 180)
# By level: due when the effort is small, medium, large.
DUE: dict[Severity, tuple[int, int, int]] = {
    Severity.CRITICAL: (0, 30, 90),
    Severity.HIGH: (30, 30, 90),
    Severity.MEDIUM: (90, 90, 180),
    Severity.LOW: (180, 180, 180),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What ends one finding; `number` is its place in the roadmap, `due` counts days."""

    number: int
    finding: Finding
    due: int
    owners: tuple[str, ...]

    @property
    def interim(self) -> bool:
        """Whether something must hold the risk until then."""
        return self.finding.severity is Severity.CRITICAL and self.due > 0


@dataclass(frozen=True, slots=True)
class Spot:
    """The measures against one level of risk that ask for one effort, empty where unknown."""

    severity: Severity
    effort: str
    measures: tuple[Measure, ...]

    @property
    def soon(self) -> bool:
        """Whether much risk goes here for little work."""
        return self.severity in (Severity.CRITICAL, Severity.HIGH) and self.effort == "S"


def spots(measures: Sequence[Measure]) -> tuple[tuple[Spot, ...], ...]:
    """The measures by level, the worst first, and in it by effort, the least first.

    The last column, of unknown effort, is there only where a measure has none.
    """
    efforts = EFFORTS if any(effort(one) == "" for one in measures) else EFFORTS[:-1]
    return tuple(
        tuple(
            Spot(level, work, tuple(one for one in measures if _at(one, level, work)))
            for work in efforts
        )
        for level in DUE
    )


def effort(measure: Measure) -> str:
    """S, M or L; empty where the card does not say."""
    told = measure.finding.record.effort
    return told if told in EFFORTS else ""


def _at(measure: Measure, level: Severity, work: str) -> bool:
    return measure.finding.severity is level and effort(measure) == work


def roadmap(found: Findings) -> tuple[Measure, ...]:
    """The measures against open findings, the soonest first, then the most urgent."""
    owners = {subject.id: subject.owner for subject in found.run.subjects}
    dated = sorted(((due(finding), finding) for finding in found.open), key=lambda pair: pair[0])
    return tuple(
        Measure(place, finding, days, _owners(finding, owners))
        for place, (days, finding) in enumerate(dated, 1)
    )


def due(finding: Finding) -> int:
    """In how many days a finding is to be ended; an unknown effort counts as medium."""
    effort = finding.record.effort if finding.record.effort in ("S", "M", "L") else "M"
    return DUE[finding.severity]["SML".index(effort)]


def _owners(finding: Finding, owners: dict[str, str]) -> tuple[str, ...]:
    named = (owners.get(subject, "") for subject in finding.subjects)
    return tuple(dict.fromkeys(filter(None, named)))


def after(run: Run, measures: Sequence[Measure], days: int) -> tuple[ReplayRecord, ...]:
    """The breaches replayed as if every measure due within these days were done and had worked.

    What was not seen stays unseen: a measure proves nothing about it.
    """
    done = {measure.finding.check for measure in measures if measure.due <= days}
    results = tuple(
        replace(result, outcome=Outcome.PASS) if result.open and result.check in done else result
        for result in run.results
    )
    return again(run.replays, results, run.checks, run.subjects)
