"""Every suite and group an endpoint selects: offer all, drop what it picks, stop when it refuses.

TLS 1.3 is asked without a key share, so that a HelloRetryRequest names suite and group at once and
neither side computes anything; up to TLS 1.2 the server's key names the group beside the suite.
Both are struck off with one answer, which is what keeps the connections few.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.tls.answer import Alert
from rempart.collectors.tls.asking import Asking
from rempart.collectors.tls.flight import Flight
from rempart.collectors.tls.hello import (
    EVERY_SUITE,
    FALLBACK,
    GROUPS,
    OLD_GROUPS,
    TLS13_SUITES,
    Offer,
)
from rempart.collectors.tls.suites import authentication, key_exchange, suite_name
from rempart.errors import CollectError

ONE: Final = Unknown(Reason.UNRESOLVED, "one suite has no order")
MODERN: Final = "TLSv1.3"
RARE: Final = frozenset({0x1304, 0x1305})  # the CCM suites of TLS 1.3


@dataclass(slots=True)
class Picked:
    """What one version selects, best first, and what is still to be offered.

    `whole` is false where groups may be hidden by the certificate's own curve.
    """

    asking: Asking
    version: str
    suites: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    suites_left: list[int] = field(default_factory=list)
    groups_left: list[int] = field(default_factory=list)
    whole: bool = True

    def take(self, flight: Flight) -> bool:
        """Strike off what was picked; false when that was nothing new."""
        chosen = flight.chosen
        group = chosen.group if self.version == MODERN else flight.curve
        new = _strike(chosen.suite, self.suites_left, self.suites)
        return _strike(group, self.groups_left, self.groups) or new

    def run(self, offer: Callable[[], Offer]) -> None:
        """Ask until a refusal, or an answer that brings nothing new.

        A suite without a group is not taken while known groups are held back: one that needs them
        may stand before it in the server's order.
        """
        while True:
            made = offer()
            flight = _picked(self.asking, made)
            if flight is None:
                return
            held_back = not set(self.groups) <= set(made.groups)
            if held_back and flight.curve is None and self.version != MODERN:
                return
            if not self.take(flight):
                return


def selected(
    asking: Asking, version: str, *, first: Flight | None = None, groups: bool = True
) -> Picked:
    """Suites of a version, and with `groups` its groups; `first` is an answer had already."""
    modern = version == MODERN
    found = Picked(asking, version)
    found.suites_left = list(TLS13_SUITES if modern else EVERY_SUITE)
    found.groups_left = list(GROUPS if modern else OLD_GROUPS) if groups else []
    if first is not None:
        found.take(first)
    if groups:
        found.run(lambda: _both(found))
    if found.suites_left and (found.suites or not groups):
        found.run(lambda: _suites_only(found))
    if groups and found.groups_left and not set(found.suites_left) <= RARE:
        _groups_alone(found)
    return found


def _both(found: Picked) -> Offer:
    """What is left of both; where only rarities are left of the suites, known ones beside them."""
    known = found.suites if set(found.suites_left) <= RARE else ()
    return Offer(
        found.version,
        (*found.suites_left, *known),
        tuple(found.groups_left or found.groups),
    )


def _suites_only(found: Picked) -> Offer:
    """What suites are left, with every group it is known to take."""
    return Offer(found.version, tuple(found.suites_left), tuple(found.groups))


def _groups_alone(found: Picked) -> None:
    """What groups are left, with suites that need one."""
    usable = tuple(suite for suite in found.suites if _agrees(found.version, suite))
    free = tuple(suite for suite in usable if authentication(suite_name(suite)) != "ECDSA")
    if not usable:
        return
    if not free and found.version != MODERN:
        found.whole = False  # once the certificate's own curve is struck off, nothing is taken
    found.run(lambda: Offer(found.version, free or usable, tuple(found.groups_left)))


def _agrees(version: str, suite: int) -> bool:
    """Whether a suite uses a group both sides name."""
    return version == MODERN or key_exchange(suite_name(suite)) == "ECDHE"


def server_order(found: Picked) -> Seen[bool]:
    """Whether the server keeps to its own order when the client's is turned round."""
    if len(found.suites) < 2:
        return ONE
    turned = tuple(reversed(found.suites))
    try:
        flight = _picked(found.asking, Offer(found.version, turned, tuple(reversed(found.groups))))
    except CollectError as error:
        return Unknown(error.reason, str(error))
    if flight is None:
        return Unknown(Reason.REFUSED, "the suites in another order were refused")
    return flight.chosen.suite != turned[0]


def modulus(asking: Asking, version: str, found: Iterable[int]) -> int | None:
    """The modulus of DHE in an older version; None where no suite uses it."""
    usable = tuple(suite for suite in found if _uses_modulus(suite_name(suite)))
    if not usable:
        return None
    flight = _picked(asking, Offer(version, usable))
    return flight.prime if flight is not None else None


def _uses_modulus(name: str) -> bool:
    return key_exchange(name) == "DHE" or name.startswith("TLS_DH_anon")


def fallback_protected(asking: Asking, offered: Sequence[str], found: Sequence[int]) -> Seen[bool]:
    """Whether a client that says it was talked down is refused; `offered` from new to old."""
    if len(offered) < 2:
        return Unknown(Reason.UNRESOLVED, "one version leaves nothing to be talked down to")
    try:
        answer = asking.flight(Offer(offered[1], (*found, FALLBACK)))
    except CollectError as error:
        return Unknown(error.reason, str(error))
    return isinstance(answer, Alert)


def _picked(asking: Asking, offer: Offer) -> Flight | None:
    """The answer where it is of the version asked; None for a refusal or another version."""
    answer = asking.flight(offer)
    if isinstance(answer, Flight) and answer.chosen.version == offer.version:
        return answer
    return None


def _strike(one: int | None, left: list[int], found: list[int]) -> bool:
    if one not in left:
        return False
    left.remove(one)
    found.append(one)
    return True
