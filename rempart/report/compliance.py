"""What the requirements of each framework meet here: a row a requirement, a column a subject.

A cell says what the evidence says, never that a law is obeyed: `met`, `partial`, `unmet`, `waived`,
`stated` (somebody says so and nothing was observed), `untested`; None where no check of this audit
looks at that subject for that requirement. A requirement is met only when something was looked at
for each of the neutral controls it asks. One weakness has one verdict for each authority; only
the authority that binds decides a cell, and where authorities part is told beside it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rempart.background import RequirementRecord
from rempart.check import Outcome, Vantage
from rempart.replay import Speaking, by_control
from rempart.report.findings import Findings, Occurrence
from rempart.results import ResultRecord, Run

STATES = ("unmet", "partial", "waived", "untested", "stated", "met")  # worst first


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: its state overall and on each subject that a check of it looked at.

    `neutral` are the neutral controls it asks for, `looked` those some result speaks of.
    """

    id: str
    title: str
    neutral: tuple[str, ...]
    looked: tuple[str, ...]
    cells: Mapping[str, str]
    state: str
    checks: tuple[str, ...]  # that did not hold, by id


@dataclass(frozen=True, slots=True)
class Gap:
    """Requirements of one framework in one state, and the checks that show it."""

    ids: tuple[str, ...]
    state: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One framework over the estate; `subjects` are those with at least one cell."""

    id: str
    name: str
    publisher: str
    version: str
    url: str
    verified: str
    rows: tuple[Row, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The columns, in the order of the run."""
        return tuple(dict.fromkeys(subject for row in self.rows for subject in row.cells))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requirements are in each state."""
        tally = Counter(row.state for row in self.rows)
        return {state: tally[state] for state in STATES}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The requirements some check did not find met, those with the same checks together."""
        alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for row in self.rows:
            if row.checks:
                alike.setdefault((row.state, row.checks), []).append(row.id)
        return tuple(Gap(tuple(ids), *key) for key, ids in alike.items())


class Compliance:
    """The tables of a run, each worked out once."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """One table a framework, in the order of the audit."""
        speaking = by_control(self.run.results, self.run.checks)
        return tuple(
            Table(
                id=name,
                name=one.name,
                publisher=one.publisher,
                version=one.version,
                url=one.url,
                verified=one.verified,
                rows=tuple(self._row(asked, speaking) for asked in one.controls),
            )
            for name in self.run.audit.frameworks
            if (one := self.run.frameworks.get(name))
        )

    def _row(self, asked: RequirementRecord, speaking: Speaking) -> Row:
        by_subject: dict[str, list[ResultRecord]] = {}
        for control in asked.neutral:
            for subject, results in speaking.get(control, {}).items():
                by_subject.setdefault(subject, []).extend(results)
        order = [subject.id for subject in self.run.subjects if subject.id in by_subject]
        rest = [subject for subject in by_subject if subject not in order]
        cells = {subject: state(by_subject[subject]) for subject in (*order, *rest)}
        failed = (one.check for each in by_subject.values() for one in each if one.open)
        looked = tuple(control for control in asked.neutral if control in speaking)
        whole = overall(cells.values())
        return Row(
            id=asked.id,
            title=asked.title,
            neutral=asked.neutral,
            looked=looked,
            cells=cells,
            state="partial" if whole == "met" and looked != asked.neutral else whole,
            checks=tuple(dict.fromkeys(failed)),
        )


def state(results: Iterable[ResultRecord]) -> str:
    """What the binding results on one subject come to; statements speak where nothing else does."""
    every = list(results)
    observed = [one for one in every if one.vantage is not Vantage.STATED]
    if not observed:
        meets = all(one.outcome is Outcome.PASS for one in every)
        expired = any(one.outcome is Outcome.NOTCHECKED for one in every)
        return "untested" if expired else "stated" if meets else "unmet"
    kept = [one for one in observed if one.outcome is Outcome.PASS]
    if any(one.open for one in observed):
        return "partial" if kept else "unmet"
    if any(one.outcome is not Outcome.PASS and one.waiver is None for one in observed):
        return "partial" if kept else "untested"
    return "met" if len(kept) == len(observed) else "waived"


def overall(states: Iterable[str]) -> str:
    """The state of a requirement over its subjects: met somewhere and not elsewhere is partial."""
    found = set(states)
    if not found:
        return "untested"
    if len(found) == 1:
        return found.pop()
    if found <= {"unmet", "untested"}:
        return "unmet"
    if found <= {"met", "waived"}:
        return "waived"
    if found == {"stated", "untested"}:
        return "untested"
    return "partial"


def parted(found: Findings) -> Iterator[Occurrence]:
    """The things on which authorities disagree."""
    for items in found.occurrences.values():
        for item in items:
            outcomes = {one.outcome for one in item.results if one.authority}
            if {Outcome.PASS, Outcome.FAIL} <= outcomes:
                yield item
