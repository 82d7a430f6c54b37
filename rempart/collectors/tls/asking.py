"""Hellos and their answers, a few at a time; what was lost is asked again alone.

A lost connection is no refusal: some servers reset what they do not like, some drop connections
under load. It is asked once more with nothing else under way, then a hello is sent that the server
is known to answer; only then does silence count as a refusal.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from rempart.collectors.tls.answer import Alert, Chosen
from rempart.collectors.tls.flight import Flight, flight, said_all
from rempart.collectors.tls.hello import Offer, offered
from rempart.errors import Refused, Truncated, Unreachable

AT_ONCE: Final = 6
Ask: TypeAlias = Callable[[bytes, Callable[[bytes], bool]], bytes]
CLOSED: Final = Alert("closed without an answer")


@dataclass(slots=True)
class Asking:
    """One endpoint. `ask` sends bytes and returns what came back until that is enough.

    `known` is an offer the endpoint answered with a choice.
    """

    ask: Ask
    name: str
    known: Offer | None = None
    at_once: int = AT_ONCE
    sent: int = 0
    _turns: threading.Semaphore = field(init=False)
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._turns = threading.Semaphore(self.at_once)

    def flight(self, offer: Offer) -> Flight | Alert:
        """What the server says to an offer. Raises CollectError where that was not seen."""
        with self._turns:
            found = self._once(offer)
        if found is not None:
            return found
        with self._by_itself():
            found = self._once(offer)
            if found is not None:
                return found
            if self.known is None:
                raise Unreachable("a hello was not answered")
            if not isinstance(self._once(self.known), Flight):
                raise Refused(
                    f"after {self.sent} hellos not even one that was answered before is answered: "
                    "--gentle asks once a second"
                )
            return CLOSED

    def _once(self, offer: Offer) -> Flight | Alert | None:
        """The answer; None where the connection was lost before one."""
        self.sent += 1
        try:
            raw = self.ask(offered(offer, self.name), said_all)
            found = flight(raw)
        except Unreachable:
            return None
        if found is None:
            return None
        if isinstance(found, Flight) and not _fits(found.chosen, offer):
            raise Truncated("the server picked what nobody offered")
        return found

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """Every turn at once: nobody else asks meanwhile."""
        with self._alone:
            for _ in range(self.at_once):
                self._turns.acquire()
            try:
                yield
            finally:
                for _ in range(self.at_once):
                    self._turns.release()


def _fits(chosen: Chosen, offer: Offer) -> bool:
    return chosen.version != offer.version or chosen.suite in offer.suites
