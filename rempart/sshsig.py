"""SSH signatures over files: made with an Ed25519 key, read by `ssh-keygen -Y verify`.

Source: OpenSSH, PROTOCOL.sshsig. Only Ed25519 is made and read here; for signatures of other keys
there is ssh-keygen itself.
"""

import base64
import binascii
import hashlib
import re
import struct
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rempart.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAGIC = b"SSHSIG"
KIND = b"ssh-ed25519"
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key, its 32 bytes."""

    raw: bytes

    @property
    def blob(self) -> bytes:
        """The key as SSH sends it."""
        return _string(KIND) + _string(self.raw)

    def __str__(self) -> str:
        """The key as `authorized_keys` and `allowed_signers` hold it."""
        return f"{KIND.decode()} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """The key's SHA-256 as ssh-keygen prints it."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def private_key(path: Path, passphrase: str = "") -> "Ed25519PrivateKey":
    """An OpenSSH private key; raises UsageError when it is not Ed25519 or cannot be opened."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        key = load_ssh_private_key(path.read_bytes(), passphrase.encode() or None)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except TypeError:  # a passphrase is wanted, or none is
        want = "no passphrase" if passphrase else "a passphrase (--passphrase)"
        raise UsageError(f"{path}: the key wants {want}") from None
    except Exception as error:  # noqa: BLE001  (the text may quote the key; the type may be any)
        kind = type(error).__name__
        raise UsageError(f"{path}: expected an OpenSSH private key ({kind})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: expected an Ed25519 key (ssh-keygen -t ed25519)")
    return key


def public(key: "Ed25519PrivateKey") -> PublicKey:
    """The public half of a key."""
    return PublicKey(key.public_key().public_bytes_raw())


def public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The Ed25519 keys of a `.pub` or `allowed_signers` file; raises UsageError without any."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    found = [
        _public(base64.b64decode(match[1]))
        for line in text.splitlines()
        if not line.lstrip().startswith("#")
        and (match := re.search(r"(?:^|\s)ssh-ed25519\s+([A-Za-z0-9+/]{68})(?:\s|$)", line))
    ]
    if not found:
        raise UsageError(f"{path}: expected an Ed25519 public key, found none")
    return tuple(found)


def signature(message: bytes, key: "Ed25519PrivateKey", namespace: str) -> str:
    """The armoured signature of a message, for one purpose."""
    signed = key.sign(_payload(message, namespace, b"sha512"))
    blob = MAGIC + struct.pack(">I", 1) + b"".join(
        map(_string, (
            public(key).blob, namespace.encode(), b"", b"sha512", _string(KIND) + _string(signed),
        ))
    )  # fmt: skip
    return "\n".join((BEGIN, *textwrap.wrap(base64.b64encode(blob).decode(), 70), END, ""))


def signer(message: bytes, armoured: str, namespace: str) -> PublicKey:
    """The key that signed the message for that purpose; raises IntegrityError when none did."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    blob = _Reader(_dearmoured(armoured))
    if blob.take(len(MAGIC)) != MAGIC or blob.take(4) != struct.pack(">I", 1):
        raise IntegrityError("expected an SSH signature of version 1")
    key = _public(blob.string())
    purpose, _, hashed = blob.string(), blob.string(), blob.string()
    if purpose != namespace.encode():
        raise IntegrityError(f"the signature was made for another purpose than {namespace}")
    if hashed not in HASHES:
        raise IntegrityError("the signature uses a hash nobody knows")
    inner = _Reader(blob.string())
    if inner.string() != KIND:
        raise IntegrityError("expected an Ed25519 signature")
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(
            inner.string(), _payload(message, namespace, hashed)
        )
    except InvalidSignature:
        raise IntegrityError("the signature does not fit what was signed") from None
    return key


def _payload(message: bytes, namespace: str, hashed: bytes) -> bytes:
    digest = HASHES[hashed](message).digest()
    return MAGIC + b"".join(map(_string, (namespace.encode(), b"", hashed, digest)))


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _public(blob: bytes) -> PublicKey:
    reader = _Reader(blob)
    if reader.string() != KIND:
        raise IntegrityError("expected an Ed25519 key; ssh-keygen -Y verify reads others")
    raw = reader.string()
    if len(raw) != 32:
        raise IntegrityError("expected an Ed25519 key of 32 bytes")
    return PublicKey(raw)


def _dearmoured(text: str) -> bytes:
    found = re.fullmatch(rf"\s*{BEGIN}\s+([A-Za-z0-9+/=\s]+?)\s+{END}\s*", text)
    if found is None:
        raise IntegrityError("expected an armoured SSH signature")
    try:
        return base64.b64decode("".join(found[1].split()), validate=True)
    except binascii.Error:
        raise IntegrityError("expected an armoured SSH signature") from None


@dataclass(slots=True)
class _Reader:
    """Reads strings with their length before them; raises IntegrityError at a premature end."""

    rest: bytes

    def take(self, size: int) -> bytes:
        if size > len(self.rest):
            raise IntegrityError("the signature is cut")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))
