"""The facts of a breach that no audit knows, typed by a person.

    schema: rempart.facts/1
    role: processor
    certain: true
    discovered: 2026-11-20T08:10:00+01:00
    contact: {name: Délégué à la protection des données, email: dpo@payer.example}
    people:
      - {population: insured, exposed: 120000, copied: 1200, how: journaux du portail,
         taken: [identité, NIR], spared: [{what: IBAN, proof: absents de la base}]}

What is left out is printed as unknown or still to be decided; a number is never made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.errors import ContentError, ContentErrors
from rempart.evidence import sha256

SCHEMA = "rempart.facts/1"
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]
Number: TypeAlias = Annotated[int, Meta(ge=0)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what stands in a facts file: frozen, strict."""


class Contact(_Strict, frozen=True):
    """Whom people and authorities may ask."""

    name: Text
    email: str = ""
    phone: str = ""
    address: str = ""


class Spared(_Strict, frozen=True):
    """Data shown not to be concerned: never without the proof."""

    what: Text
    proof: Text


class Affected(_Strict, frozen=True):
    """One population: three numbers that are never mixed, and which data."""

    population: Text
    referenced: Number | None = None  # in the base; the inventory's figure by default
    exposed: Number | None = None  # could be read with what the attacker had
    copied: Number | None = None  # proven to have left
    how: str = ""  # how they were counted
    taken: tuple[Text, ...] = ()
    spared: tuple[Spared, ...] = ()


class Measure(_Strict, frozen=True):
    """Something done or planned."""

    what: Text
    state: Literal["taken", "planned"]
    on: date | None = None


class Informed(_Strict, frozen=True):
    """How people are told."""

    how: Text
    on: date | None = None
    by: str = ""


class Complaint(_Strict, frozen=True):
    """A complaint filed."""

    to: Text
    on: date
    reference: str = ""


class Filing(_Strict, frozen=True):
    """What was filed already: under which duty, at which of its stages (from 1)."""

    regime: Text
    on: Moment
    stage: Annotated[int, Meta(ge=1)] = 1
    reference: str = ""


class Client(_Strict, frozen=True):
    """One client controller and its own figures."""

    name: Text
    told: Moment | None = None
    contact: str = ""
    people: tuple[Affected, ...] = ()


class Interruption(_Strict, frozen=True):
    """A service that stopped."""

    service: Text
    since: Moment
    until: Moment | None = None
    effect: str = ""


class Facts(_Strict, frozen=True):
    """The keys of a facts file."""

    schema: Literal["rempart.facts/1"]
    role: Literal["controller", "processor"]
    certain: bool
    discovered: Moment
    organisation: str = ""
    contact: Contact | None = None
    filing: Literal["initial", "complementary"] = "initial"
    started: Moment | None = None
    ended: Moment | None = None
    ongoing: bool = False
    classified: Moment | None = None  # as a major incident (DORA)
    told_by_processor: Moment | None = None
    late_because: str = ""
    nature: tuple[Literal["confidentiality", "integrity", "availability"], ...] = ()
    malicious: bool | None = None
    description: str = ""
    people: tuple[Affected, ...] = ()
    records: Number | None = None
    consequences: str = ""
    severity: Literal["negligible", "limited", "significant", "maximal"] | None = None
    measures: tuple[Measure, ...] = ()
    mitigation: tuple[Text, ...] = ()
    advice: tuple[Text, ...] = ()
    informed: Informed | None = None
    countries: tuple[Text, ...] | None = None
    complaint: Complaint | None = None
    filings: tuple[Filing, ...] = ()
    clients: tuple[Client, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    indicators: tuple[Text, ...] = ()
    evidence: tuple[Text, ...] = ()  # file:...

    def filed(self, regime: str, stage: int) -> Filing | None:
        """The filing of one stage of a duty, if there was one."""
        found = (one for one in self.filings if (one.regime, one.stage) == (regime, stage))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Typed:
    """The facts and the SHA-256 of each file of evidence, by reference."""

    facts: Facts
    digests: Mapping[str, str]


def load(path: Path) -> Typed:
    """The facts in a file; raises ContentErrors with every fault and its line."""
    document = documents.read(path)
    facts = documents.decode(document, Facts)
    errors = [document.error(place, text) for place, text in _faults(facts)]
    digests: dict[str, str] = {}
    for place, reference in enumerate(facts.evidence):
        try:
            digests[reference] = sha256(reference, path.absolute().parent)
        except ContentError as error:
            errors.append(document.error(("evidence", place), error.message))
    if errors:
        raise ContentErrors(errors)
    return Typed(facts, digests)


def schema() -> dict[str, Any]:
    """The JSON Schema of a facts file, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **msgspec.json.schema(Facts)}


Place: TypeAlias = tuple[str | int, ...]


def _faults(facts: Facts) -> Iterator[tuple[Place, str]]:
    yield from _order_of_times(facts)
    groups: list[tuple[Place, tuple[Affected, ...]]] = [(("people",), facts.people)]
    groups += [(("clients", n, "people"), one.people) for n, one in enumerate(facts.clients)]
    for at, people in groups:
        names: set[str] = set()
        for place, one in enumerate(people):
            yield from _counts((*at, place), one)
            if one.population in names:
                message = f'expected each population once, found "{one.population}" again'
                yield (*at, place, "population"), message
            names.add(one.population)
    names = set()
    for place, client in enumerate(facts.clients):
        if client.name in names:
            message = f'expected each client once, found "{client.name}" again'
            yield ("clients", place, "name"), message
        names.add(client.name)


def _order_of_times(facts: Facts) -> Iterator[tuple[Place, str]]:
    if facts.started and facts.started > facts.discovered:
        yield ("started",), "expected a moment before the discovery"
    if facts.started and facts.ended and facts.ended < facts.started:
        yield ("ended",), "expected a moment after the start"
    if facts.ended and facts.ongoing:
        yield ("ongoing",), "expected an end or a breach still running, found both"
    if facts.classified and facts.classified < facts.discovered:
        yield ("classified",), "expected a moment after the discovery"


def _counts(at: Place, one: Affected) -> Iterator[tuple[Place, str]]:
    """What was copied was exposed, and what was exposed was there."""
    chain = (("copied", one.copied), ("exposed", one.exposed), ("referenced", one.referenced))
    known = [(name, n) for name, n in chain if n is not None]
    for (smaller, less), (larger, more) in pairwise(known):
        if less > more:
            yield (*at, smaller), f"expected at most {larger} ({more}), found {less}"
