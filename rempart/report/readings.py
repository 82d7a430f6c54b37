"""What a report tells of read logs: whether it has happened already, and whom an alarm would stop.

Read from the graphs a run keeps; one of another shape is passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import msgspec

from rempart.background import StepRecord
from rempart.check import Outcome
from rempart.observations.reading import Curve, PatternPoint, Reach, Trial
from rempart.report.language import Language
from rempart.results import Run

LIMIT = "portal.extraction.limit"  # the control that bounds what one account reads
CROWDED = 50  # per cent of all people read by one account: it stands for many
QUIET = frozenset({"top"})  # busy, which is no reproach
T = TypeVar("T")


class Account(msgspec.Struct, frozen=True):
    """An account that stands out; `key` is its pseudonym."""

    key: str
    why: tuple[str, ...]
    seconds: int
    start: datetime | None
    people: int
    peers: int
    tenths: int
    share: int = 0
    over_windows: int = 0
    steps: int = 0
    odd_hours: int = 0
    new_networks: int = 0
    parallel: int = 0
    failures: int = 0
    silent_days: int = 0

    @property
    def times(self) -> int:
        """How many times what its peers read."""
        return self.tenths // 10


class Alarm(msgspec.Struct, frozen=True):
    """An alarm or rule and what it made of the log; `evaluated` is the reason where it was not."""

    key: str
    people: int = 0
    seconds: int = 0
    fired: int = 0
    accounts: int = 0
    trials: tuple[Trial, ...] = ()
    kind: str = ""
    evaluated: Any = True

    @property
    def refused(self) -> str:
        """The construct that cannot be expressed, empty where the rule was run."""
        told = self.evaluated
        return str(told.get("detail", "")) if isinstance(told, Mapping) else ""


class Coverage(msgspec.Struct, frozen=True):
    """What the log holds."""

    reads: int = 0
    named: int = 0
    accounts: int = 0
    days: int = 0
    first: datetime | None = None
    last: datetime | None = None


class Measured(msgspec.Struct, frozen=True):
    """The curve as the run keeps it."""

    curves: tuple[Curve, ...] = ()
    pattern: tuple[PatternPoint, ...] = ()
    reach: tuple[Reach, ...] = ()
    alarms: int = 0
    noticed: tuple[Trial, ...] = ()
    whole: Any = True


@dataclass(frozen=True, slots=True)
class Span:
    """What one account reads in so many hours: under its bound, and at the pace of 2024.

    `bound` is `ceiling`, `p99` (custom alone), or `broken` where accounts exceeded the ceiling.
    """

    hours: int
    people: int
    bound: str
    pattern: int

    @property
    def reached(self) -> int:
        """What nothing kept an account from reading."""
        return max(self.people, self.pattern) if self.bound == "broken" else self.people


@dataclass(frozen=True)
class ReadingView:
    """One read log; `facts` are those of its results by check, `failed` the checks that failed."""

    subject: str
    name: str
    kinds: frozenset[str]  # of the subjects it is the log of; empty where nobody says
    measured: Measured
    coverage: Coverage
    accounts: tuple[Account, ...]
    alarms: tuple[Alarm, ...]
    rules: tuple[Alarm, ...]
    facts: Mapping[str, Mapping[str, Any]]
    failed: frozenset[str]

    @cached_property
    def standing_out(self) -> tuple[Account, ...]:
        """The accounts named for more than being busy, the farthest from their peers first."""
        return tuple(one for one in self.accounts if set(one.why) - QUIET)

    @cached_property
    def outliers(self) -> tuple[Account, ...]:
        """Those far above their peers."""
        return tuple(one for one in self.accounts if "outlier" in one.why)

    @cached_property
    def ceiling(self) -> Curve | None:
        """The curve of the window the ceiling is declared for."""
        return next((one for one in self.measured.curves if one.ceiling is not None), None)

    @property
    def broken(self) -> bool:
        """Whether an account exceeded the ceiling."""
        found = self.ceiling
        return bool(found and found.points and found.points[-1].people > (found.ceiling or 0))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """What a thief reads in one hour, a night and three days."""
        return tuple(
            Span(
                one.hours,
                one.people,
                "broken" if one.bound == "ceiling" and self.broken else one.bound,
                at_pace(self.measured.pattern, one.hours * 60),
            )
            for one in self.measured.reach
        )

    @property
    def noticed(self) -> Trial | None:
        """When the first alarm notices the pattern of 2024; None without an alarm to try."""
        return self.measured.noticed[0] if self.measured.noticed else None

    @cached_property
    def answer(self) -> str:
        """Which answer the log gives: outlier, walking, nameless, shared, part or none."""
        shared = self.facts.get("reading.shared_account", {})
        cases = {
            "outlier": bool(self.outliers),
            "walking": any("walking" in one.why for one in self.accounts),
            "nameless": "reading.content" in self.failed or not self.coverage.reads,
            "shared": "reading.shared_account" in self.failed
            and shared.get("percent", 0) >= CROWDED,
            "part": self.measured.whole is not True,
        }
        return next((name for name, holds in cases.items() if holds), "none")

    @property
    def state(self) -> str:
        """The answer as a mark: open, unknown or stopped."""
        if self.answer in ("outlier", "walking"):
            return "open"
        return "stopped" if self.answer == "none" else "unknown"


def views(run: Run) -> tuple[ReadingView, ...]:
    """The read logs that were measured, in the order of the run."""
    kinds = {subject.id: subject.kind for subject in run.subjects}
    known = {subject.id: subject for subject in run.subjects}
    return tuple(
        _view(run, subject, measured, known.get(subject), kinds)
        for subject, measured in _each(run, "ReadingCurve", Measured)
    )


def _view(
    run: Run,
    subject: str,
    measured: Measured,
    record: Any,  # noqa: ANN401  (a SubjectRecord, or None in a run cut down)
    kinds: Mapping[str, str],
) -> ReadingView:
    own = [one for one in run.results if one.subject == subject]
    coverage = _of(run, subject, "LogCoverage", Coverage)
    return ReadingView(
        subject=subject,
        name=record.name if record else subject,
        kinds=frozenset(kinds[each] for each in (record.of if record else ()) if each in kinds),
        measured=measured,
        coverage=coverage[0] if coverage else Coverage(),
        accounts=_of(run, subject, "AccountReading", Account),
        alarms=_of(run, subject, "AlarmTrial", Alarm),
        rules=_of(run, subject, "RuleTrial", Alarm),
        facts={one.check: one.facts for one in own},
        failed=frozenset(one.check for one in own if one.outcome is Outcome.FAIL),
    )


def _of(run: Run, subject: str, name: str, kind: type[T]) -> tuple[T, ...]:
    return tuple(graph for whose, graph in _each(run, name, kind) if whose == subject)


def _each(run: Run, name: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    for graph in run.graphs:
        if graph.get("type") == name:
            try:
                yield str(graph.get("subject", "")), msgspec.convert(graph, kind)
            except msgspec.ValidationError:
                continue


def at_pace(pattern: tuple[PatternPoint, ...], minutes: int) -> int:
    """How many people the pattern has read after so many minutes, evenly between its points."""
    for before, after in pairwise(pattern):
        if before.minutes <= minutes < after.minutes:
            part = (after.people - before.people) * (minutes - before.minutes)
            return before.people + part // (after.minutes - before.minutes)
    return pattern[-1].people if pattern and minutes >= pattern[-1].minutes else 0


def answered(log: ReadingView, language: Language) -> str:
    """Whether it has happened already, as far as this log can tell, in one sentence."""
    worst = (log.outliers or log.accounts or (None,))[0]
    held, shared = log.coverage, log.facts.get("reading.shared_account", {})
    walking = sum("walking" in one.why for one in log.accounts)
    number = language.number
    return language.say(
        f"reading.answer.{log.answer}",
        walking if log.answer == "walking" else len(log.outliers),
        log=log.name,
        people=number(worst.people if worst else 0),
        window=within(worst.seconds if worst else 0, language),
        peers=number(worst.peers if worst else 0),
        days=number(held.days),
        accounts=number(held.accounts),
        reads=number(held.reads),
        named=number(held.named),
        percent=shared.get("percent", 0),
        first=language.date(held.first.date()) if held.first else "–",
    )


def noticed(trial: Trial | None, language: Language) -> str:
    """When an alarm notices the pattern: `detected after 40 minutes and 310 people`."""
    if trial is None:
        return language.say("reading.untried")
    if trial.minutes is None or trial.people is None:
        return language.say("reading.undetected", people=language.number(trial.taken))
    time = lasting(trial.minutes, language)
    return language.say("reading.detected", time=time, people=language.number(trial.people))


def lasting(minutes: int, language: Language) -> str:
    """A time in minutes, in hours from two hours on, in days and hours from two days on."""
    days, hours = minutes // 1440, minutes // 60
    if days >= 2 and hours % 24:
        return language.say("reading.lasting.mixed", days=days, hours=hours % 24)
    if days >= 2 or minutes == 1440:
        return language.say("reading.lasting.days", days)
    if hours >= 2 or minutes == 60:
        return language.say("reading.lasting.hours", hours)
    return language.say("reading.lasting.minutes", minutes)


def within(seconds: int, language: Language) -> str:
    """A window in words: `in one hour`."""
    known = language.word("reading.within", str(seconds))
    if known != str(seconds):
        return known
    return language.say("reading.within.hours", seconds // 3600)


def concerned(logs: tuple[ReadingView, ...], step: StepRecord) -> tuple[ReadingView, ...]:
    """The logs that tell how far a step of a breach could go: where a limit is what it wants."""
    if all(control.control != LIMIT for control in step.limit):
        return ()
    return tuple(log for log in logs if not log.kinds or step.kind in log.kinds)
