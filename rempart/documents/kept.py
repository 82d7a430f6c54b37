"""Our own content, parsed once: documents kept in the user's cache folder by time and size.

For catalogues, yardsticks and tables that come with rempart or a layer, never for what an audit or
a repository holds. A cache that cannot be read or written is no error: the file is read anew.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from rempart import __version__
from rempart.documents import read
from rempart.documents.document import Document, Step


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """One document: its line, the value, and the lines of each container in their order."""

    line: int
    value: Any
    lines: list[dict[Step, int] | None]


def folder() -> Path:
    """Where documents are kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "rempart" / f"documents-{__version__}"


def kept(path: Path) -> Document:
    """The single document of a file, as `documents.read` gives it; raises ContentErrors."""
    try:
        found = msgspec.msgpack.decode(_file(path).read_bytes(), type=_Kept)
        return _document(path, found)
    except (OSError, RuntimeError, ValueError, msgspec.MsgspecError):
        pass
    document = read(path)
    _keep(path, document)
    return document


def keep(path: Path) -> None:
    """Have a document at hand for a process that may not write; raises ContentErrors."""
    try:
        there = _file(path).exists()
    except (OSError, RuntimeError):
        return
    if not there:
        _keep(path, read(path))


def _file(path: Path) -> Path:
    stat = path.stat()
    name = hashlib.blake2b(os.fsencode(path.absolute()), digest_size=12).hexdigest()
    return folder() / f"{name}-{stat.st_mtime_ns:x}-{stat.st_size:x}.msgpack"


def _keep(path: Path, document: Document) -> None:
    try:
        file = _file(path)
        lines = [document.lines.get(id(one)) for one in _containers(document.value)]
        found = _Kept(document.line, document.value, lines)
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_suffix(f".{os.getpid()}")
        scratch.touch(mode=0o600)
        try:
            scratch.write_bytes(msgspec.msgpack.encode(found))
            scratch.replace(file)
        finally:
            scratch.unlink(missing_ok=True)
        for older in file.parent.glob(f"{file.name.partition('-')[0]}-*.msgpack"):
            if older != file:
                older.unlink(missing_ok=True)
    except (OSError, RuntimeError, TypeError, msgspec.MsgspecError):
        return


def _document(path: Path, found: _Kept) -> Document:
    containers = _containers(found.value)
    pairs = zip(containers, found.lines, strict=True)
    lines = {id(one): listed for one, listed in pairs if listed is not None}
    return Document(found.value, str(path), found.line, lines)


def _containers(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Every mapping and list in a value, each before what it holds."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            yield one
            waiting += one
