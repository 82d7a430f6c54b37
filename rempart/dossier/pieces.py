"""Pieces of several papers: counts, data by population, measures, what the audit found in place."""

from collections.abc import Iterator, Mapping

from rempart.dossier.facts import Affected, Facts
from rempart.dossier.sources import Sources
from rempart.dossier.wording import Wording
from rempart.mandate import prose
from rempart.replay import by_control
from rempart.results import Run

PROTECTIONS = ("portal.", "cred.mfa", "cred.password", "enc.", "log.", "data.")
STATES = ("pass", "fail", "notchecked")


def counts(one: Affected, sources: Sources) -> tuple[str, str, str]:
    """Referenced, exposed, proven copied: three numbers that are never mixed."""
    referenced = one.referenced
    if referenced is None:
        referenced = sources.run.populations.get(one.population)
    say = sources.words.number
    return say(referenced), say(one.exposed), say(one.copied)


def population(name: str, words: Wording) -> str:
    """What a population is called."""
    return prose(words.told.word("population", name))


def data(people: tuple[Affected, ...], words: Wording) -> Iterator[str]:
    """Which data of whom."""
    for one in people:
        if one.taken:
            yield words.pair(population(one.population, words), ", ".join(map(prose, one.taken)))


def spared(people: tuple[Affected, ...], words: Wording) -> Iterator[str]:
    """Which data are shown not to be concerned, each with its proof."""
    for one in people:
        for item in one.spared:
            yield words.say(
                "spared",
                population=words.told.word("population", one.population),
                what=item.what,
                proof=item.proof,
            )


def measures(facts: Facts, words: Wording) -> Iterator[str]:
    """What was done and what is planned, with dates where there are any."""
    for one in facts.measures:
        on = words.told.date(one.on) if one.on else words.texts.sentences["undated"]
        yield words.say(f"measure.{one.state}", what=one.what, on=on)


def protections(run: Run) -> Mapping[str, list[str]]:
    """Neutral controls by the state the audit found: kept, failing, not known."""
    found: dict[str, list[str]] = {state: [] for state in STATES}
    for control, on in sorted(by_control(run.results, run.checks).items()):
        if not control.startswith(PROTECTIONS):
            continue
        outcomes = {
            str(one.outcome)
            for results in on.values()
            for one in results
            if one.vantage != "stated"
        }
        if "fail" in outcomes:
            found["fail"].append(control)
        elif outcomes == {"pass"}:
            found["pass"].append(control)
        else:
            found["notchecked"].append(control)
    return found
