"""What a run keeps of accepted failures: on each result, and of each waiver used or not."""

import msgspec


class Waived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The accepted failure: who, why, until when (ISO date); `inline` where the source says so."""

    id: str
    reason: str
    owner: str
    approver: str
    until: str
    inline: bool = False


class WaiverRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One waiver of the file, used or not, in force or expired."""

    id: str
    check: str
    subject: str
    instance: str
    reason: str
    owner: str
    approver: str
    until: str
    expired: bool
    used: int
    changed: int = 0  # results that came back since their facts changed
    path: str = "*"
    source: str = ""  # where it is written, with its line, in a gate
    line: int | None = None
    fault: str = ""  # what is wrong with the way it is written: it then counts as expired
    ending: bool = False  # within a fortnight
    added: bool = False  # the change itself brings it: listed, and excuses nothing
    tolerated: bool = False  # expired, and the change at hand does not touch it

    @property
    def lapsed(self) -> bool:
        """Expired, in a way that somebody has to act upon now."""
        return self.expired and not self.tolerated
