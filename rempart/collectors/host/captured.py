"""A folder of files somebody handed over, read as the answers of the host they came from.

Files lie flat (`sshd_config`, `shadow`, `lsblk.json`) or as on the host (`etc/ssh/sshd_config`).
What is not there is unresolved, never assumed. Hashes are reduced as they are read.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.handed_files import text
from rempart.collectors.host.script import SECTIONS
from rempart.collectors.host.section import Section
from rempart.errors import CollectError, Unreachable, Unresolved


def answers(folder: Path) -> Answers:
    """The answers the folder holds; raises Unreachable when there is no such folder."""
    if not folder.is_dir():
        raise Unreachable(f"{folder.name}: no such folder")
    found = {section.name: _answer(folder, section) for section in SECTIONS}
    return Answers(found, captured=True)


def _answer(folder: Path, section: Section) -> Answer | CollectError:
    try:
        if section.handed is not None:
            given = section.handed(folder)
        else:
            given = _lines(folder, section.paths) or _whole(folder, section)
    except CollectError as error:
        return error
    return Unresolved(f"{section.name}: not handed over") if given is None else Answer(0, given)


def _lines(folder: Path, patterns: Iterable[str]) -> str | None:
    rows = [
        f"{path}:{number}:{line}"
        for pattern in patterns
        for path, file in _files(folder, pattern)
        for number, line in enumerate(text(file).splitlines(), 1)
    ]
    return "\n".join(rows) if rows else None


def _whole(folder: Path, section: Section) -> str | None:
    """The first file of those an answer may be; where they are labelled, all of the first kind."""
    for pattern in section.given:
        found = [(file, section.reduced(text(file))) for _, file in _files(folder, pattern)]
        if found and section.labelled:
            return "\n".join(f"@{_label(file, pattern)} 0\n{said}" for file, said in found)
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
