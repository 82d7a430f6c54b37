"""A folder of files somebody handed over, read as the answers of the host they came from.

Files lie flat (`sshd_config`, `shadow`, `lsblk.json`) or as on the host (`etc/ssh/sshd_config`).
What is not there is unresolved, never assumed. Hashes are reduced as they are read.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.script import SECTIONS
from rempart.collectors.host.section import Section
from rempart.errors import CollectError, Limited, Refused, Unreachable, Unresolved

MOST = 4_000_000  # bytes of one file


def answers(folder: Path) -> Answers:
    """The answers the folder holds; raises Unreachable when there is no such folder."""
    if not folder.is_dir():
        raise Unreachable(f"{folder.name}: no such folder")
    found = {section.name: _answer(folder, section) for section in SECTIONS}
    return Answers(found, captured=True)


def _answer(folder: Path, section: Section) -> Answer | CollectError:
    try:
        text = _lines(folder, section.paths) or _whole(folder, section)
    except CollectError as error:
        return error
    return Unresolved(f"{section.name}: not handed over") if text is None else Answer(0, text)


def _lines(folder: Path, patterns: Iterable[str]) -> str | None:
    rows = [
        f"{path}:{number}:{line}"
        for pattern in patterns
        for path, file in _files(folder, pattern)
        for number, line in enumerate(_text(file).splitlines(), 1)
    ]
    return "\n".join(rows) if rows else None


def _whole(folder: Path, section: Section) -> str | None:
    """The first file of those an answer may be; where they are labelled, all of the first kind."""
    for pattern in section.given:
        found = [(file, section.reduced(_text(file))) for _, file in _files(folder, pattern)]
        if found and section.labelled:
            return "\n".join(f"@{_label(file, pattern)} 0\n{text}" for file, text in found)
        if found:
            return found[0][1]
    return None


def _label(file: Path, pattern: str) -> str:
    """What tells one file from the others: `sdb` of luksDump-sdb.txt."""
    start = pattern.rpartition("/")[2].partition("*")[0]
    return file.stem.removeprefix(start).lstrip("-_").replace(" ", "_") or start


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
