"""What the TLS side of a portal offers (raw hellos) and shows (its certificate)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.endpoint import endpoint
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
    from rempart.transport.access import Access

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
    from rempart.collectors.tls.reach import Reach
    from rempart.collectors.tls.sight import looked

    yield from looked(Reach(access, endpoint(subject)), subject.ca, wanted)
