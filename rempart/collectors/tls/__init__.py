"""What the TLS side of a portal offers (raw hellos) and shows (its certificate)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from rempart.check import Gap
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.endpoint import Endpoint, endpoint
from rempart.errors import CollectError
from rempart.observations.tls import Certificate, TlsVersion

if TYPE_CHECKING:
    from rempart.transport.access import Access

KIND = "portal"
BRINGS = (TlsVersion, Certificate)
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
        "certificate",
        "one ordinary handshake, closed without a request",
        (Certificate,),
        connections=1,
    ),
)
_PATIENCE = 5.0  # seconds; some firewalls swallow the hellos of old versions
_CAP = 20_000  # one whole record: a ServerHello may come in one with the certificates


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """TlsVersion and Certificate of a portal; nothing of one whose URL is plain HTTP."""
    if subject.url.lower().startswith("http:"):
        return
    place = endpoint(subject)
    if TlsVersion in wanted:
        yield from _settled("TlsVersion", _versions(place, access))
    if Certificate in wanted:
        yield from _settled("Certificate", _certificate(subject, place, access))


def _settled(kind: str, found: Iterator[Seen]) -> Iterator[Seen]:
    """One kind's failure is its own gap: the other is still looked at."""
    try:
        yield from found
    except CollectError as error:
        yield Gap(kind, error.reason, str(error))


def _versions(place: Endpoint, access: "Access") -> Iterator[Seen]:
    from rempart.collectors.tls.answer import complete
    from rempart.collectors.tls.versions import Enumeration
    from rempart.transport.tls import exchange

    name = "" if place.host == place.name else place.name
    ask = partial(
        exchange,
        access,
        place.host,
        place.port,
        enough=complete,
        cap=_CAP,
        name=name,
        patience=_PATIENCE,
    )
    yield from Enumeration(ask, place.name, str(place)).run(old=access.allows("active"))


def _certificate(subject: Any, place: Endpoint, access: "Access") -> Iterator[Seen]:  # noqa: ANN401
    from dataclasses import replace

    from rempart.collectors.tls.certificate import certificate
    from rempart.transport.tls import handshake

    anchors = subject.ca or None
    shown = handshake(access, place.host, place.port, server_name=place.name, ca=anchors)
    found = certificate(
        shown.chain,
        place.name,
        trusted=shown.trusted,
        trust_error=shown.trust_error,
        anchors=anchors,
        now=datetime.now(UTC),
    )
    yield replace(found, key=place.key, source=f"TLS handshake with {place}, name {place.name}")
