import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from rempart.errors import ContentError, NotAuthorised, Refused, Unreachable
from rempart.transport.raw import exchange
from rempart.transport.tls import handshake
from tests.hostile import saying, server
from tests.loopback import access, mandate

NAME = "portail.payer.example"


@pytest.fixture(scope="module")
def root() -> trustme.CA:
    return trustme.CA()


def trusting(root: trustme.CA, folder: Path) -> Path:
    path = folder / "ca.pem"
    root.cert_pem.write_to_path(str(path))
    return path


def context(issuer: trustme.CA, *names: str, expired: bool = False) -> ssl.SSLContext:
    past = datetime.now(UTC) - timedelta(days=1)
    leaf = issuer.issue_cert(*names, not_after=past) if expired else issuer.issue_cert(*names)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(made)
    return made


def names(der: bytes) -> list[str]:
    certificate = x509.load_der_x509_certificate(der)
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.DNSName)


def test_a_trusted_handshake_shows_version_cipher_and_the_whole_chain(
    root: trustme.CA, tmp_path: Path
) -> None:
    made = context(root.create_child_ca(), NAME)
    made.set_alpn_protocols(["h2"])
    with server(saying(asked=False), tls=made) as port, access() as reach:
        ca = trusting(root, tmp_path)
        shown = handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca)
        assert reach.connections == 1
    assert (shown.version, shown.alpn) == ("TLSv1.3", "h2")
    assert shown.cipher.startswith("TLS_")
    assert (shown.trusted, shown.trust_error) == (True, "")
    assert len(shown.chain) >= 2
    assert names(shown.chain[0]) == [NAME]


@pytest.mark.parametrize(
    ("known", "name", "expired", "words"),
    [
        (False, NAME, False, "issuer certificate"),
        (True, "other.example", False, "mismatch"),
        (True, NAME, True, "expired"),
    ],
)
def test_an_untrusted_certificate_is_read_and_the_verifier_quoted(
    known: bool, name: str, expired: bool, words: str, root: trustme.CA, tmp_path: Path
) -> None:
    made = context(root, name, expired=expired)
    with server(saying(asked=False), tls=made) as port, access() as reach:
        ca = trusting(root if known else trustme.CA(), tmp_path)
        shown = handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca)
        assert reach.connections == 2
    assert not shown.trusted
    assert words in shown.trust_error.lower()
    assert names(shown.chain[0]) == [name]


def test_a_server_with_tls_1_2_alone_is_met(root: trustme.CA, tmp_path: Path) -> None:
    made = context(root, NAME)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    with server(saying(asked=False), tls=made) as port, access() as reach:
        ca = trusting(root, tmp_path)
        assert handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca).version == "TLSv1.2"


def test_a_server_with_nothing_current_is_read_and_not_trusted(
    root: trustme.CA, tmp_path: Path
) -> None:
    made = context(root, NAME)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with server(saying(asked=False), tls=made) as port, access() as reach:
        ca = trusting(root, tmp_path)
        shown = handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca)
    assert (shown.cipher, shown.trusted) == ("ECDHE-ECDSA-AES128-SHA", False)
    assert "handshake failure" in shown.trust_error
    assert names(shown.chain[0]) == [NAME]


def test_the_authorities_of_the_machine_have_no_say(
    root: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusting(root, tmp_path)))
    with server(saying(asked=False), tls=context(root, NAME)) as port, access() as reach:
        assert not handshake(reach, "127.0.0.1", port, server_name=NAME).trusted


def test_a_changed_authority_file_is_read_again(root: trustme.CA, tmp_path: Path) -> None:
    with server(saying(asked=False), tls=context(root, NAME)) as port, access() as reach:
        ca = trusting(trustme.CA(), tmp_path)
        assert not handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca).trusted
        trusting(root, tmp_path)
        assert handshake(reach, "127.0.0.1", port, server_name=NAME, ca=ca).trusted


def test_a_file_that_holds_no_authority_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    for ca in (path, tmp_path / "absent.pem"):
        with access() as reach, pytest.raises(ContentError, match=ca.name):
            handshake(reach, "127.0.0.1", 443, server_name=NAME, ca=ca)


def test_what_is_outside_the_mandate_gets_no_hello() -> None:
    reach = access(authorisation=mandate(exclude=("127.0.0.9",)))
    with pytest.raises(NotAuthorised):
        handshake(reach, "127.0.0.9", 443, server_name=NAME)
    with pytest.raises(NotAuthorised):
        exchange(reach, "127.0.0.1", 443, b"x", enough=bool, name="login.live.com")


def test_a_server_that_speaks_no_tls_has_no_handshake() -> None:
    with (
        server(saying(b"220 mail\r\n")) as port,
        access() as reach,
        pytest.raises(Refused, match="TLS handshake failed"),
    ):
        handshake(reach, "127.0.0.1", port, server_name=NAME)
    with (
        server(saying()) as port,
        access() as reach,
        pytest.raises(Unreachable, match="closed during"),
    ):
        handshake(reach, "127.0.0.1", port, server_name=NAME)


def test_an_exchange_stops_when_there_is_enough() -> None:
    with server(saying(b"abc", b"def")) as port, access() as reach:
        assert exchange(reach, "127.0.0.1", port, b"?", enough=lambda got: len(got) >= 6) == (
            b"abcdef"
        )
    with server(saying(b"ab")) as port, access() as reach:
        assert exchange(reach, "127.0.0.1", port, b"?", enough=lambda got: len(got) > 9) == b"ab"
    with server(saying()) as port, access() as reach:
        assert exchange(reach, "127.0.0.1", port, b"?", enough=bool) == b""
