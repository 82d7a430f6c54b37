"""What a gate adds to a run: what it compared with, what was left out, what others excused."""

from enum import StrEnum

import msgspec


class Known(StrEnum):
    """Why a gate does not ask about a failure: it stood before, or is not what was asked about."""

    BASELINE = "baseline"
    SINCE = "since"
    ELSEWHERE = "elsewhere"


class RevisionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A git revision as it was asked for, and the commit it was."""

    name: str
    commit: str


class LeftOutRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file or folder nobody looked into by choice, and why."""

    path: str
    why: str


class MarkerRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception declared for another tool: without effect here, without expiry unless stated."""

    tool: str
    what: str  # the ids it names; empty for all
    source: str
    line: int
    reason: str = ""
    until: str = ""


class GoneRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that was there before and is no longer."""

    check: str
    instance: str
    root: str = ""


class GateRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a gate was held.

    `prefix` is the judged folder below the top of its checkout, for code hosts. `remarks` say what
    else a reader must know. Counts of what is not listed are in `more_left_out`, `more_markers`.
    """

    prefix: str = ""
    policy: RevisionRecord | None = None
    since: RevisionRecord | None = None
    baseline: str = ""
    beside: tuple[str, ...] = ()  # folders of the files asked about; empty for everything
    advise: bool = False
    left_out: tuple[LeftOutRecord, ...] = ()
    more_left_out: int = 0
    markers: tuple[MarkerRecord, ...] = ()
    more_markers: int = 0
    gone: tuple[GoneRecord, ...] = ()
    remarks: tuple[str, ...] = ()
