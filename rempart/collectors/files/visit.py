"""Every file below a folder, one after another: what it is, whether it is closed, what it holds.

These sources also run on an audited host, with its standard library alone.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.artefacts.kinds import DATABASE, TABLE, Kind
from rempart.collectors.artefacts.observed import artefact
from rempart.collectors.artefacts.recognition import first_and_last, kind
from rempart.collectors.files.databases import columns
from rempart.collectors.files.fixed import fixed_width
from rempart.collectors.files.look import Head, Look, Looked
from rempart.collectors.files.parquet import table
from rempart.collectors.files.parts import Allowance
from rempart.collectors.files.pdf import Documents
from rempart.collectors.files.places import logged, place
from rempart.collectors.files.records import likely, records, text_of
from rempart.collectors.files.tally import Tally
from rempart.collectors.tree import LINK, Found, Left, Passed, opened, regular_files, shown
from rempart.errors import CollectError, Reason
from rempart.observations.backups import Artefact
from rempart.observations.datastores import Dump, Export, IdentifierCount
from rempart.observations.documents import FilesRead, Pictures

BRINGS: Final[tuple[type[Observation], ...]] = (Export, Dump, Artefact, FilesRead, Pictures)
FILES: Final = 50_000
RECORDS: Final = 8_000_000  # bytes of a text that are taken apart into records
_KERNEL: Final = frozenset(
    b"proc sysfs devtmpfs devpts cgroup cgroup2 debugfs tracefs securityfs bpf mqueue pstore "
    b"efivarfs configfs fusectl binfmt_misc hugetlbfs autofs selinuxfs rpc_pipefs".split()
)
_GETFLAGS: Final = 0x80086601  # FS_IOC_GETFLAGS
_ENCRYPTED: Final = 0x800  # FS_ENCRYPT_FL


def below(
    root: Path, over: Callable[[], str], apart: Container[str] = ()
) -> Iterator[Observation | Gap]:
    """What lies below a folder, or what a single file is. `over` says why to stop, or nothing.

    Folders `apart`, by their paths as shown, are judged as wholes elsewhere and not entered.
    Raises Unreachable where there is none, Privilege where it may not be listed.
    """
    with Documents() as documents:
        yield from _Visit(root, over, documents, apart).all()


class _Visit:
    def __init__(
        self, root: Path, over: Callable[[], str], documents: Documents, apart: Container[str]
    ) -> None:
        self.root = root
        self.apart = apart
        self.folder = root if root.is_dir() else root.parent
        self.over = over
        self.look = Look(documents, over)
        self.tally = Tally()

    def all(self) -> Iterator[Observation | Gap]:
        for item in _listed(self.root, self.apart):
            where = place(str(self.folder), item.path)
            if isinstance(item, Left):
                self._left(item, where)
                continue
            if isinstance(item, Passed):
                yield from self._missed(item.path, where, item.reason, item.detail)
                continue
            why = self.over()
            if why:
                yield from self._missed(
                    item.path, where, Reason.LIMIT, f"{why} before this and further files"
                )
                break
            yield from self._one(item, where)
        yield from self.tally.observations(".")

    def _left(self, item: Left, where: str) -> None:
        """A link to something that is read here anyway is nothing missed."""
        if item.why != LINK:
            self.tally.left(where, "pipes, sockets or devices, not opened")
        elif not _within(self.folder, item.path):
            self.tally.left(where, "links that lead elsewhere or in a circle, not followed")

    def _one(self, found: Found, where: str) -> Iterator[Observation | Gap]:
        try:
            with os.fdopen(opened(self.folder, found.raw), "rb") as file:
                yield from self._file(file, found, where)
        except CollectError as error:
            yield from self._missed(found.path, where, error.reason, str(error))
        except OSError as error:
            detail = f"cannot be read: {error.strerror}"
            yield from self._missed(found.path, where, Reason.TRUNCATED, detail)

    def _file(self, file: BinaryIO, found: Found, where: str) -> Iterator[Observation | Gap]:
        sealed = _sealed(file)
        head, tail = first_and_last(file, found.size)
        kind_ = kind(head, found.name, tail, found.size)
        if kind_.family == TABLE and not kind_.encryption:
            yield self._table(file, found, where)
            return
        begin = Head(RECORDS)
        looked = self.look.into(file, found.name, found.size, kind_, begin)
        if where == "other" and logged(bytes(begin.content[:8192])):
            where = "log"
        seen = _export(found, kind_, begin, looked, where) if not kind_.dump else None
        dumped = bool(kind_.dump)
        if kind_.dump:
            plain = kind_.family == DATABASE and not kind_.packed
            yield _dump(found, kind_, looked, columns(file, self.over) if plain else ())
        elif seen is not None:
            yield seen
        elif kind_.encryption and looked.sealed:  # how well is judged as of any artefact
            yield artefact(kind_, found.path, found.size)
        self.tally.add(found.path, where, found.size, looked, records=dumped or seen is not None)
        self.tally.pictured(found.path, looked, sealed=sealed)

    def _table(self, file: BinaryIO, found: Found, where: str) -> Export:
        """A file of columns."""
        looked = Looked("Parquet")
        looked.scan.size = found.size
        read, unread = table(file, found.size, Allowance(self.over).check)
        if unread:
            detail = "columns in an encoding that nothing here reads"
            looked.unread[(Reason.NO_COLLECTOR, detail)] += unread
        self.tally.add(found.path, where, found.size, looked, records=True)
        return Export(
            *(read.format, False, "", read.sampled, read.whole, read.columns),
            key=found.path,
            source=found.path,
        )

    def _missed(self, path: str, where: str, reason: Reason, detail: str) -> Iterator[Gap]:
        self.tally.missed(path, where, reason, detail)
        for type_ in (Export, Dump):
            yield Gap(type_.__name__, reason, detail, key=path, source=path)


def _within(folder: Path, path: str) -> bool:
    """Whether a link leads to a file of the folder, or to a folder beside its own way up."""
    root = os.path.realpath(folder)
    target = os.path.realpath(folder / path)
    if not target.startswith(f"{root}/") or f"{root}/{path}/".startswith(f"{target}/"):
        return False
    return os.path.lexists(target) and not os.path.islink(target)  # noqa: PTH114


def _kernel() -> frozenset[bytes]:
    """Where the kernel shows itself as files (/proc, /sys): nothing rests there."""
    try:
        lines = Path("/proc/self/mounts").read_bytes().splitlines()
    except OSError:
        return frozenset()
    mounts = (line.split(b" ") for line in lines)
    return frozenset(one[1] for one in mounts if len(one) > 2 and one[2] in _KERNEL)


def _listed(root: Path, apart: Container[str]) -> Iterator[Found | Passed | Left]:
    if root.is_file() and not root.is_symlink():
        raw = os.fsencode(root.name)
        yield Found(raw, root.name, root.stat().st_size)
        return

    kernel, above = _kernel(), os.fsencode(os.path.realpath(root))

    def leave(raw: bytes, folder: bool) -> str | None:
        left = folder and (shown(raw) in apart or os.path.join(above, raw) in kernel)  # noqa: PTH118
        return "" if left else None

    yield from regular_files(root, leave=leave, files=FILES)


def _export(found: Found, kind_: Kind, begin: Head, looked: Looked, where: str) -> Export | None:
    """The file as an export; None where it is none that can be told."""
    if kind_.encryption:
        if not likely(_without_lock(found.name)):
            return None
        encrypted: Seen[bool] = _encrypted(kind_)
        return Export("records", encrypted, kind_.encryption, key=found.path, source=found.path)
    data = bytes(begin.content)
    if where in ("log", "history") or not (likely(found.name) or data[:1] == b"{"):
        return None
    text = text_of(data) if data else None
    read = text and (records(text, cut=begin.cut) or fixed_width(text, cut=begin.cut))
    if not read:
        return None
    whole = read.whole and not looked.unread
    columns = (*read.columns, *_beyond(read.columns, looked))
    return Export(
        _packed(read.format, kind_),
        False,
        "",
        read.sampled,
        whole,
        columns,
        key=found.path,
        source=found.path,
    )


def _beyond(columns: tuple[IdentifierCount, ...], looked: Looked) -> Iterator[IdentifierCount]:
    """What the whole text holds of a class of which the records read showed nothing."""
    known = {one.identifier for one in columns if one.valid}
    for count in looked.scan.counts():
        if count.identifier not in known:
            yield IdentifierCount(
                "anywhere", *(count.identifier, count.encoding, count.sampled),
                *(count.candidates, count.valid, count.test),
            )  # fmt: skip


def _dump(found: Found, kind_: Kind, looked: Looked, columns: tuple[IdentifierCount, ...]) -> Dump:
    counts = columns or looked.scan.counts()
    nothing = (IdentifierCount("", "", "clear", looked.scan.lines, 0, 0),)
    return Dump(
        _packed(kind_.dump, kind_),
        _encrypted(kind_),
        kind_.encryption,
        found.size,
        () if kind_.encryption or kind_.opaque else counts or nothing,
        key=found.path,
        source=found.path,
    )


def _encrypted(kind_: Kind) -> Seen[bool]:
    if kind_.encrypted is None:
        return Unknown(Reason.NO_COLLECTOR, kind_.why)
    return bool(kind_.encryption) or kind_.encrypted


def _packed(format_: str, kind_: Kind) -> str:
    return f"{format_}, {kind_.packed}" if kind_.packed else format_


def _without_lock(name: str) -> str:
    """The name under the suffix of an encrypting tool: `a.csv.gpg` holds `a.csv`."""
    stem, _, suffix = name.rpartition(".")
    return stem if suffix.lower() in ("age", "gpg", "pgp", "asc", "enc", "aes", "zip") else name


def _sealed(file: BinaryIO) -> bool:
    """Whether the file system encrypts this file by itself (fscrypt)."""
    flags = bytearray(8)
    with contextlib.suppress(OSError):
        fcntl.ioctl(file, _GETFLAGS, flags)
    return bool(int.from_bytes(flags[:4], "little") & _ENCRYPTED)
