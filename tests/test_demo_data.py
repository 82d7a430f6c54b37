import base64
import hashlib
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rempart.demo import data
from rempart.observations.identifiers.french import nir

# RFC 7748, section 6.1: Bob's private key.
BOB = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")


def test_every_number_has_a_right_key_and_belongs_to_nobody(tmp_path: Path) -> None:
    data.write(tmp_path)
    lines = (tmp_path / "exports" / "beneficiaires-2026-10.csv").read_text("utf-8-sig").splitlines()
    numbers = [line.partition(";")[0].replace(" ", "") for line in lines[1:]]
    assert len(numbers) == data.PEOPLE
    assert all(nir(number) for number in numbers)
    assert all(number[10:13] == "000" for number in numbers)


def test_writes_the_same_people_again_and_only_for_the_owner(tmp_path: Path) -> None:
    data.write(tmp_path)
    file = tmp_path / "exports" / "claims-2026-11-20.sql"
    first = hashlib.sha256(file.read_bytes()).digest()
    data.write(tmp_path)
    assert hashlib.sha256(file.read_bytes()).digest() == first
    for path in [tmp_path / "claims.sqlite", *(tmp_path / "exports").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_sealed_copy_opens_for_its_recipient() -> None:
    text = b"x" * 70_000
    header, _, payload = data.sealed(text).partition(b"\n---")
    _, stanza, wrapped = header.split(b"\n")
    share = base64.b64decode(stanza.split(b" ")[2] + b"=")
    secret = X25519PrivateKey.from_private_bytes(BOB).exchange(
        X25519PublicKey.from_public_bytes(share)
    )
    recipient = X25519PrivateKey.from_private_bytes(BOB).public_key().public_bytes_raw()
    wrapping = _hkdf(secret, share + recipient, b"age-encryption.org/v1/X25519")
    file_key = ChaCha20Poly1305(wrapping).decrypt(
        bytes(12), base64.b64decode(wrapped + b"=="[: -len(wrapped) % 4]), None
    )
    body = payload.partition(b"\n")[2]
    cipher = ChaCha20Poly1305(_hkdf(file_key, body[:16], b"payload"))
    pieces = body[16:]
    first = cipher.decrypt(bytes(12), pieces[: 65_536 + 16], None)
    last = cipher.decrypt((1).to_bytes(11, "big") + b"\1", pieces[65_536 + 16 :], None)
    assert first + last == text


def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret)
