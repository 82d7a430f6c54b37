"""What an endpoint's TLS offers and shows, as far as the mandate allows to ask."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rempart.check import Gap, Reason
from rempart.collectors import Seen, Wanted
from rempart.collectors.tls import SURVEYED
from rempart.collectors.tls.certificate import certificate
from rempart.collectors.tls.flaws import Target, flaws
from rempart.collectors.tls.hello import USUAL_SUITES
from rempart.collectors.tls.reach import Reach
from rempart.collectors.tls.versions import Enumeration
from rempart.collectors.tls.whole import Whole, newest_first
from rempart.errors import CollectError
from rempart.observations.tls import Certificate, TlsFlaw, TlsVersion
from rempart.transport.raw import nothing
from rempart.transport.tls import handshake

if TYPE_CHECKING:
    from rempart.transport.tls import Handshake


def looked(reach: Reach, ca: Path | None, wanted: Wanted) -> Iterator[Seen]:
    """The wanted observations of TLS; a gap for what could not be seen."""
    shaken: list[Handshake] = []
    if Certificate in wanted:
        try:
            yield _certificate(reach, ca, shaken)
        except CollectError as error:
            yield Gap("Certificate", error.reason, str(error))
    if TlsVersion in wanted or wanted.intersection((*SURVEYED, TlsFlaw)):
        yield from _offers(reach, wanted, shaken)


def _offers(reach: Reach, wanted: Wanted, shaken: "list[Handshake]") -> Iterator[Seen]:
    """Versions, and all that follows from them."""
    active = reach.access.allows("active")
    try:
        first, *others = reach.addresses()
        versions = Enumeration(reach.asking(first), reach.place.name, str(reach.place))
        seen = list(versions.run(old=active))
    except CollectError as error:
        for kind in wanted.intersection((TlsVersion, *SURVEYED, TlsFlaw)):
            yield Gap(kind.__name__, error.reason, str(error))
        return
    if TlsVersion in wanted:
        yield from seen
    if surveyed := wanted.intersection(SURVEYED):
        if active:
            names = {kind.__name__ for kind in surveyed}
            for each in Whole(reach, first, versions, *shaken).run(tuple(others)):
                if type(each) in surveyed or (isinstance(each, Gap) and each.type in names):
                    yield each
        else:
            yield from (_not_allowed(kind.__name__, "active") for kind in surveyed)
    if TlsFlaw in wanted:
        if reach.access.allows("intrusive"):
            yield from _flaws(reach, first, versions)
        else:
            yield _not_allowed("TlsFlaw", "intrusive")


def _not_allowed(kind: str, intensity: str) -> Gap:
    return Gap(kind, Reason.NOT_AUTHORISED, f"asked only where the mandate allows {intensity}")


def _flaws(reach: Reach, address: str, versions: Enumeration) -> Iterator[Seen]:
    """What TLS 1.3 alone cannot have is not asked there."""
    older = next((one for one in newest_first(versions) if one not in ("TLSv1.3", "SSLv2")), "")
    if older:
        place = reach.place
        yield from flaws(Target(reach.talk(address), place.name, older, USUAL_SUITES, str(place)))


def _certificate(reach: Reach, ca: Path | None, shaken: "list[Handshake]") -> Certificate:
    place = reach.place
    shown = handshake(
        reach.access,
        place.host,
        place.port,
        server_name=place.name,
        ca=ca,
        before=reach.before or nothing,
    )
    shaken.append(shown)
    found = certificate(
        shown.chain,
        place.name,
        trusted=shown.trusted,
        trust_error=shown.trust_error,
        anchors=ca,
        now=datetime.now(UTC),
    )
    return replace(found, key=place.key, source=f"TLS handshake with {place}, name {place.name}")
