"""The other doors a payer has: mail, directories, databases, file transfer, remote access, APIs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Gap
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.collectors.tls import SURVEYED
from rempart.errors import CollectError
from rempart.observations.doors import OpenDoor, SshDoor
from rempart.observations.tls import Certificate, TlsVersion

if TYPE_CHECKING:
    from rempart.transport.access import Access

TLS: Final = (TlsVersion, Certificate, *SURVEYED)
SSH: Final = frozenset({"ssh", "sftp"})
WEB: Final = frozenset({"vpn", "citrix", "moveit", "api"})
STARTED: Final = frozenset({"smtp", "imap", "ldap", "postgresql"})
KIND = "service"
BRINGS = (OpenDoor, SshDoor, *TLS)
PROBES = (
    Probe(
        "door",
        "one connection and one harmless question (PING, GET /, a hello), nothing signed in",
        (OpenDoor,),
        connections=1,
    ),
    Probe(
        "ssh",
        "the key exchange of one connection, then a sign-in by the method `none` on another",
        (SshDoor,),
        connections=2,
    ),
    Probe(
        "tls",
        "hellos as for a portal, after STARTTLS where the protocol has it",
        TLS,
        Intensity.ACTIVE,
        connections=30,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What a door shows; types its protocol cannot have are not there."""
    if SshDoor in wanted and subject.protocol in SSH:
        from rempart.collectors.service.ssh import ssh_door

        yield from _settled(SshDoor, ssh_door, subject, access)
    if OpenDoor in wanted and subject.protocol not in SSH:
        from rempart.collectors.service.door import open_door

        yield from _settled(OpenDoor, open_door, subject, access)
    if wanted.intersection(TLS) and subject.protocol in STARTED | WEB:
        from rempart.collectors.service.door import reach
        from rempart.collectors.tls.sight import looked

        yield from looked(reach(subject, access), subject.ca, wanted.intersection(TLS))


def _settled(kind: type, look: Any, subject: Any, access: "Access") -> Iterator[Seen]:  # noqa: ANN401
    try:
        yield look(subject, access)
    except CollectError as error:
        yield Gap(kind.__name__, error.reason, str(error))
