"""A run thought through for its reports: risks, measures, requirements, drawings.

Templates see one of these as `analysis` and pay only for what they print: each is worked out once,
when it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rempart.accepted import WaiverRecord
from rempart.background import ReplayRecord, StepRecord
from rempart.report import estate_map
from rempart.report.compliance import Compliance, Table, parted
from rempart.report.decisions import Decision, decisions
from rempart.report.findings import EFFORTS, Findings, Occurrence
from rempart.report.playbook import Sheet, playbook
from rempart.report.reading_chart import Chart, chart
from rempart.report.readings import ReadingView, concerned, views
from rempart.report.risks import Cell, Risk, matrix, risks
from rempart.report.roadmap import Measure, Spot, after, roadmap, spots

WHAT_IF = 30  # days after which breaches are replayed again


@dataclass(frozen=True, slots=True)
class Expiry:
    """A waiver and the days it has left when the audit ended, negative once it is over.

    None where the run holds no date one can read.
    """

    waiver: WaiverRecord
    days: int | None


class Analysis:
    """What follows from a run."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.compliance = Compliance(found.run)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What to do, the soonest first."""
        return roadmap(self.found)

    @cached_property
    def by_level(self) -> tuple[Measure, ...]:
        """What to do, the most critical first, then the least work."""
        return tuple(sorted(self.measures, key=_criticality))

    @cached_property
    def spots(self) -> tuple[tuple[Spot, ...], ...]:
        """The measures by the risk they end and the work they ask for."""
        return spots(self.measures)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each open finding, by check: its place, the worst first."""
        return {finding.check: place for place, finding in enumerate(self.found.open, 1)}

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The measures by team and product."""
        return playbook(self.measures)

    @cached_property
    def risks(self) -> tuple[Risk, ...]:
        """The findings as risks of the business."""
        return risks(self.found)

    @cached_property
    def matrix(self) -> tuple[tuple[Cell, ...], ...]:
        """The ANSSI matrix with the numbers of open findings."""
        return matrix(self.found)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What a board is asked to decide."""
        return decisions(self.found, self.measures)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """What the requirements of each framework meet."""
        return self.compliance.tables

    @cached_property
    def parted(self) -> tuple[Occurrence, ...]:
        """The things on which authorities disagree."""
        return tuple(parted(self.found))

    @cached_property
    def after(self) -> Mapping[str, ReplayRecord]:
        """Each breach as it would go after the measures due in thirty days, by scenario."""
        return {one.scenario: one for one in after(self.found.run, self.measures, WHAT_IF)}

    @cached_property
    def columns(self) -> tuple[tuple[estate_map.Node, ...], ...]:
        """The way from a client to the data."""
        return estate_map.columns(self.found)

    @cached_property
    def beside(self) -> tuple[estate_map.Node, ...]:
        """The subjects no client goes through."""
        return estate_map.beside(self.found)

    @cached_property
    def stores(self) -> tuple[estate_map.StoreView, ...]:
        """Where data rests, and its copies."""
        return estate_map.stores(self.found.run)

    @cached_property
    def reach(self) -> tuple[tuple[str, Mapping[str, int]], ...]:
        """What one stolen account can read, as far as read logs tell."""
        return estate_map.reach(self.found.run)

    @cached_property
    def readings(self) -> tuple[ReadingView, ...]:
        """The read logs that were measured."""
        return views(self.found.run)

    @cached_property
    def charts(self) -> Mapping[str, Chart]:
        """The curve of each read log, by subject."""
        return {log.subject: chart(log) for log in self.readings}

    def told_of(self, step: StepRecord) -> tuple[ReadingView, ...]:
        """The read logs that tell how far this step of a breach could go."""
        return concerned(self.readings, step)

    @cached_property
    def expiries(self) -> tuple[Expiry, ...]:
        """Waivers by the day they end, the next one first."""
        today = self.found.run.finished.date()
        dated = [Expiry(one, _days(one.until, today)) for one in self.found.run.waivers]
        return tuple(sorted(dated, key=lambda one: (one.days or 0, one.waiver.id)))

    @cached_property
    def failing(self) -> int:
        """How many things failed and nobody accepted."""
        return sum(len(finding.occurrences) for finding in self.found.open)

    @cached_property
    def since(self) -> Mapping[str, str]:
        """What is new or came back since the last earlier run, by check: `new` or `regressed`.

        Only a finding all of whose things are so is called new.
        """
        if not self.found.run.earlier:
            return {}
        known = self.found.run.earlier[-1].since
        told = {}
        for finding in self.found.open:
            states = [known.get(one.first.fingerprint, "") for one in finding.occurrences]
            if "regressed" in states:
                told[finding.check] = "regressed"
            elif all(state == "new" for state in states):
                told[finding.check] = "new"
        return told


def _criticality(measure: Measure) -> tuple[int, int, int]:
    effort = measure.finding.record.effort
    work = EFFORTS.index(effort) if effort in EFFORTS else len(EFFORTS)
    return (-measure.finding.severity.rank, work, measure.number)


def _days(until: str, today: date) -> int | None:
    try:
        return (date.fromisoformat(until) - today).days
    except ValueError:
        return None
