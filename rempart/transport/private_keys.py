"""Private key files, read as strictly as ssh(1) reads them."""

import functools
import stat
import threading
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from rempart.errors import Refused

_reading = threading.Lock()


def openssh(path: Path, passphrase: str | None) -> str:
    """The key of a file in OpenSSH's own format, opened. Raises Refused, which names no secret."""
    try:
        found = path.stat()
        if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = f"{stat.S_IMODE(found.st_mode):04o}"
            raise Refused(f"{path.name}: expected a private key of mode 0600, found {mode}")
        with _reading:  # many hosts share one key: the first one reads it
            return _opened(path, passphrase, found.st_mtime_ns)
    except OSError as error:
        raise Refused(f"{path.name}: the private key cannot be read ({error.strerror})") from None
    except (TypeError, ValueError, UnsupportedAlgorithm):
        wanted = "needs a passphrase" if passphrase is None else "does not open with its passphrase"
        raise Refused(f"{path.name}: the private key {wanted}, or is none") from None


@functools.lru_cache(maxsize=64)
def _opened(path: Path, passphrase: str | None, _changed: int) -> str:
    raw, secret = path.read_bytes(), passphrase.encode() if passphrase is not None else None
    try:
        key = serialization.load_ssh_private_key(raw, secret)
    except ValueError:
        key = serialization.load_pem_private_key(raw, secret)  # type: ignore[assignment]
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
