"""One endpoint surveyed whole: suites, groups, keys, what is granted beside them, every address."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rempart.check import Gap, Observation, Reason, Seen, Unknown
from rempart.collectors.tls import primes
from rempart.collectors.tls.asking import AT_ONCE, Asking
from rempart.collectors.tls.flight import Flight
from rempart.collectors.tls.hello import (
    ENCRYPT_THEN_MAC,
    EVERY_SUITE,
    EXTENDED_MASTER_SECRET,
    HEARTBEAT,
    SECURE_RENEGOTIATION,
    SESSION_TICKET,
    USUAL_SUITES,
    Offer,
)
from rempart.collectors.tls.reach import Reach
from rempart.collectors.tls.suites import group_name, suite_name
from rempart.collectors.tls.survey import (
    MODERN,
    ONE,
    Picked,
    fallback_protected,
    modulus,
    selected,
    server_order,
)
from rempart.collectors.tls.versions import CURRENT, OLD, Enumeration
from rempart.errors import CollectError
from rempart.observations.tls import DiffieHellman, TlsFeatures, TlsGroups, TlsPlace, TlsSuites

if TYPE_CHECKING:
    from rempart.transport.tls import Handshake

NEWEST_FIRST: Final = (*reversed(CURRENT), *OLD)
UNNAMED: Final = "TLSv1"  # what a forgotten default server still takes


@dataclass(slots=True)
class Whole:
    """The survey of an endpoint at one address, whose versions were asked already."""

    reach: Reach
    address: str
    versions: Enumeration
    shaken: "Handshake | None" = None  # one that was finished already, for another purpose
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        name = self.reach.place.name
        self.asking = Asking(self.reach.asking(self.address), name, _known(self.versions))

    def run(self, others: tuple[str, ...] = ()) -> Iterator[Observation | Gap]:
        """Everything but the versions; a gap for what could not be seen."""
        offered = newest_first(self.versions)
        asked = [version for version in offered if version != "SSLv2"]
        older = next((version for version in asked if version != MODERN), "")
        if not asked:
            yield from self._ssl2()
            return
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="survey") as pool:
            shakes = {each: pool.submit(self._shake, each) for each in asked}
            picks = {
                each: pool.submit(self._selected, each, each in (MODERN, older)) for each in asked
            }
            unnamed = pool.submit(self._unnamed)
            elsewhere = [pool.submit(place, self.reach, other) for other in others]
            for version in asked:
                yield from self._list(version, picks[version], shakes[version], pool)
            if older:
                yield from self._older(older, picks[older], offered)
            yield TlsPlace(
                tuple(sorted(offered)),
                shown_key(shakes[asked[0]].result()),
                first=True,
                key=self.address,
                source=f"hellos to {self.reach.place}",
            )
            for future in (unnamed, *elsewhere):
                yield future.result()
        yield from self._ssl2()

    def _shake(self, version: str) -> "Handshake | Unknown":
        if self.shaken is not None and self.shaken.version == version:
            return self.shaken
        return self.reach.handshake(self.address, version)

    def _selected(self, version: str, groups: bool) -> Picked:
        first = self.versions.flights.get(version)
        return selected(self.asking, version, first=first, groups=groups)

    def _list(
        self,
        version: str,
        pick: Future[Picked],
        shake: "Future[Handshake | Unknown]",
        pool: ThreadPoolExecutor,
    ) -> Iterator[Observation | Gap]:
        source = f"{version} hellos to {self.reach.place}"
        try:
            found = pick.result()
        except CollectError as error:
            for kind in ("TlsSuites", "TlsGroups"):
                yield Gap(kind, error.reason, str(error), key=version, source=source)
            return
        order = pool.submit(server_order, found)
        flight = self.versions.flights.get(version)
        yield TlsSuites(
            version,
            tuple(map(suite_name, found.suites)),
            _completed(shake.result()),
            order.result(),
            flight is not None and ENCRYPT_THEN_MAC in flight.chosen.extensions,
            key=version,
            source=source,
        )
        if found.groups:
            names = tuple(map(group_name, found.groups))
            yield TlsGroups(version, names, found.whole, key=version, source=source)

    def _older(
        self, version: str, pick: Future[Picked], offered: tuple[str, ...]
    ) -> Iterator[Observation | Gap]:
        """What only the versions up to TLS 1.2 show."""
        source = f"{version} hellos to {self.reach.place}"
        try:
            suites = pick.result().suites
            flight = self.versions.flights.get(version)
            if flight is not None:
                protected = fallback_protected(self.asking, offered, suites)
                yield _features(flight, protected, version, source)
            prime = modulus(self.asking, version, suites)
        except CollectError as error:
            yield Gap("DiffieHellman", error.reason, str(error), key=version, source=source)
            return
        if prime:
            known = primes.known(prime)
            yield DiffieHellman(prime.bit_length(), known, key=version, source=source)

    def _unnamed(self) -> TlsPlace:
        """Whether an old version is taken from a client that gives no name."""
        nameless = Asking(self.asking.ask, "", self.asking.known)
        versions: Seen[tuple[str, ...]]
        try:
            answer = nameless.flight(Offer(UNNAMED, EVERY_SUITE))
            taken = isinstance(answer, Flight) and answer.chosen.version == UNNAMED
            versions = (UNNAMED,) if taken else ()
        except CollectError as error:
            versions = Unknown(error.reason, str(error))
        return TlsPlace(
            versions,
            named=False,
            key=f"{self.address} without a name",
            source=f"hellos to {self.reach.place} without a server name",
        )

    def _ssl2(self) -> Iterator[Observation]:
        flight = self.versions.flights.get("SSLv2")
        if flight is not None:
            names = tuple(map(suite_name, flight.kinds))
            source = f"SSLv2 hello to {self.reach.place}"
            yield TlsSuites("SSLv2", names, None, ONE, key="SSLv2", source=source)


def place(reach: Reach, address: str) -> TlsPlace:
    """Another address of the same endpoint: its versions and its certificate."""
    source = f"hellos to {address} port {reach.place.port}"
    versions = Enumeration(reach.asking(address), reach.place.name, address)
    try:
        list(versions.run(old=True))
    except CollectError as error:
        unseen = Unknown(error.reason, str(error))
        return TlsPlace(unseen, unseen, key=address, source=source)
    offered = newest_first(versions)
    shown = shown_key(reach.handshake(address, offered[0])) if offered else ""
    return TlsPlace(tuple(sorted(offered)), shown, key=address, source=source)


def newest_first(versions: Enumeration) -> tuple[str, ...]:
    """The versions that are offered, from new to old."""
    return tuple(name for name in NEWEST_FIRST if versions.offered.get(name) is True)


def shown_key(shake: "Handshake | Unknown") -> Seen[str]:
    """The digest of the public key of the certificate shown; empty where none could be read."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if isinstance(shake, Unknown):
        return shake
    try:
        key = x509.load_der_x509_certificate(shake.chain[0]).public_key()
        text = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, IndexError, TypeError):
        return ""
    return hashlib.sha256(text).hexdigest()


def _completed(shake: "Handshake | Unknown") -> Seen[str | None]:
    """The suite of a finished handshake; None where the endpoint broke it off."""
    if isinstance(shake, Unknown):
        return None if shake.reason is Reason.REFUSED else shake
    return suite_name(shake.suite) if shake.suite else shake.cipher


def _features(flight: Flight, protected: Seen[bool], version: str, source: str) -> TlsFeatures:
    granted = flight.chosen.extensions
    return TlsFeatures(
        compression=flight.chosen.compression != 0,
        secure_renegotiation=SECURE_RENEGOTIATION in granted,
        extended_master_secret=EXTENDED_MASTER_SECRET in granted,
        tickets=SESSION_TICKET in granted,
        heartbeat=HEARTBEAT in granted,
        stapled_status=flight.stapled,
        client_certificate=flight.asks,
        fallback_protected=protected,
        key=version,
        source=source,
    )


def _known(versions: Enumeration) -> Offer | None:
    """An offer that was taken, to tell a refusal from a server that is gone."""
    version = next(iter(newest_first(versions)), None)
    if version is None or version == "SSLv2":
        return None
    flight = versions.flights.get(version)
    suites = (flight.chosen.suite,) if flight is not None else USUAL_SUITES
    return Offer(version, suites)
