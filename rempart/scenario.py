"""Breaches of payers as attack chains, and what each would meet in the estate just audited.

A step names the kind of subject it goes through and the controls that would stop, detect or limit
it. The replay says what is known, never more: what was not looked at counts as open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from rempart import documents
from rempart.background import ReplayRecord, StepControl, StepRecord
from rempart.check import Outcome, Vantage
from rempart.errors import ContentError, ContentErrors
from rempart.results import CheckRecord, ResultRecord, SubjectRecord
from rempart.titles import Titles

STATED = "stated."  # check ids of statements: what somebody says of a control
ORDER = ("fail", "notchecked", "stated", "pass")  # worst first
SHOWN = 50  # fingerprints kept for one control
EVERYWHERE = "organisation"  # a step that goes through no system: any subject may speak for it

Kind: TypeAlias = Literal[
    "portal",
    "host",
    "service",
    "read_log",
    "database",
    "directory",
    "identity",
    "domain",
    "files",
    "backup",
    "repository",
    "organisation",
]
# confirmed: by several sources or by the parties; reported: by one; inferred: from other facts;
# weak: one source of poor provenance; recalled: from memory; unknown: nobody has said.
Certainty: TypeAlias = Literal["confirmed", "reported", "inferred", "weak", "recalled", "unknown"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands in a scenario: frozen, strict."""


class Dates(_Strict, frozen=True):
    """When, as far as it is public; some are disputed, so they stay words."""

    credentials_stolen: str = ""
    intrusion: str = ""
    ransomware: str = ""
    second_attack: str = ""
    patch: str = ""
    discovered: str = ""
    disconnected: str = ""
    service_stopped: str = ""
    restored: str = ""
    reopened: str = ""
    complaint: str = ""
    authority_notified: str = ""
    regulator_told: str = ""
    clients_told: str = ""
    professionals_letters: str = ""
    people_told: str = ""
    disclosed: str = ""
    confirmed: str = ""
    analysis_done: str = ""
    sanction: str = ""


class People(_Strict, frozen=True):
    """How many people, as announced; `figure` is that number alone, empty when there is none."""

    announced: str
    figure: str = ""
    professionals: str = ""
    regulator_view: str = ""
    history: str = ""
    volume: str = ""
    state: str = ""


class Claim(_Strict, frozen=True):
    """One fact about a breach, how sure it is, and who says so."""

    fact: str
    certainty: Certainty
    sources: tuple[str, ...]
    basis: str = ""


class Step(_Strict, frozen=True):
    """One step of the attacker, through one kind of subject, and the controls that matter to it."""

    id: str
    title: Titles
    kind: Kind
    certainty: Certainty
    would_break: str
    sources: tuple[str, ...]
    attack: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    detect: tuple[str, ...] = ()
    limit: tuple[str, ...] = ()
    basis: str = ""


class Regulator(_Strict, frozen=True):
    """What an authority made of it."""

    body: str
    outcome: str
    criminal: str = ""
    sources: tuple[str, ...] = ()


class Scenario(_Strict, frozen=True):
    """One breach: what happened, how well it is known, and its steps."""

    schema: Literal["rempart.scenario/1"]
    id: str
    title: Titles
    summary: Titles
    organisation: str
    country: str
    role: str
    dates: Dates
    people: People
    vector: str
    facts: tuple[Claim, ...]
    steps: tuple[Step, ...]
    regulator: Regulator
    note: str
    taken: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    replaces: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """Every address cited, in the order of the facts and steps."""
        told = [fact.sources for fact in self.facts] + [step.sources for step in self.steps]
        return tuple(dict.fromkeys(chain(*told, self.regulator.sources)))


def load(folders: Iterable[Path]) -> Mapping[str, Scenario]:
    """Every scenario of the folders by id; raises ContentErrors with file and line."""
    found: dict[str, Scenario] = {}
    errors: list[ContentError] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            document = documents.read(path)
            scenario = documents.decode(document, Scenario)
        except ContentErrors as several:
            errors += several.errors
            continue
        if scenario.id != path.stem:
            errors.append(document.error(("id",), "expected the file's name"))
        if scenario.id in found and not scenario.replaces:
            errors.append(document.error(("id",), "expected a new id or `replaces: true`"))
        found[scenario.id] = scenario
    if errors:
        raise ContentErrors(errors)
    return found


def replays(
    results: Sequence[ResultRecord],
    checks: Mapping[str, CheckRecord],
    subjects: Sequence[SubjectRecord],
    scenarios: Iterable[Scenario],
    titles: Mapping[str, Titles],
    language: str = "en",
) -> tuple[ReplayRecord, ...]:
    """Each scenario over this run. `titles` are those of the neutral controls."""
    speaking = _by_control(results, checks)
    exposed: dict[str, list[str]] = {}
    for subject in subjects:
        exposed.setdefault(subject.kind, []).append(subject.id)
    return tuple(_replayed(scenario, speaking, exposed, titles, language) for scenario in scenarios)


Speaking: TypeAlias = dict[str, dict[str, list[ResultRecord]]]  # by control, then by subject


def _by_control(
    results: Sequence[ResultRecord], checks: Mapping[str, CheckRecord]
) -> dict[str, dict[str, list[ResultRecord]]]:
    """The binding results that say something of a control on a subject."""
    found: Speaking = {}
    for result in results:
        if not result.binding or result.outcome is Outcome.NOTAPPLICABLE:
            continue
        for control in _controls(result, checks):
            found.setdefault(control, {}).setdefault(result.subject, []).append(result)
    return found


def _controls(result: ResultRecord, checks: Mapping[str, CheckRecord]) -> tuple[str, ...]:
    if result.check.startswith(STATED):
        return (result.check.removeprefix(STATED),)
    return checks[result.check].controls if result.check in checks else ()


def _replayed(
    scenario: Scenario,
    speaking: Speaking,
    exposed: Mapping[str, Sequence[str]],
    titles: Mapping[str, Titles],
    language: str,
) -> ReplayRecord:
    def controls(names: tuple[str, ...], kind: str) -> Iterator[StepControl]:
        for name in names:
            on = speaking.get(name, {})
            state, decided = _state(on, exposed.get(kind, list(on) if kind == EVERYWHERE else ()))
            words = titles.get(name, Titles(name, name, name))
            yield StepControl(name, words[language], state, decided, words.every())

    steps = []
    for step in scenario.steps:
        stop = tuple(controls(step.stop, step.kind))
        steps.append(
            StepRecord(
                id=step.id,
                title=step.title.every(),
                kind=step.kind,
                certainty=step.certainty,
                stop=stop,
                detect=tuple(controls(step.detect, step.kind)),
                limit=tuple(controls(step.limit, step.kind)),
                state=_step_state([control.state for control in stop]),
                sources=step.sources,
            )
        )
    return ReplayRecord(
        scenario=scenario.id,
        title=scenario.title.every(),
        summary=scenario.summary.every(),
        people=scenario.people.figure,
        sources=scenario.sources,
        steps=tuple(steps),
        verdict=_verdict([step.state for step in steps]),
    )


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
