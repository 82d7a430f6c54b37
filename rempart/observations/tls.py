"""What a TLS endpoint offers and shows."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class TlsVersion(Observation):
    """Whether one protocol version (SSLv3, TLSv1 ... TLSv1.3) is offered; key: that version.

    Observed live it is the server's answer to a hello; declared it is a server's configuration, and
    then the key starts with the configured server's name.
    """

    version: str
    offered: Seen[bool]
