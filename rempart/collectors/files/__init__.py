"""Exports and dumps in a folder: what each file is, whether anything encrypts it, what it holds.

Read where the auditor runs; a folder on another host is not looked into yet. Nothing is unpacked
onto a disk, and of gzip at most `TEXT` bytes in memory. Only counts leave this module.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors import Probe, Wanted
from rempart.collectors.artefacts.recognition import Kind, first_and_last, kind, unpacked
from rempart.collectors.files.records import likely, records, text_of
from rempart.collectors.tree import Found, Left, Passed, opened, regular_files
from rempart.collectors.values import Text
from rempart.errors import CollectError, NoCollector, Reason
from rempart.observations.datastores import Dump, Export

KIND = "files"
BRINGS: tuple[type[Observation], ...] = (Export, Dump)
PROBES = (Probe("files", "Nothing: files are read where the auditor runs.", (Export, Dump)),)
TEXT = 8_000_000  # bytes of one file that are read
TOTAL = 400_000_000  # bytes of all files of one subject


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """Every export and dump below the folder; a Gap for what could not be looked into.

    Raises NoCollector for a folder on another host, Unreachable where there is none.
    """
    if getattr(subject, "on", ""):
        raise NoCollector("files on another host are not read yet")
    yield from below(Path(subject.path), access, wanted)


def below(root: Path, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What lies below a folder, or what a single file is."""
    left = TOTAL
    unread: Counter[str] = Counter()
    for item in _listed(root):
        if isinstance(item, Passed):
            yield from _gaps(item.path, item.reason, item.detail, wanted)
        elif access.deadline.expired:
            yield from _gaps(item.path, Reason.LIMIT, "no time left for the other files", wanted)
            break
        elif left <= 0:
            yield from _gaps(item.path, Reason.LIMIT, f"more than {TOTAL} bytes", wanted)
            break
        else:
            left -= min(item.size, TEXT)
            yield from _one(root, item, wanted, unread)
    if unread and Export in wanted:
        named = ", ".join(f"{suffix} {count}" for suffix, count in sorted(unread.items()))
        detail = f"files that nothing here reads: {named}"
        yield Gap(Export.__name__, Reason.NO_COLLECTOR, detail, source=".")


def _listed(root: Path) -> Iterator[Found | Passed]:
    if root.is_file() and not root.is_symlink():
        raw = os.fsencode(root.name)
        yield Found(raw, root.name, root.stat().st_size)
        return
    yield from (item for item in regular_files(root) if not isinstance(item, Left))


def _one(
    root: Path, found: Found, wanted: Wanted, unread: Counter[str]
) -> Iterator[Observation | Gap]:
    folder = root if root.is_dir() else root.parent
    try:
        with os.fdopen(opened(folder, found.raw), "rb") as file:
            head, tail = first_and_last(file, found.size)
            kind_ = kind(head, found.name, tail, found.size)
            data = _content(file, kind_)
    except CollectError as error:
        yield from _gaps(found.path, error.reason, str(error), wanted)
        return
    except OSError as error:
        yield from _gaps(found.path, Reason.TRUNCATED, f"cannot be read: {error.strerror}", wanted)
        return
    if kind_.dump:
        if Dump in wanted:
            yield _dump(found, kind_, data)
    elif Export in wanted:
        export = _export(found, kind_, data)
        if export is not None:
            yield export
        elif found.size:
            unread[_suffix(found.name)] += 1


def _content(file: BinaryIO, kind_: Kind) -> bytes:
    """The beginning of a file as far as it is looked into, unpacked where it is gzip."""
    if kind_.encryption or kind_.opaque:
        return b""
    data = file.read(TEXT)
    return unpacked(data, TEXT) if kind_.packed == "gzip" else data


def _export(found: Found, kind_: Kind, data: bytes) -> Export | None:
    """The file as an export; None where it is none that can be told."""
    if kind_.encryption:
        if not likely(_without_lock(found.name)):
            return None
        return Export("records", True, kind_.encryption, key=found.path, source=found.path)
    text = text_of(data) if likely(found.name) or data[:1] == b"{" else None
    read = records(text, cut=len(data) >= TEXT) if text else None
    if read is None:
        return None
    return Export(
        _packed(read.format, kind_),
        False,
        "",
        read.sampled,
        read.whole,
        read.columns,
        key=found.path,
        source=found.path,
    )


def _dump(found: Found, kind_: Kind, data: bytes) -> Dump:
    text = Text()
    text.add(data)
    encrypted: Seen[bool] = bool(kind_.encryption)
    if kind_.opaque == "7z":  # its headers may be packed, and then hide whether it encrypts
        encrypted = Unknown(Reason.NO_COLLECTOR, "nothing here reads packed 7z headers")
    return Dump(
        _packed(kind_.dump, kind_),
        encrypted,
        kind_.encryption,
        found.size,
        () if kind_.encryption or kind_.opaque else text.counts(),
        key=found.path,
        source=found.path,
    )


def _packed(format_: str, kind_: Kind) -> str:
    return f"{format_}, {kind_.packed}" if kind_.packed else format_


def _without_lock(name: str) -> str:
    """The name under the suffix of an encrypting tool: `a.csv.gpg` holds `a.csv`."""
    stem, _, suffix = name.rpartition(".")
    return stem if suffix.lower() in ("age", "gpg", "pgp", "asc", "enc", "aes", "zip") else name


def _suffix(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return f".{suffix}" if "." in name and len(suffix) <= 8 else "without suffix"


def _gaps(path: str, reason: Reason, detail: str, wanted: Wanted) -> Iterator[Gap]:
    for type_ in BRINGS:
        if type_ in wanted:
            yield Gap(type_.__name__, reason, detail, key=path, source=path)
