"""The certificate an endpoint shows, and why it is not trusted when it is not."""

import base64
import contextlib
import hashlib
import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
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
_LONGEST_CHAIN = 10
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
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
        holder=clean(leaf.subject.rfc4514_string()),
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
        scts=_timestamps(leaf),
        revocation=tuple(_pointers(leaf)),
    )


def _timestamps(leaf: x509.Certificate) -> int:
    """How many embedded timestamps it carries; what cannot be read counts for nothing."""
    try:
        found = leaf.extensions.get_extension_for_class(
            x509.PrecertificateSignedCertificateTimestamps
        )
        return len(list(found.value))
    except (x509.ExtensionNotFound, ValueError, UnsupportedAlgorithm):
        return 0


def _pointers(leaf: x509.Certificate) -> Iterator[str]:
    """Where it says that its revocation can be looked up."""
    with contextlib.suppress(x509.ExtensionNotFound, ValueError):
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        if any(point.full_name for point in points):
            yield "crl"
    with contextlib.suppress(x509.ExtensionNotFound, ValueError):
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        if any(one.access_method == AuthorityInformationAccessOID.OCSP for one in access):
            yield "ocsp"


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
    sent = list(_readable(chain[:_LONGEST_CHAIN]))
    if not sent or sent[0].public_bytes(Encoding.DER) != chain[0]:
        raise Truncated("what stood in the place of the certificate is none")
    return sent


def _readable(chain: Iterable[bytes]) -> Iterator[x509.Certificate]:
    for raw in chain:
        with contextlib.suppress(ValueError):
            yield x509.load_der_x509_certificate(raw)


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


def _anchored(top: x509.Certificate, anchors: Iterable[bytes]) -> bool:
    """Whether it is an anchor (DER) or issued by one; only those naming its issuer are parsed."""
    own, issuer = top.public_bytes(Encoding.DER), top.issuer.public_bytes()
    for anchor in anchors:
        if anchor == own:
            return True
        if issuer in anchor and any(_issued(top, parsed) for parsed in _readable([anchor])):
            return True
    return False


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
def _roots() -> tuple[bytes, ...]:
    """Mozilla's authorities, as certifi ships them: what is public on every system."""
    import certifi

    return _named(Path(certifi.where()))


def _named(anchors: Path | None) -> tuple[bytes, ...]:
    """The certificates of a PEM file, as DER."""
    try:
        text = "" if anchors is None else anchors.read_text("utf-8", "replace")
    except OSError:
        text = ""
    return tuple(base64.b64decode(block) for block in _PEM.findall(text))


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
