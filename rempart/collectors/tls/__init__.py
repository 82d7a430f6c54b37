"""What the TLS side of a portal offers (raw hellos) and shows (its certificate)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rempart.check import Gap, Reason
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.endpoint import Endpoint, endpoint
from rempart.errors import CollectError
from rempart.observations.tls import (
    Certificate,
    DiffieHellman,
    TlsFeatures,
    TlsFlaw,
    TlsGroups,
    TlsPlace,
    TlsSuites,
    TlsVersion,
)

if TYPE_CHECKING:
    from rempart.collectors.tls.reach import Reach
    from rempart.collectors.tls.versions import Enumeration
    from rempart.transport.access import Access
    from rempart.transport.tls import Handshake

KIND = "portal"
SURVEYED = (TlsSuites, TlsGroups, DiffieHellman, TlsFeatures, TlsPlace)
BRINGS = (TlsVersion, Certificate, *SURVEYED, TlsFlaw)
PROBES = (
    Probe(
        "current versions",
        "one hello for TLS 1.2 and one for TLS 1.3, closed at the server's answer",
        (TlsVersion,),
        connections=2,
    ),
    Probe(
        "old versions",
        "one hello each for SSLv2, SSLv3, TLS 1.0 and TLS 1.1, closed at the server's answer",
        (TlsVersion,),
        Intensity.ACTIVE,
        connections=4,
    ),
    Probe(
        "survey",
        "hellos that offer every suite and group and drop what was picked, one connection each; "
        "one handshake a version, and the versions of each further address",
        SURVEYED,
        Intensity.ACTIVE,
        connections=24,
    ),
    Probe(
        "flaws",
        "a heartbeat longer than it is, a ChangeCipherSpec too early, secrets padded in five ways",
        (TlsFlaw,),
        Intensity.INTRUSIVE,
        connections=12,
    ),
    Probe(
        "certificate",
        "one ordinary handshake, closed without a request",
        (Certificate,),
        connections=1,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What a portal's TLS offers and shows; nothing of one whose URL is plain HTTP."""
    if subject.url.lower().startswith("http:"):
        return
    place = endpoint(subject)
    shaken: list[Handshake] = []
    if Certificate in wanted:
        yield from _settled("Certificate", _certificate(subject, place, access, shaken))
    if TlsVersion in wanted or wanted.intersection((*SURVEYED, TlsFlaw)):
        yield from _offers(place, access, wanted, shaken)


def _settled(kind: str, found: Iterator[Seen]) -> Iterator[Seen]:
    """One kind's failure is its own gap: the other is still looked at."""
    try:
        yield from found
    except CollectError as error:
        yield Gap(kind, error.reason, str(error))


def _offers(
    place: Endpoint, access: "Access", wanted: Wanted, shaken: "list[Handshake]"
) -> Iterator[Seen]:
    """Versions, and all that follows from them as far as the mandate allows to ask."""
    from rempart.collectors.tls.reach import Reach
    from rempart.collectors.tls.versions import Enumeration

    reach = Reach(access, place)
    active = access.allows("active")
    try:
        first, *others = reach.addresses()
        versions = Enumeration(reach.asking(first), place.name, str(place))
        seen = list(versions.run(old=active))
    except CollectError as error:
        for kind in wanted.intersection((TlsVersion, *SURVEYED, TlsFlaw)):
            yield Gap(kind.__name__, error.reason, str(error))
        return
    if TlsVersion in wanted:
        yield from seen
    if surveyed := wanted.intersection(SURVEYED):
        if active:
            yield from _surveyed(reach, (first, *others), versions, surveyed, shaken)
        else:
            yield from (_not_allowed(kind.__name__, "active") for kind in surveyed)
    if TlsFlaw in wanted:
        if access.allows("intrusive"):
            yield from _flaws(reach, first, versions)
        else:
            yield _not_allowed("TlsFlaw", "intrusive")


def _not_allowed(kind: str, intensity: str) -> Gap:
    return Gap(kind, Reason.NOT_AUTHORISED, f"asked only where the mandate allows {intensity}")


def _surveyed(
    reach: "Reach",
    addresses: tuple[str, ...],
    versions: "Enumeration",
    wanted: Wanted,
    shaken: "list[Handshake]",
) -> Iterator[Seen]:
    from rempart.collectors.tls.whole import Whole

    names = {kind.__name__ for kind in wanted}
    for each in Whole(reach, addresses[0], versions, *shaken).run(addresses[1:]):
        if type(each) in wanted or (isinstance(each, Gap) and each.type in names):
            yield each


def _flaws(reach: "Reach", address: str, versions: "Enumeration") -> Iterator[Seen]:
    """What TLS 1.3 alone cannot have is not asked there."""
    from rempart.collectors.tls.flaws import Target, flaws
    from rempart.collectors.tls.hello import USUAL_SUITES
    from rempart.collectors.tls.whole import newest_first

    older = next((one for one in newest_first(versions) if one not in ("TLSv1.3", "SSLv2")), "")
    if older:
        place = reach.place
        yield from flaws(Target(reach.talk(address), place.name, older, USUAL_SUITES, str(place)))


def _certificate(
    subject: Any,  # noqa: ANN401
    place: Endpoint,
    access: "Access",
    shaken: "list[Handshake]",
) -> Iterator[Seen]:
    from dataclasses import replace

    from rempart.collectors.tls.certificate import certificate
    from rempart.transport.tls import handshake

    anchors = subject.ca or None
    shown = handshake(access, place.host, place.port, server_name=place.name, ca=anchors)
    shaken.append(shown)
    found = certificate(
        shown.chain,
        place.name,
        trusted=shown.trusted,
        trust_error=shown.trust_error,
        anchors=anchors,
        now=datetime.now(UTC),
    )
    yield replace(found, key=place.key, source=f"TLS handshake with {place}, name {place.name}")
