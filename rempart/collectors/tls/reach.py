"""How an endpoint is spoken to: at each of its addresses, with its name or without."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rempart.check import Unknown
from rempart.collectors.endpoint import Endpoint
from rempart.collectors.tls.asking import Ask
from rempart.errors import CollectError

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.raw import Before, Talk
    from rempart.transport.tls import Handshake

PATIENCE: Final = 5.0  # seconds; some firewalls swallow the hellos of old versions
CAP: Final = 40_000  # the first flight of a server with a long chain
MOST_ADDRESSES: Final = 8


@dataclass(frozen=True, slots=True)
class Reach:
    """The audit's way to one endpoint."""

    access: "Access"
    place: Endpoint
    before: "Before | None" = None  # what is said before TLS begins (STARTTLS)

    def addresses(self) -> tuple[str, ...]:
        """Where it answers, inside the mandate, the one surveyed first. Raises CollectError."""
        where = self.access.addresses(self.place.host, self.place.port, name=self._behind)
        return where[:MOST_ADDRESSES]

    def asking(self, address: str) -> Ask:
        """What sends raw bytes to one address."""
        from rempart.transport.raw import exchange, nothing

        before = self.before or nothing

        def ask(payload: bytes, enough: Callable[[bytes], bool]) -> bytes:
            return exchange(
                self.access,
                address,
                self.place.port,
                payload,
                enough=enough,
                cap=CAP,
                name=self.place.name,
                patience=PATIENCE,
                before=before,
            )

        return ask

    def talk(self, address: str) -> Callable[[], AbstractContextManager["Talk"]]:
        """What opens a raw conversation with one address."""
        from functools import partial

        from rempart.transport.raw import nothing, talk

        before = self.before or nothing
        way = partial(talk, self.access, address, self.place.port, name=self.place.name)
        return partial(way, patience=PATIENCE, before=before)

    def handshake(self, address: str, version: str) -> "Handshake | Unknown":
        """A whole handshake of one version, or why there was none."""
        from rempart.transport.raw import nothing
        from rempart.transport.tls import finished

        try:
            return finished(
                self.access,
                address,
                self.place.port,
                server_name=self.place.name,
                version=version,
                before=self.before or nothing,
            )
        except CollectError as error:
            return Unknown(error.reason, str(error))

    @property
    def _behind(self) -> str:
        return "" if self.place.host == self.place.name else self.place.name
