"""A folder of files somebody handed over, read as the answers of the host they came from.

Files lie flat (`sshd_config`, `shadow`, `lsblk.json`) or as on the host (`etc/ssh/sshd_config`).
What is not there is unresolved, never assumed. Hashes are reduced as they are read.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from rempart.collectors.host.accounts import reduced
from rempart.collectors.host.framing import Answer, Answers
from rempart.errors import CollectError, Limited, Refused, Unreachable, Unresolved

MOST = 4_000_000  # bytes of one file
PATHS = {
    "sshd_config": ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*"),
    "pam": (
        "/etc/pam.d/*",
        "/usr/etc/pam.d/*",
        "/usr/lib/pam.d/*",
        "/etc/security/pwquality.conf",
        "/etc/security/pwquality.conf.d/*",
        "/etc/security/faillock.conf",
        "/etc/login.defs",
    ),
    "sudoers_files": ("/etc/sudoers", "/etc/sudoers.d/*"),
    "release": ("/etc/os-release",),
}
# Answers that are one file: where it lies on a host or what a client may call it, and its reader.
WHOLE: dict[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    "sshd": (("sshd-T.txt",), str),
    "passwd": (("/etc/passwd",), reduced),
    "shadow": (("/etc/shadow",), reduced),
    "lsblk": (("lsblk.json",), str),
    "mounts": (("/proc/self/mountinfo", "mountinfo.txt"), str),
    "swaps": (("/proc/swaps", "swaps.txt"), str),
    "crypttab": (("/etc/crypttab",), str),
}


def answers(folder: Path) -> Answers:
    """The answers the folder holds; raises Unreachable when there is no such folder."""
    if not folder.is_dir():
        raise Unreachable(f"{folder.name}: no such folder")
    found: dict[str, Answer | CollectError] = {}
    for name, patterns in PATHS.items():
        found[name] = _answer(name, partial(_lines, folder, patterns))
    for name, (paths, reader) in WHOLE.items():
        found[name] = _answer(name, partial(_whole, folder, paths, reader))
    found["luks"] = _answer("luks", partial(_luks, folder))
    found["sudoers"] = Unresolved("sudoers: only the files were handed over")
    return Answers(found, captured=True)


def _answer(name: str, read: Callable[[], str | None]) -> Answer | CollectError:
    try:
        text = read()
    except CollectError as error:
        return error
    return Unresolved(f"{name}: not handed over") if text is None else Answer(0, text)


def _lines(folder: Path, patterns: Iterable[str]) -> str | None:
    rows = [
        f"{path}:{number}:{line}"
        for pattern in patterns
        for path, file in _files(folder, pattern)
        for number, line in enumerate(_text(file).splitlines(), 1)
    ]
    return "\n".join(rows) if rows else None


def _whole(folder: Path, paths: Iterable[str], reader: Callable[[str], str]) -> str | None:
    for path in paths:
        for _, file in _files(folder, path):
            return reader(_text(file))
    return None


def _luks(folder: Path) -> str | None:
    """luksDump.txt, or luksDump-NAME.txt for each container."""
    dumps = sorted(folder.glob("luksDump*.txt"))
    parts = []
    for file in dumps:
        name = file.stem.removeprefix("luksDump").lstrip("-_") or "luks"
        parts.append(f"@{name.replace(' ', '_')} 0\n{_text(file)}")
    return "\n".join(parts) if parts else None


def _files(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    """Files for a path of a host: at the same path in the folder, else by their last parts."""
    parts = pattern.strip("/").split("/")
    last = parts[-2:] if "*" in pattern else parts[-1:]
    for place in ("/".join(parts), "/".join(last)):
        found = sorted(file for file in folder.glob(place) if not file.is_dir())
        if found:
            for file in found:
                yield f"{pattern.rpartition('/')[0]}/{file.name}", file
            return


def _text(file: Path) -> str:
    """A regular file's text; raises Refused for a link or a device, Limited for a huge file."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{file.name}: {error.strerror}") from None
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused(f"{file.name}: not a regular file")
        content = stream.read(MOST + 1)
    if len(content) > MOST:
        raise Limited(f"{file.name}: more than {MOST} bytes")
    return content.decode("utf-8", "replace")
