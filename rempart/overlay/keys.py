"""The keys of an overlay, as people write them."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from rempart.card import Exploitability, Impact

SCHEMA = "rempart.overlay/1"
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
Reason: TypeAlias = Annotated[str, Meta(min_length=10)]
Fingerprint: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{20}$")]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what stands in an overlay: frozen, strict."""


class ByLanguage(_Strict, frozen=True):
    """A text in some languages; one that is missing falls back on the first that is there."""

    fr: str = ""
    en: str = ""
    de: str = ""

    def __post_init__(self) -> None:
        if not (self.fr or self.en or self.de):
            raise ValueError("Expected a text in one of the languages fr, en, de")


Told: TypeAlias = Text | ByLanguage


class Rating(_Strict, frozen=True):
    """Another place in the matrix, and why."""

    impact: Impact
    exploitability: Exploitability
    reason: Reason | ByLanguage
    by: Text
    on: date


class FalsePositive(_Strict, frozen=True):
    """The tool was wrong: why, and the file that proves it."""

    reason: Reason | ByLanguage
    proof: Text  # file:...
    by: Text
    on: date


class Answered(_Strict, frozen=True):
    """What the client answers."""

    says: Told
    by: Text
    on: date
    decision: Literal["agreed", "planned", "done", "disputed"]
    due: date | None = None


class Entry(_Strict, frozen=True):
    """What is said of one result. `digest` is that of its facts, as `rempart overlay new` wrote."""

    digest: str = ""
    rating: Rating | None = None
    false_positive: FalsePositive | None = None
    seen: Told | None = None
    answer: Answered | None = None


class Wording(_Strict, frozen=True):
    """Words that replace those of a card, in one language."""

    title: Annotated[str, Meta(max_length=60)] = ""
    rationale: str = ""
    remediation: str = ""
    temporary: str = ""
    rollback: str = ""
    verify: str = ""


class Worded(_Strict, frozen=True):
    """The same by language."""

    fr: Wording = Wording()
    en: Wording = Wording()
    de: Wording = Wording()


class Written(_Strict, frozen=True):
    """What a finding of one's own says, in one language."""

    title: Annotated[str, Meta(min_length=1, max_length=60)]
    rationale: Text
    remediation: Text
    temporary: str = ""
    verify: str = ""


class Own(_Strict, frozen=True):
    """A finding no tool made. `fixed` is the day a person saw it repaired."""

    id: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$")]
    source: Literal["interview", "test", "screenshot", "document", "tool"]
    impact: Impact
    exploitability: Exploitability
    seen: Told
    by: Text
    on: date
    about: tuple[Text, ...] = ()
    instance: str = ""
    controls: tuple[str, ...] = ()
    evidence: str = ""  # file:...
    effort: Literal["S", "M", "L", ""] = ""
    team: str = ""
    fr: Written | None = None
    en: Written | None = None
    de: Written | None = None
    answer: Answered | None = None
    fixed: date | None = None


class Version(_Strict, frozen=True):
    """One version of the document."""

    version: Text
    date: date
    author: Text
    changes: Told
    reviewer: str = ""


class Cover(_Strict, frozen=True):
    """What the cover and the first pages say."""

    title: Told | None = None
    classification: Told | None = None
    auditor: str = ""
    team: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    reservations: Told | None = None
    editions: tuple[Version, ...] = ()


class File(_Strict, frozen=True):
    """The keys of an overlay."""

    schema: Literal["rempart.overlay/1"]
    document: Cover = Cover()
    checks: dict[str, Worded] = {}
    results: dict[Fingerprint, Entry] = {}
    findings: tuple[Own, ...] = ()
