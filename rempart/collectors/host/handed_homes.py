"""Homes in a folder somebody handed over, told in the rows a host prints of its own.

A home counts as handed over when its `.ssh` is there: `home/NAME/.ssh`, `root/.ssh`. How the copies
are guarded says nothing of the host, so that no row tells it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.collectors.host.handed_files import text
from rempart.errors import Limited

DEEPEST: Final = 3  # folders below a home
MOST_FILES: Final = 20_000
LARGEST_KEY: Final = 1_000_000  # bytes, as on a host
TOKENS: Final = frozenset({".google_authenticator", "u2f_keys"})
_KEY: Final = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+[ \t]+AAAA")
_WHOLE: Final = re.compile(
    r"((?:ssh|ecdsa|sk)-[a-z0-9@.-]+)[ \t]+(AAAA[A-Za-z0-9+/=]+)(?:[ \t]|$)", re.ASCII
)
_OPTION: Final = re.compile(
    r'([A-Za-z0-9-]+)(?:=(?:"(?:[^"\\]|\\.)*"|[^",\s]*))?(,|[ \t]+)', re.ASCII
)
_OPENSSH_CLEAR: Final = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ"  # cipher and kdf: none
_PEM: Final = re.compile(r"-----BEGIN (RSA|EC|DSA) PRIVATE KEY-----")
_NAMED: Final = re.compile(r"id_.*|.*\.(?:ppk|pem|key)")


def handed(folder: Path) -> str | None:
    """Rows: `H|home`, `T|file` of tokens, and `K`, `X` and `P` as a host prints them.

    None where no home was handed over. Raises Refused and Limited.
    """
    rows = [row for home in _homes(folder) for row in _home(folder, home)]
    return "\n".join(rows) if rows else None


def _homes(folder: Path) -> Iterator[str]:
    for place in (folder / "root", *sorted(folder.glob("home/*"))):
        ssh = place / ".ssh"
        if ssh.is_dir() and not ssh.is_symlink() and not place.is_symlink():
            yield f"/{place.relative_to(folder).as_posix()}"


def _home(folder: Path, home: str) -> Iterator[str]:
    yield f"H|{home}"
    top = folder / home.lstrip("/")
    count = 0
    for place, folders, names in os.walk(top):
        below = Path(place).relative_to(top).parts
        if len(below) >= DEEPEST:
            folders.clear()
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                raise Limited(f"{home}: more than {MOST_FILES} files")
            file = Path(place) / name
            if name.isprintable() and "|" not in name and not file.is_symlink():
                yield from _file(f"/{file.relative_to(folder).as_posix()}", file, below)


def _file(shown: str, file: Path, below: tuple[str, ...]) -> Iterator[str]:
    if file.name in TOKENS or "google-authenticator" in below:
        yield f"T|{shown}"
    elif file.name.startswith("authorized_keys"):
        for number, line in enumerate(text(file).split("\n"), 1):
            if (row := _authorized(line.strip(" \t\r"))) is not None:
                yield f"K|{shown}|{number}|{row}" if row else f"X|{shown}|{number}"
    elif ".ssh" in below or _NAMED.fullmatch(file.name):
        said = _private(text(file)) if file.lstat().st_size < LARGEST_KEY else ""
        if said:
            yield f"P|{shown}|{said}"


def _authorized(line: str) -> str | None:
    """`options|type|key`; empty for a line that is no key, None for a comment."""
    if not line or line.startswith("#"):
        return None
    names, place = [], 0
    if not _KEY.match(line):
        while (option := _OPTION.match(line, place)) is not None:
            names.append(option[1])
            place = option.end()
            if option[2] != ",":
                break
    found = _WHOLE.match(line, place)
    return f"{','.join(names)}|{found[1]}|{found[2]}" if found else ""


def _private(content: str) -> str:
    """`format|state` of the first private key in a file; empty without one."""
    lines = [line.rstrip("\r") for line in content.split("\n")]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if _PEM.fullmatch(line):
            return f"pem|{'sealed' if following == 'Proc-Type: 4,ENCRYPTED' else 'clear'}"
        if line == "-----BEGIN OPENSSH PRIVATE KEY-----":
            return f"openssh|{'clear' if following.startswith(_OPENSSH_CLEAR) else 'sealed'}"
        if line == "-----BEGIN PRIVATE KEY-----":
            return "pkcs8|clear"
        if line == "-----BEGIN ENCRYPTED PRIVATE KEY-----":
            return "pkcs8|sealed"
    if content.startswith("PuTTY-User-Key-File-"):
        kind = re.search(r"^Encryption: *(\S+)", content, re.MULTILINE)
        return f"putty|{'clear' if kind and kind[1] == 'none' else 'sealed'}"
    return ""
