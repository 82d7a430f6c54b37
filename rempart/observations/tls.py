"""What a TLS endpoint offers and shows."""

from dataclasses import dataclass
from datetime import datetime

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class TlsVersion(Observation):
    """Whether one protocol version (SSLv3, TLSv1 ... TLSv1.3) is offered; key: that version.

    Observed live it is the server's answer to a hello; declared it is a server's configuration, and
    then the key starts with the configured server's name.
    """

    version: str
    offered: Seen[bool]


@dataclass(frozen=True, slots=True)
class Certificate(Observation):
    """The certificate an endpoint shows for a name; key: `host:port` of its URL.

    `holder` and `issuer` are distinguished names (RFC 4514), `names` the alternative names,
    `names_host` whether one of them covers `host`.
    `lifetime_days` counts as RFC 5280 and the CA/Browser Forum do: both ends included, a started
    day is a day. `key_type` is RSA, EC, Ed25519, Ed448 or DSA; `signature_hash` None where the
    signature algorithm has none of its own. `trusted` is the whole answer of path building;
    `trust_error` names the cause when it is not ("self-signed", "intermediate missing", "expired",
    "not yet valid", "wrong host", "unknown authority", else the TLS library's own words). `public`
    says whether an authority every system trusts issued it; false for an authority that only the
    inventory names. `key_sha256` is the digest of the public key.
    """

    host: str
    holder: str
    names: tuple[str, ...]
    names_host: bool
    issuer: str
    not_before: datetime
    not_after: datetime
    lifetime_days: int
    key_type: str
    key_bits: int | None
    signature_hash: str | None
    trusted: Seen[bool]
    trust_error: str = ""
    public: Seen[bool] = False
    key_sha256: str = ""
