"""What the mandate allows, asked one connection at a time."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from rempart.errors import CollectError
from rempart.scope.addresses import Address, literal, nowhere, plain, public
from rempart.scope.pins import Pins
from rempart.scope.providers import is_identity_provider
from rempart.scope.targets import Target, folded, target

log = logging.getLogger(__name__)


class Window(Protocol):
    """When the mandate is valid; both aware, both included."""

    @property
    def from_(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...


class Authorisation(Protocol):
    """The part of the inventory's mandate that says what may be contacted."""

    @property
    def scope(self) -> Sequence[str]: ...
    @property
    def exclude(self) -> Sequence[str]: ...
    @property
    def valid(self) -> Window: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Scope:
    """Addresses, names and hours of a mandate; exclusions win."""

    allowed: tuple[Target, ...]
    excluded: tuple[Target, ...]
    start: datetime
    end: datetime
    pins: Pins = field(default_factory=Pins)
    now: Callable[[], datetime] = _now

    @classmethod
    def of(
        cls,
        authorisation: Authorisation,
        now: Callable[[], datetime] | datetime | None = None,
        *,
        resolver: str = "",
    ) -> "Scope":
        """The scope a mandate states; raises ContentError for an entry that is none.

        `now` is the clock, or one moment to judge every connection at. `resolver` is the DNS server
        to ask for names (`address[:port]`); empty means the system's.
        """
        moment = now if isinstance(now, datetime) else None
        clock = (lambda: moment) if moment is not None else now if callable(now) else _now
        return cls(
            tuple(target(text) for text in authorisation.scope),
            tuple(target(text) for text in authorisation.exclude),
            authorisation.valid.from_,
            authorisation.valid.until,
            Pins(resolver),
            clock,
        )

    def permits(self, ip: str, port: int, name: str = "", at: datetime | None = None) -> bool:
        """Whether a connection there is inside the mandate, at that moment or now."""
        return self.refusal(ip, port, name, at) is None

    def refusal(  # noqa: PLR0911  (one clause a rule, in the order they count)
        self, ip: str, port: int, name: str = "", at: datetime | None = None
    ) -> str | None:
        """Why a connection is outside the mandate, in one clause; None when it is inside."""
        moment = at or self.now()
        written = literal(ip)
        if not self.start <= moment <= self.end:
            return f"{moment.isoformat(timespec='minutes')} is outside the window of the mandate"
        if written is None:
            return f"{ip} is not an address"
        address = plain(written)
        if nowhere(address):
            return f"{address} is no address of a host"
        if name and is_identity_provider(name):
            return f"{name} belongs to an identity provider, which no mandate covers"
        if self._excludes(written, address, port, name):
            return f"{name or address} port {port} is excluded by the mandate"
        inside = any(entry.covers(address, port) for entry in self.allowed)
        if inside or self._named(address, port, name):
            return None
        return f"{name or address} port {port} is outside the scope of the mandate"

    def lists(self, name: str, port: int | None = None) -> bool:
        """Whether the mandate names it, so that it may be resolved; never an excluded name."""
        if is_identity_provider(name) or any(e.names(name, port) for e in self.excluded):
            return False
        return any(entry.names(name, port) for entry in self.allowed)

    def settle(self) -> None:
        """Resolve the excluded names once, so that their addresses are excluded too."""
        for entry in self.excluded:
            if entry.name and not entry.name.startswith("*."):
                try:
                    self.pins.addresses(entry.name)
                except CollectError as error:
                    log.warning("excluded by name alone: %s", error)

    def _excludes(self, written: Address, address: Address, port: int, name: str) -> bool:
        names = {name} if name else self.pins.names(str(address))
        return any(
            any(entry.covers(spelling, port) for spelling in (written, address))
            or any(entry.names(one, port) for one in names)
            for entry in self.excluded
        )

    def _named(self, address: Address, port: int, name: str) -> bool:
        """Whether a listed name was pinned to this address, and a name alone may lead there."""
        if not public(address):
            return False
        pinned = self.pins.names(str(address))
        names = pinned & {folded(name)} if name else pinned
        return any(self.lists(one, port) for one in names)
