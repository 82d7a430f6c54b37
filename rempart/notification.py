"""Duties to notify a breach, and the fields of the dossier people decide on and file."""

from pathlib import Path
from typing import Literal

import msgspec

from rempart import documents

State = Literal["verified", "verified_secondary", "partial", "recalled"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands in the file: frozen, strict."""


class Due(_Strict, frozen=True):
    """A time to count: from awareness, from classification as major, or from the stage before."""

    after: Literal["awareness", "classification", "previous"]
    hours: int = 0
    months: int = 0


class Stage(_Strict, frozen=True):
    """One stage of a duty in several: until when, and what is due; of several times, the first."""

    at: str
    what: str
    due: tuple[Due, ...] = ()


class Regime(_Strict, frozen=True):
    """One duty: who tells whom, by which clock or in which stages, and how well that is known."""

    id: str
    who: str
    to: str
    state: State
    source: str
    clock: str = ""
    due: tuple[Due, ...] = ()
    steps: tuple[Stage, ...] = ()
    unless: str = ""
    late: str = ""
    phases: str = ""
    record: str = ""
    form: str = ""
    exempt: tuple[str, ...] | str = ()
    doubt: str = ""
    trigger: str = ""
    recipients: str = ""
    why: str = ""
    note: str = ""


class Field(_Strict, frozen=True):
    """One field of the dossier; `from_audit` says what an audit can fill in by itself."""

    key: str
    label: str
    source: str
    state: State
    from_audit: str = ""


class Duties(_Strict, frozen=True):
    """`audits/frameworks/notification.yaml`, whole."""

    schema: Literal["rempart.notification/1"]
    id: str
    name: str
    read_on: str
    warning: str
    regimes: tuple[Regime, ...]
    dossier_fields: tuple[Field, ...]
    person_letter_fields: tuple[str, ...]
    not_verified: tuple[str, ...]
    lessons: tuple[str, ...]


def stages(regime: Regime) -> tuple[Stage, ...]:
    """The stages of a duty; one whose clock has no stages is a single one."""
    return regime.steps or (Stage(regime.clock, regime.to, regime.due),)


def load(path: Path) -> Duties:
    """The duties in the file; raises ContentErrors with lines for whatever is not as it should."""
    return documents.load(path, Duties)
