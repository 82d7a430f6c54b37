"""Secrets by reference only: `env:NAME`, `file:path`, `agent:`, `command:...`; and their masking.

A reference is resolved where it is used. Whatever was resolved is known to the inventory's
`Redactor`, which masks it, plain or encoded, in anything that is about to be written.
"""

import base64
import json
import logging
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from urllib.parse import quote, quote_plus

from rempart.documents import contents
from rempart.errors import ContentErrors, Refused
from rempart.scope import starting

KINDS = ("env", "file", "agent", "command")
EXPECTED = "expected env:NAME, file:path, agent: or command:..."
MASK = "[masked]"
CAP = 65_536
SECONDS = 20
SHORT = 4  # below that a secret is masked only where it stands alone
# A French identifier (NIR): sex, year, month, department (2A and 2B too), commune, order, key.
_NIR = re.compile(
    r"(?<![0-9A-Za-z])[1-478](?:[ .-]?\d){4}[ .-]?(?:\d[ .-]?\d|2[ABab])(?:[ .-]?\d){6}"
    r"(?:[ .-]?\d{2})?(?![0-9A-Za-z])"
)
_RUN = re.compile(r"(?<!\d)(?:\d{13}|\d{15})(?!\d)")


class NoSecret(Refused):
    """A secret could not be had; the message names the reference, never the value."""


class Redactor:
    """Knows every secret that was resolved, and masks it: plain, base64, URL-encoded, in JSON."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._values: dict[str, str | NoSecret] = {}
        self._pattern: re.Pattern[str] | None = None
        self._lock = Lock()

    def learn(self, secret: str) -> None:
        """Mask this from now on, its lines and comma-separated parts included."""
        parts = {secret, *secret.splitlines(), *secret.split(",")}
        forms = {form for part in parts if part.strip() for form in _forms(part.strip())}
        with self._lock:
            self._forms |= forms
            ordered = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(_alone, ordered))) if ordered else None

    def clean(self, text: str) -> str:
        """The text with every known secret and every run of identifier digits masked."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return masked(text)

    def revealed(self, reference: "Reference") -> str:
        """The secret behind a reference, looked up once, a failure too. Raises NoSecret."""
        known = self._values.get(reference.text)
        if known is None:
            try:
                known = _resolved(reference)
                self.learn(known)
            except NoSecret as error:
                known = error
            self._values[reference.text] = known
        if isinstance(known, NoSecret):
            raise NoSecret(*known.args)
        return known


class Reference:
    """Where a secret is kept. Its text may be shown; `resolve` gives the secret itself."""

    __slots__ = ("kind", "redactor", "text", "value")

    def __init__(self, text: str, kind: str, value: str, redactor: Redactor) -> None:
        self.text, self.kind, self.value, self.redactor = text, kind, value, redactor

    @classmethod
    def parse(
        cls, text: object, folder: Path | None = None, redactor: Redactor | None = None
    ) -> "Reference":
        """The reference a text is; a ValueError that never repeats the text when it is none."""
        words = text if isinstance(text, str) else ""
        kind, colon, value = words.partition(":")
        if not colon or kind not in KINDS:
            raise ValueError(f"{EXPECTED}, found a literal secret")
        value = value.strip()
        if kind == "env" and not re.fullmatch(r"[A-Za-z_]\w*", value):
            raise ValueError("expected the name of an environment variable after env:")
        if kind == "command":
            _arguments(value)
        if kind == "file":
            if not value:
                raise ValueError("expected a path after file:")
            value = str((folder or Path()) / Path(value).expanduser())
        return cls(words, kind, value, redactor if redactor is not None else Redactor())

    def resolve(self) -> str:
        """The secret, also known to the redactor from now on. Raises NoSecret."""
        return self.redactor.revealed(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Reference({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and (self.kind, self.value) == (other.kind, other.value)

    def __hash__(self) -> int:
        return hash((self.kind, self.value))


class Redacting(logging.Filter):
    """Cleans a log record whole: its message, its arguments and its exception."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redactor.clean(record.getMessage()), None
        if record.exc_info:
            text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self.redactor.clean(text), None
        if record.stack_info:
            record.stack_info = self.redactor.clean(record.stack_info)
        return True


def masked(text: str) -> str:
    """The text with identifier digits masked: 13 or 15 in a row, or spaced like a NIR."""
    return _NIR.sub(MASK, _RUN.sub(MASK, text))


def _resolved(reference: Reference) -> str:
    if reference.kind == "env":
        found = os.environ.get(reference.value, "")
    elif reference.kind == "file":
        found = _from_file(reference)
    elif reference.kind == "command":
        found = _from_command(reference)
    else:
        raise NoSecret("agent: holds keys for SSH and gives no password")
    found = found.rstrip("\r\n")
    if not found:
        raise NoSecret(f"{reference.text}: expected a secret, found nothing")
    return found


def _from_file(reference: Reference) -> str:
    path = Path(reference.value)
    try:
        raw = contents(path, CAP)
        mode = path.stat().st_mode
        text = raw.decode()
    except ContentErrors as errors:
        raise NoSecret(f"{reference.text}: {errors.errors[0].message}") from None
    except (OSError, UnicodeDecodeError):
        raise NoSecret(f"{reference.text}: expected a readable text file") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        found = f"{stat.S_IMODE(mode):04o}"
        raise NoSecret(
            f"{reference.text}: expected mode 0600, found {found}: others may read it "
            f"(chmod 600 {shlex.quote(reference.value)})"
        )
    return text


def _arguments(command: str) -> list[str]:
    try:
        arguments = shlex.split(command)
    except ValueError:
        raise ValueError("expected a command with its quotes closed after command:") from None
    if not arguments:
        raise ValueError("expected a command after command:")
    return arguments


def _from_command(reference: Reference) -> str:
    """What a password manager prints. No shell: the text is split into arguments, no more."""
    import subprocess

    command = _arguments(reference.value)
    try:
        with starting(command[0]):
            done = subprocess.run(  # noqa: S603  (the person who wrote the inventory chose it)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        text = done.stdout[:CAP].decode()
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise NoSecret(f"{reference.text}: the command failed ({type(error).__name__})") from None
    if done.returncode:
        raise NoSecret(f"{reference.text}: the command ended with status {done.returncode}")
    return text


def _alone(form: str) -> str:
    escaped = re.escape(form)
    return rf"(?<!\w){escaped}(?!\w)" if len(form) < SHORT else escaped


def _forms(secret: str) -> Iterator[str]:
    """Every spelling under which a secret may turn up."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    raw = secret.encode("utf-8", "surrogateescape")
    if len(raw) < SHORT:
        return
    yield raw.hex()
    for before in range(3):  # inside `user:password`, base64 depends on what stands before
        text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        start = (before * 8 + 5) // 6
        whole = len(text) if (before + len(raw)) % 3 == 0 else len(text) - 1
        core = text[start:whole]
        yield core
        yield core.replace("+", "-").replace("/", "_")
