"""Files encrypted to age recipients, read by stock `age --decrypt`; the only door to pyrage.

Source: the age file format, version 1.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rempart.errors import IntegrityError, UsageError

MISSING = "encryption needs pyrage: pip install 'rempart[age]'"


def recipients(named: Iterable[str]) -> tuple[str, ...]:
    """Public keys: `age1...` and `ssh-...` as they are, the lines of files otherwise.

    Raises UsageError for a file that cannot be read or holds none.
    """
    found: list[str] = []
    for name in named:
        if name.startswith(("age1", "ssh-")):
            found.append(name)
            continue
        try:
            lines = Path(name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise UsageError(f"{name}: expected age1..., ssh-... or a file of those") from None
        keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not keys:
            raise UsageError(f"{name}: expected a recipient a line, found none")
        found += keys
    return tuple(dict.fromkeys(found))


def encrypted(content: bytes, named: Iterable[str]) -> bytes:
    """The content for these recipients; raises UsageError for one that is no public key."""
    pyrage = _pyrage()
    keys = [_recipient(text) for text in recipients(named)]
    if not keys:
        raise UsageError("expected at least one recipient")
    return bytes(pyrage.encrypt(content, keys))


def decrypted(content: bytes, identity: Path) -> bytes:
    """The content, opened with an age identity file or an SSH private key.

    Raises UsageError for an identity that cannot be read, IntegrityError when it does not open.
    """
    pyrage = _pyrage()
    try:
        text = identity.read_bytes()
    except OSError as error:
        raise UsageError(f"{identity}: cannot be read: {error.strerror}") from None
    keys: list[Any] = []
    try:
        if b"PRIVATE KEY-----" in text:
            keys = [pyrage.ssh.Identity.from_buffer(text)]
        else:
            lines = text.decode("utf-8", "replace").split()
            keys = [pyrage.x25519.Identity.from_str(one) for one in lines
                    if one.startswith("AGE-SECRET-KEY-")]  # fmt: skip
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise UsageError(f"{identity}: expected an age identity or an SSH private key")
    try:
        return bytes(pyrage.decrypt(content, keys))
    except pyrage.DecryptError as error:
        raise IntegrityError(f"cannot be decrypted: {error}") from None


def _recipient(text: str) -> Any:  # noqa: ANN401  (a class of pyrage)
    pyrage = _pyrage()
    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError:
        raise UsageError(f"expected an age or SSH public key, found {text[:40]!r}") from None


def _pyrage() -> Any:  # noqa: ANN401  (a module)
    try:
        import pyrage
    except ImportError:
        raise UsageError(MISSING) from None
    return pyrage
