"""What a run keeps for its reports beside results: frameworks, breaches replayed, earlier runs."""

from datetime import datetime

import msgspec


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: frozen, strict."""


class ControlRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A neutral control cited by the run, and where the audit's frameworks ask for it."""

    title: str
    asked_by: dict[str, tuple[str, ...]] = {}  # framework id -> its control ids
    titles: dict[str, str] = {}  # the title in every language


class RequirementRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """One requirement of a framework in our own English words, and the neutral controls it asks."""

    id: str
    title: str
    neutral: tuple[str, ...]


class FrameworkRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A framework of the audit, whole: what no check looks at is in it too.

    `verified` says how well its numbering is known: verified, verified_secondary, partial.
    """

    name: str
    publisher: str
    version: str
    url: str
    verified: str
    controls: tuple[RequirementRecord, ...]  # in the framework's own order


class StepControl(_Record, frozen=True, forbid_unknown_fields=True):
    """One control that could break a step, and its state on the exposed subjects."""

    control: str
    title: str
    state: str  # pass | stated | notchecked | fail
    results: tuple[str, ...]  # fingerprints that decided the state
    titles: dict[str, str] = {}  # the title in every language


class StepRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """One step of a breach; `broken` when a `stop` control passes on every exposed path."""

    id: str
    title: dict[str, str]
    kind: str
    certainty: str
    stop: tuple[StepControl, ...]
    detect: tuple[StepControl, ...]
    limit: tuple[StepControl, ...]
    state: str  # broken | open | unknown  (unknown counts as open and is printed as unknown)
    sources: tuple[str, ...] = ()  # who says in public that this happened


class ReplayRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A breach replayed over this run."""

    scenario: str
    title: dict[str, str]
    summary: dict[str, str]
    people: str
    sources: tuple[str, ...]
    steps: tuple[StepRecord, ...]
    verdict: str  # stopped | open | unknown


class EarlierRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """A run before this one, as far as a trend needs it.

    `open` counts by severity what nobody accepted, `changes` what became of it in the run after
    (`history.Change`); `since` holds what the newest earlier run says of today's open results:
    new or regressed, by fingerprint.
    """

    id: str
    started: datetime
    open: dict[str, int]
    unseen: int
    changes: dict[str, int]
    remarks: tuple[str, ...] = ()
    since: dict[str, str] = {}


class DeliveryRecord(_Record, frozen=True, forbid_unknown_fields=True):
    """For whom a run was cut down, and where it stands in a chain of deliveries.

    `recipient` is executive, regulator, client-insurer or team:NAME, empty for the whole run; `of`
    is the SHA-256 of the whole run's file, `previous` that of the run file delivered before.
    """

    recipient: str = ""
    of: str = ""
    previous: str = ""
