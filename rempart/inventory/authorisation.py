"""The mandate: who allowed what, where, when and how hard."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=1)]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the mandate is valid, both moments included."""

    from_: Moment = msgspec.field(name="from")
    until: Moment


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How hard one subject may be asked: connections, requests, new connections a second, time."""

    connections: Count = 200
    requests: Count = 400
    per_second: Count = 50
    seconds: Count = 60


class Authorisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the payer allowed. `passive` is always allowed; an exclusion wins over the scope."""

    reference: Annotated[str, Meta(min_length=1)]
    granted_by: Annotated[str, Meta(min_length=1)]
    contact: Annotated[str, Meta(min_length=1)]
    valid: Window
    scope: Annotated[tuple[str, ...], Meta(min_length=1)]
    exclude: tuple[str, ...] = ()
    document: Path | None = None
    allow: tuple[Literal["active", "intrusive", "canary"], ...] = ()
    transit: Literal["counts", "statistics", "sample"] = "counts"
    budget: Budget = Budget()

    def in_force(self, now: datetime) -> bool:
        """Whether the window is open at that moment."""
        return self.valid.from_ <= now <= self.valid.until

    def allows(self, intensity: str) -> bool:
        """Whether a probe of that intensity may be sent."""
        return intensity == "passive" or intensity in self.allow
