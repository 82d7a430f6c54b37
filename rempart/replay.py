"""A breach replayed over a run: which of its steps a control stops here, and what is not known.

The replay says what is known, never more: what was not looked at counts as open.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from rempart.background import ReplayRecord, StepControl, StepRecord
from rempart.check import Outcome, Vantage
from rempart.results import CheckRecord, ResultRecord, SubjectRecord
from rempart.scenario import Scenario, Step
from rempart.titles import Titles

STATED = "stated."  # check ids of statements: what somebody says of a control
ORDER = ("fail", "notchecked", "stated", "pass")  # worst first
LOG = "read_log"
SHOWN = 50  # fingerprints kept for one control
EVERYWHERE = "organisation"  # a step that goes through no system: any subject may speak for it

Speaking: TypeAlias = dict[str, dict[str, list[ResultRecord]]]  # by control, then by subject
Exposed: TypeAlias = Mapping[str, Sequence[str]]  # subjects by kind


def replays(
    results: Sequence[ResultRecord],
    checks: Mapping[str, CheckRecord],
    subjects: Sequence[SubjectRecord],
    scenarios: Iterable[Scenario],
    titles: Mapping[str, Titles],
    language: str = "en",
) -> tuple[ReplayRecord, ...]:
    """Each scenario over this run. `titles` are those of the neutral controls."""
    told = [_told(scenario, titles, language) for scenario in scenarios]
    return again(told, results, checks, subjects)


def again(
    told: Iterable[ReplayRecord],
    results: Sequence[ResultRecord],
    checks: Mapping[str, CheckRecord],
    subjects: Sequence[SubjectRecord],
) -> tuple[ReplayRecord, ...]:
    """The same breaches over these results, such as those after some measures."""
    speaking = _handed_on(by_control(results, checks), subjects)
    exposed: dict[str, list[str]] = {}
    for subject in subjects:
        exposed.setdefault(subject.kind, []).append(subject.id)
    return tuple(_replayed(one, speaking, exposed) for one in told)


def by_control(results: Sequence[ResultRecord], checks: Mapping[str, CheckRecord]) -> Speaking:
    """The binding results that say something of a control on a subject."""
    found: Speaking = {}
    for result in results:
        if not result.binding or result.outcome is Outcome.NOTAPPLICABLE:
            continue
        for control in _controls(result, checks):
            found.setdefault(control, {}).setdefault(result.subject, []).append(result)
    return found


def _handed_on(speaking: Speaking, subjects: Sequence[SubjectRecord]) -> Speaking:
    """What a read log shows, said of the portal it is the log of as well.

    What it shows of logging holds there. Of any other control it can show the failure alone: that
    nobody went too far proves no limit.
    """
    for subject in subjects:
        for portal in subject.of if subject.kind == LOG else ():
            for control, on in speaking.items():
                shown = [
                    result
                    for result in on.get(subject.id, ())
                    if control.startswith("log.") or result.outcome is Outcome.FAIL
                ]
                if shown:
                    on[portal] = [*on.get(portal, ()), *shown]
    return speaking


def _controls(result: ResultRecord, checks: Mapping[str, CheckRecord]) -> tuple[str, ...]:
    if result.check.startswith(STATED):
        return (result.check.removeprefix(STATED),)
    return checks[result.check].controls if result.check in checks else ()


def _told(scenario: Scenario, titles: Mapping[str, Titles], language: str) -> ReplayRecord:
    """What the scenario says, before anything is known of the estate."""

    def controls(names: tuple[str, ...]) -> tuple[StepControl, ...]:
        words = [titles.get(name, Titles(name, name, name)) for name in names]
        return tuple(
            StepControl(name, said[language], "notchecked", (), said.every())
            for name, said in zip(names, words, strict=True)
        )

    def step(one: Step) -> StepRecord:
        return StepRecord(
            id=one.id,
            title=one.title.every(),
            kind=one.kind,
            certainty=one.certainty,
            stop=controls(one.stop),
            detect=controls(one.detect),
            limit=controls(one.limit),
            state="unknown",
            sources=one.sources,
        )

    return ReplayRecord(
        scenario=scenario.id,
        title=scenario.title.every(),
        summary=scenario.summary.every(),
        people=scenario.people.figure,
        sources=scenario.sources,
        steps=tuple(map(step, scenario.steps)),
        verdict="unknown",
    )


def _replayed(told: ReplayRecord, speaking: Speaking, exposed: Exposed) -> ReplayRecord:
    steps = tuple(_step(step, speaking, exposed) for step in told.steps)
    return replace(told, steps=steps, verdict=_verdict([step.state for step in steps]))


def _step(step: StepRecord, speaking: Speaking, exposed: Exposed) -> StepRecord:
    def judged(controls: tuple[StepControl, ...]) -> tuple[StepControl, ...]:
        return tuple(_judged(control, step.kind, speaking, exposed) for control in controls)

    stop = judged(step.stop)
    state = _step_state([control.state for control in stop])
    return replace(
        step, stop=stop, detect=judged(step.detect), limit=judged(step.limit), state=state
    )


def _judged(control: StepControl, kind: str, speaking: Speaking, exposed: Exposed) -> StepControl:
    on = speaking.get(control.control, {})
    state, decided = _state(on, exposed.get(kind, list(on) if kind == EVERYWHERE else ()))
    return replace(control, state=state, results=decided)


def _state(
    on: Mapping[str, Sequence[ResultRecord]], exposed: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """The worst state of a control over the exposed subjects, and the results that decided it.

    Where nothing is exposed, or an exposed subject has no result, the control was not checked.
    """
    states = [(_on_one(on.get(subject, ())), on.get(subject, ())) for subject in exposed]
    worst = min((state for state, _ in states), key=ORDER.index, default="notchecked")
    decided = {
        result.fingerprint
        for state, results in states
        if state == worst
        for result in results
        if _on_one([result]) == worst
    }
    return worst, tuple(sorted(decided)[:SHOWN])


def _on_one(results: Sequence[ResultRecord]) -> str:
    """The state on one subject: all observed results must pass, and at least one must be there.

    A statement speaks only where nothing was observed; a waiver changes no fact.
    """
    observed = [one.outcome for one in results if one.vantage is not Vantage.STATED]
    outcomes = observed or [one.outcome for one in results]
    if Outcome.FAIL in outcomes:
        return "fail"
    if not outcomes or any(outcome is not Outcome.PASS for outcome in outcomes):
        return "notchecked"
    return "pass" if observed else "stated"


def _step_state(stop: Sequence[str]) -> str:
    """Broken if one control stops it everywhere; open if none does; unknown if one might."""
    if "pass" in stop:
        return "broken"
    return "open" if all(state == "fail" for state in stop) else "unknown"


def _verdict(steps: Sequence[str]) -> str:
    """A chain is stopped by one broken step; it is open only if every step is."""
    if "broken" in steps:
        return "stopped"
    return "open" if all(state == "open" for state in steps) else "unknown"
