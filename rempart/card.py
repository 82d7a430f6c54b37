"""A check's card: how bad, which controls, and what people read, in three languages."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rempart.check import Severity

LANGUAGES = ("en", "fr", "de")


class Impact(StrEnum):
    """What the weakness costs; the rows of the ANSSI matrix (PASSI, annex 4)."""

    MINOR = "minor"
    IMPORTANT = "important"
    MAJOR = "major"
    CRITICAL = "critical"


class Exploitability(StrEnum):
    """How easily it is used; the columns of the ANSSI matrix."""

    HARD = "hard"
    HIGH = "high"
    MODERATE = "moderate"
    EASY = "easy"


_L, _M, _H, _C = Severity
# Rows are impact, columns hard, high, moderate, easy. Source: ANSSI PASSI reference, annex 4.
MATRIX: dict[Impact, tuple[Severity, Severity, Severity, Severity]] = {
    Impact.MINOR: (_L, _L, _M, _H),
    Impact.IMPORTANT: (_L, _M, _M, _H),
    Impact.MAJOR: (_M, _H, _H, _C),
    Impact.CRITICAL: (_M, _H, _C, _C),
}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What people read, in one language.

    `says` holds a sentence an outcome, with the names of the result's facts as `{placeholders}`:
    reports print it instead of the evidence's technical words.
    """

    title: Annotated[str, Meta(max_length=60)]
    rationale: str
    remediation: str
    temporary: str = ""
    rollback: str = ""
    verify: str = ""
    code: dict[str, str] = {}
    says: dict[str, str] = {}


class Deprecated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Since which release a check is retired, and which one replaces it."""

    since: str
    instead: str


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How lax or strict an audit file may set a setting before the report marks it weakened."""

    at_most: int | None = None
    at_least: int | None = None
    among: tuple[str, ...] | None = None


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`check.yaml`: everything about a check that is not its judgement."""

    impact: Impact
    exploitability: Exploitability
    since: str
    controls: Annotated[tuple[str, ...], Meta(min_length=1)]
    en: Words
    fr: Words
    de: Words
    refs: tuple[str, ...] = ()
    revision: Annotated[int, Meta(ge=1)] = 1
    aliases: tuple[str, ...] = ()
    deprecated: Deprecated | None = None
    replaces: bool = False
    effort: str = ""
    change_risk: str = ""
    team: str = ""
    every: str = ""
    weight: str = ""
    settings: dict[str, Bound] = {}
    expect: dict[str, dict[str, Any]] = {}

    @property
    def severity(self) -> Severity:
        """The ANSSI matrix applied to impact and exploitability."""
        return MATRIX[self.impact][list(Exploitability).index(self.exploitability)]

    def words(self, language: str) -> Words:
        """The words in that language, English for one the cards do not speak.

        Code is the same in every language unless a language writes its own.
        """
        found: Words = getattr(self, language if language in LANGUAGES else "en")
        return found if found.code else msgspec.structs.replace(found, code=self.en.code)
