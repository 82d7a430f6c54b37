"""What a TLS endpoint offers and shows."""

from dataclasses import dataclass
from datetime import datetime

from rempart.check import Observation, Reason, Seen, Unknown

# What older versions did not look at.
UNASKED = Unknown(Reason.UNRESOLVED, "the version that looked did not read it")


@dataclass(frozen=True, slots=True)
class TlsVersion(Observation):
    """Whether one protocol version (SSLv3, TLSv1 ... TLSv1.3) is offered; key: that version.

    Observed live it is the server's answer to a hello; declared it is a server's configuration, and
    then the key starts with the configured server's name.
    """

    version: str
    offered: Seen[bool]


@dataclass(frozen=True, slots=True)
class TlsSuites(Observation):
    """Cipher suites one protocol version selects, by registered name, in the server's order.

    Key: the version. Selected means that the server picked the suite in its hello; `completed` is
    the suite with which a whole handshake was finished, None where none could be.
    `server_order` says whether the server's order prevails over the client's, unknown with less
    than two suites. `encrypt_then_mac` is whether CBC suites are sealed in that order (RFC 7366).
    """

    version: str
    suites: tuple[str, ...]
    completed: Seen[str | None]
    server_order: Seen[bool]
    encrypt_then_mac: Seen[bool] = False


@dataclass(frozen=True, slots=True)
class TlsGroups(Observation):
    """Groups of key exchange an endpoint accepts; key: `TLSv1.3`, or the older version asked.

    `groups` are registered names, in the server's order. `whole` is false where the certificate's
    own curve hid what else there may be.
    """

    version: str
    groups: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class DiffieHellman(Observation):
    """The modulus a server uses for DHE; key: the version asked.

    `known` names the published prime it is (`RFC 3526 group 14` ...), empty for one of its own.
    """

    bits: int
    known: str = ""


@dataclass(frozen=True, slots=True)
class TlsFeatures(Observation):
    """What an endpoint grants beside the suite, up to TLS 1.2; key: the version asked.

    `fallback_protected` is whether it refuses a client that was talked down (RFC 7507), unknown
    where it offers one version only.
    """

    compression: bool
    secure_renegotiation: bool
    extended_master_secret: bool
    tickets: bool
    heartbeat: bool
    stapled_status: bool
    client_certificate: bool
    fallback_protected: Seen[bool]


@dataclass(frozen=True, slots=True)
class TlsFlaw(Observation):
    """Whether an endpoint has a known flaw of its TLS library; key: `heartbleed`, `ccs`, `robot`.

    `answers` tells what was seen: lengths and alerts, never memory.
    """

    present: Seen[bool]
    answers: str = ""


@dataclass(frozen=True, slots=True)
class TlsPlace(Observation):
    """One address of an endpoint, or the first without a server name; key: the address.

    `versions` are those it offers; where it was not `named`, old ones taken all the same.
    `key_sha256` is the digest of its certificate's public key. `first` marks the address that was
    surveyed whole.
    """

    versions: Seen[tuple[str, ...]]
    key_sha256: Seen[str] = ""
    named: bool = True
    first: bool = False


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
    inventory names. `key_sha256` is the digest of the public key. `scts` counts the embedded
    timestamps of certificate transparency (RFC 6962); `revocation` names where it can be looked up
    whether it was revoked: `crl`, `ocsp`.
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
    scts: Seen[int] = UNASKED
    revocation: Seen[tuple[str, ...]] = UNASKED
