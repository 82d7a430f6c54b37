import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from rempart.errors import IntegrityError, UsageError
from rempart.sshsig import private_key, public, public_keys, signature, signer

PURPOSE = "rempart-report"
needs_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="needs ssh-keygen: Debian's openssh-client"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def saved(path: Path, key: Ed25519PrivateKey = KEY, passphrase: bytes = b"") -> Path:
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, lock))
    path.chmod(0o600)
    return path


def keygen(*arguments: object, message: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["ssh-keygen", *map(str, arguments)]
    return subprocess.run(command, input=message, capture_output=True, check=False, timeout=30)


@needs_keygen
@pytest.mark.parametrize("message", [b"", b"SHA256SUMS", bytes(range(256)) * 999])
def test_stock_ssh_keygen_verifies_what_is_signed_here(tmp_path: Path, message: bytes) -> None:
    signed, known = tmp_path / "m.sig", tmp_path / "allowed"
    signed.write_text(signature(message, KEY, PURPOSE))
    known.write_text(f"auditor@cabinet.example {public(KEY)}\n")
    done = keygen("-Y", "verify", "-f", known, "-I", "auditor@cabinet.example", "-n", PURPOSE,
                  "-s", signed, message=message)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert public(KEY).fingerprint.encode() in done.stdout
    changed = keygen("-Y", "verify", "-f", known, "-I", "auditor@cabinet.example", "-n", PURPOSE,
                     "-s", signed, message=message + b"x")  # fmt: skip
    assert changed.returncode != 0


@needs_keygen
def test_what_stock_ssh_keygen_signed_is_verified_here(tmp_path: Path) -> None:
    message = tmp_path / "m"
    message.write_bytes(b"a manifest")
    assert keygen("-Y", "sign", "-f", saved(tmp_path / "k"), "-n", PURPOSE, message).returncode == 0
    armoured = (tmp_path / "m.sig").read_text()
    assert signer(b"a manifest", armoured, PURPOSE) == public(KEY)


def test_a_signature_fits_one_message_and_one_purpose() -> None:
    armoured = signature(b"a manifest", KEY, PURPOSE)
    with pytest.raises(IntegrityError, match="does not fit"):
        signer(b"another manifest", armoured, PURPOSE)
    with pytest.raises(IntegrityError, match="another purpose"):
        signer(b"a manifest", armoured, "git")


def test_every_flipped_byte_of_a_signature_is_noticed() -> None:
    lines = signature(b"m", KEY, PURPOSE).splitlines()
    blob = bytearray(base64.b64decode("".join(lines[1:-1])))
    for place in range(len(blob)):
        blob[place] ^= 1
        text = "\n".join((lines[0], base64.b64encode(blob).decode(), lines[-1]))
        with pytest.raises(IntegrityError):
            signer(b"m", text, PURPOSE)
        blob[place] ^= 1


@pytest.mark.parametrize("cut", [0, 5, 6, 10, 40, 100, 150])
def test_a_cut_signature_is_no_signature(cut: int) -> None:
    lines = signature(b"m", KEY, PURPOSE).splitlines()
    blob = base64.b64decode("".join(lines[1:-1]))[:cut]
    text = "\n".join((lines[0], base64.b64encode(blob).decode(), lines[-1]))
    with pytest.raises(IntegrityError):
        signer(b"m", text, PURPOSE)


@pytest.mark.parametrize("text", ["", "-----BEGIN PGP SIGNATURE-----", "\x00"])
def test_what_is_no_signature_is_said(text: str) -> None:
    with pytest.raises(IntegrityError, match="armoured SSH signature"):
        signer(b"m", text, PURPOSE)


def test_a_key_is_read_with_its_passphrase(tmp_path: Path) -> None:
    file = saved(tmp_path / "k", passphrase=b"open")
    assert public(private_key(file, "open")) == public(KEY)
    with pytest.raises(UsageError, match="wants a passphrase"):
        private_key(file)
    with pytest.raises(UsageError, match="expected an OpenSSH private key"):
        private_key(file, "wrong")
    with pytest.raises(UsageError, match="wants no passphrase"):
        private_key(saved(tmp_path / "bare"), "open")


def test_other_keys_are_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    file = tmp_path / "k"
    file.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    with pytest.raises(UsageError, match="expected an Ed25519 key"):
        private_key(file)
    with pytest.raises(UsageError, match="cannot be read"):
        private_key(tmp_path / "none")


def test_public_keys_are_read_from_either_kind_of_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(
        f'# {public(KEY)}\na@b.example namespaces="x" {public(KEY)} comment\nssh-rsa A\n'
    )
    assert public_keys(file) == (public(KEY),)
    file.write_text(f"# {public(KEY)}\nssh-rsa AAAA\n")
    with pytest.raises(UsageError, match="found none"):
        public_keys(file)


@needs_keygen
def test_a_fingerprint_is_the_one_ssh_keygen_prints(tmp_path: Path) -> None:
    file = tmp_path / "k.pub"
    file.write_text(f"{public(KEY)} auditor\n")
    assert public(KEY).fingerprint.encode() in keygen("-l", "-f", file).stdout
