import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from rempart.check import Unknown
from rempart.collectors import tls
from rempart.collectors.tls.certificate import certificate, covers, lifetime
from rempart.demo.authority import Issued
from rempart.errors import Truncated
from rempart.observations.tls import Certificate
from tests import portals
from tests.portals import NAME, access, look, of, site

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def shown(folder: Path, issued: Issued, *, ca: Path | None = None, name: str = NAME) -> Certificate:
    with site({}, issued) as server:
        keys = {"connect": f"127.0.0.1:{server.port}"}
        if ca is not None:
            keys["ca"] = f"file:{ca}"
        (found,) = of(look(tls, access(folder, **keys), Certificate), Certificate)
    assert found.host == name
    return found


def test_a_certificate_of_the_inventorys_authority_is_trusted_and_private(tmp_path: Path) -> None:
    issued = portals.certificate(tmp_path, days=730)
    found = shown(tmp_path, issued, ca=issued.ca)
    assert (found.trusted, found.trust_error, found.public) == (True, "", False)
    assert (found.names, found.names_host, found.lifetime_days) == ((NAME,), True, 730)
    assert (found.key_type, found.key_bits, found.signature_hash) == ("EC", 256, "sha256")
    assert found.key == f"{NAME}:443"


def test_names_the_cause_of_distrust(tmp_path: Path) -> None:
    other = portals.certificate(tmp_path, name="autre.payer.example")
    assert shown(tmp_path, other, ca=other.ca).trust_error == "wrong host"
    old = portals.certificate(tmp_path, age=100, days=90)
    assert shown(tmp_path, old, ca=old.ca).trust_error == "expired"
    unknown = portals.certificate(tmp_path)
    found = shown(tmp_path, unknown)
    assert (found.trusted, found.trust_error) == (False, "unknown authority")
    both = portals.certificate(tmp_path, name="autre.payer.example", age=100)
    assert shown(tmp_path, both, ca=both.ca).trust_error == "expired; wrong host"


class Signed:
    """A certificate and its key, signed by another or by itself."""

    def __init__(self, name: str, by: "Signed | None" = None, *, fetch: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(by.name if by else self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=89) - timedelta(seconds=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name.encode("idna").decode())]),
                critical=False,
            )
        )
        if fetch:
            place = x509.UniformResourceIdentifier("http://ac.payer.example/ac.der")
            issuers = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
            access_info = x509.AuthorityInformationAccess([issuers])
            builder = builder.add_extension(access_info, critical=False)
        signer = by.key if by else self.key
        self.der = builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)

    def pem(self, folder: Path) -> Path:
        file = folder / "anchor.pem"
        file.write_text(ssl.DER_cert_to_PEM_cert(self.der))
        return file


def read(*chain: Signed | bytes, anchors: Path | None = None, host: str = NAME) -> Certificate:
    ders = [one.der if isinstance(one, Signed) else one for one in chain]
    return certificate(
        ders, host, trusted=False, trust_error="library's words", anchors=anchors, now=NOW
    )


def test_tells_a_missing_intermediate_from_an_unknown_authority(tmp_path: Path) -> None:
    root = Signed("AC racine")
    middle = Signed("AC deux", root, fetch=True)
    leaf = Signed(NAME, middle, fetch=True)
    anchors = root.pem(tmp_path)
    assert read(leaf, anchors=anchors).trust_error == "intermediate missing"
    assert isinstance(read(leaf, anchors=anchors).public, Unknown)
    assert read(leaf, middle, root).trust_error == "unknown authority"
    assert read(leaf, middle, root).public is False
    assert read(leaf, middle, anchors=anchors).trust_error == "library's words"
    assert read(leaf, middle, anchors=anchors).public is False
    assert read(Signed(NAME)).trust_error == "self-signed"


def test_a_certificate_in_disorder_is_still_followed(tmp_path: Path) -> None:
    root = Signed("AC racine")
    middle = Signed("AC deux", root)
    leaf = Signed(NAME, middle)
    stranger = Signed("autre")
    found = read(leaf, root, stranger, middle, anchors=root.pem(tmp_path))
    assert found.trust_error == "library's words"


def test_a_forged_issuer_name_is_no_issuer(tmp_path: Path) -> None:
    root = Signed("AC racine")
    forged = Signed("AC racine")
    found = read(Signed(NAME, forged), anchors=root.pem(tmp_path))
    assert found.trust_error == "unknown authority"


def test_a_public_authority_is_recognised_by_its_signature() -> None:
    head, foot = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    block = Path(certifi.where()).read_text(encoding="utf-8").partition(head)[2].partition(foot)[0]
    root = ssl.PEM_cert_to_DER_cert(f"{head}{block}{foot}")
    assert read(root).public is True
    assert read(Signed(NAME)).public is False


def test_what_is_no_certificate_is_truncated() -> None:
    with pytest.raises(Truncated):
        read(b"no certificate")
    with pytest.raises(Truncated):
        certificate([], NAME, trusted=True, trust_error="", anchors=None, now=NOW)


def test_hostile_names_lose_their_escapes() -> None:
    found = read(Signed("\x1b[31m<b>{{7*7}}</b>.example"[:60]))
    assert "\x1b" not in found.holder + found.issuer + "".join(found.names)
    assert "{{7*7}}" in found.holder


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        ((NAME,), NAME.upper(), True),
        ((NAME,), f"{NAME}.", True),
        (("*.payer.example",), NAME, True),
        (("*.payer.example",), "payer.example", False),
        (("*.payer.example",), "a.b.payer.example", False),
        (("*.example",), "payer.example", False),
        (("127.0.0.1",), "127.0.0.1", True),
        (("::1",), "[::1]", True),
        (("*",), "localhost", False),
        ((), NAME, False),
    ],
)
def test_a_name_covers_what_browsers_accept(
    names: tuple[str, ...], host: str, covered: bool
) -> None:
    assert covers(names, host) is covered


def test_a_started_day_counts_whole() -> None:
    start = datetime(2026, 3, 15, tzinfo=UTC)
    assert lifetime(start, start + timedelta(days=200) - timedelta(seconds=1)) == 200
    assert lifetime(start, start + timedelta(days=200)) == 201
