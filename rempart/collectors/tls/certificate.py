"""The certificate an endpoint shows, and why it is not trusted when it is not."""

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from rempart.check import Reason, Unknown
from rempart.collectors.text import clean
from rempart.errors import Truncated
from rempart.observations.tls import Certificate

_MOST_NAMES = 500
_DAY = timedelta(days=1)
_KEYS: dict[type[object], str] = {
    rsa.RSAPublicKey: "RSA",
    ec.EllipticCurvePublicKey: "EC",
    ed25519.Ed25519PublicKey: "Ed25519",
    ed448.Ed448PublicKey: "Ed448",
    dsa.DSAPublicKey: "DSA",
}


def certificate(
    chain: Sequence[bytes],
    host: str,
    *,
    trusted: bool,
    trust_error: str,
    anchors: Path | None,
    now: datetime,
) -> Certificate:
    """The leaf of a chain in DER as shown to somebody who asked for `host`.

    `trusted` and `trust_error` are what the TLS library said; `anchors` the authority the inventory
    names. Raises Truncated when the leaf is no certificate.
    """
    sent = _parsed(chain)
    leaf = sent[0]
    names = tuple(clean(name) for name in _names(leaf))
    key_type, key_bits = _key(leaf)
    path = _path(sent)
    return Certificate(
        host=host,
        subject=clean(leaf.subject.rfc4514_string()),
        names=names,
        names_host=covers(names, host),
        issuer=clean(leaf.issuer.rfc4514_string()),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        lifetime_days=lifetime(leaf.not_valid_before_utc, leaf.not_valid_after_utc),
        key_type=key_type,
        key_bits=key_bits,
        signature_hash=_signature_hash(leaf),
        trusted=trusted,
        trust_error="" if trusted else cause(path, host, trust_error, anchors, now),
        public=_public(path, anchors),
        key_sha256=_key_digest(leaf),
    )


def lifetime(not_before: datetime, not_after: datetime) -> int:
    """Days of validity, both ends included, a started day counted whole (RFC 5280, 4.1.2.5)."""
    return -(-(not_after - not_before + timedelta(seconds=1)) // _DAY)


def covers(names: Iterable[str], host: str) -> bool:
    """Whether a subject alternative name covers the host; a star is one whole first label."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        _, _, parent = host.partition(".")
        spelled = {name.rstrip(".").lower() for name in names}
        return host in spelled or ("." in parent and f"*.{parent}" in spelled)
    return address in set(names)


def cause(
    path: Sequence[x509.Certificate],
    host: str,
    library: str,
    anchors: Path | None,
    now: datetime,
) -> str:
    """Why the leaf is not accepted, every cause seen; the library's own words when none was."""
    leaf, top = path[0], path[-1]
    found: list[str] = []
    if leaf.not_valid_after_utc < now:
        found.append("expired")
    if leaf.not_valid_before_utc > now:
        found.append("not yet valid")
    if not covers(tuple(_names(leaf)), host):
        found.append("wrong host")
    if not _anchored(top, (*_roots(), *_named(anchors))):
        if _issued(leaf, leaf):
            found.append("self-signed")
        elif not _issued(top, top) and _says_issuer(top):
            found.append("intermediate missing")
        else:
            found.append("unknown authority")
    return "; ".join(found) or clean(library) or "refused by the TLS library"


def _parsed(chain: Sequence[bytes]) -> list[x509.Certificate]:
    sent: list[x509.Certificate] = []
    for raw in chain:
        try:
            sent.append(x509.load_der_x509_certificate(raw))
        except ValueError:
            break
    if not sent:
        raise Truncated("what stood in the place of the certificate is none")
    return sent


def _path(sent: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """From the leaf up, as far as the certificates that were sent go."""
    path, rest = [sent[0]], list(sent[1:])
    while not _issued(path[-1], path[-1]):
        above = next((one for one in rest if _issued(path[-1], one)), None)
        if above is None:
            break
        rest.remove(above)
        path.append(above)
    return path


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    if certificate.issuer != by.subject:
        return False
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _anchored(top: x509.Certificate, anchors: Iterable[x509.Certificate]) -> bool:
    return any(top == anchor or _issued(top, anchor) for anchor in anchors)


def _public(path: Sequence[x509.Certificate], anchors: Path | None) -> bool | Unknown:
    top = path[-1]
    if _anchored(top, _roots()):
        return True
    if _anchored(top, _named(anchors)) or _issued(top, top) or not _says_issuer(top):
        return False
    return Unknown(Reason.UNRESOLVED, "the issuer's certificate was not sent")


def _says_issuer(certificate: x509.Certificate) -> bool:
    """Whether it says where its issuer's certificate is fetched: a link of a chain, then."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return False
    oid = AuthorityInformationAccessOID.CA_ISSUERS
    return any(description.access_method == oid for description in access.value)


@cache
def _roots() -> tuple[x509.Certificate, ...]:
    """Mozilla's authorities, as certifi ships them: what is public on every system."""
    import certifi  # noqa: PLC0415

    return _named(Path(certifi.where()))


@cache
def _named(anchors: Path | None) -> tuple[x509.Certificate, ...]:
    if anchors is None:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(anchors.read_bytes()))
    except (OSError, ValueError):
        return ()


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    addresses = [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return [*found.get_values_for_type(x509.DNSName), *addresses][:_MOST_NAMES]


def _key(leaf: x509.Certificate) -> tuple[str, int | None]:
    try:
        key = leaf.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return clean(leaf.public_key_algorithm_oid.dotted_string), None
    name = next((name for kind, name in _KEYS.items() if isinstance(key, kind)), "other")
    size = key.curve.key_size if isinstance(key, ec.EllipticCurvePublicKey) else _size(key, name)
    return name, size


def _size(key: object, name: str) -> int | None:
    return {"Ed25519": 256, "Ed448": 456}.get(name) or getattr(key, "key_size", None)


def _signature_hash(leaf: x509.Certificate) -> str | None:
    try:
        algorithm = leaf.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return None if algorithm is None else algorithm.name


def _key_digest(leaf: x509.Certificate) -> str:
    try:
        raw = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return ""
    return hashlib.sha256(raw).hexdigest()
