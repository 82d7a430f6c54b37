"""Breaches of payers as attack chains, as far as they are public knowledge.

A step names the kind of subject it goes through and the controls that would stop, detect or limit
it; `rempart.replay` says what each would meet in an estate.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from rempart import documents
from rempart.documents.kept import kept
from rempart.errors import ContentError, ContentErrors
from rempart.titles import Titles

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
            document = kept(path)
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
