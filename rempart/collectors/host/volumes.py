"""Where a host's bytes rest: each mounted file system once, and each swap area on a disk.

Sources: proc(5) for mountinfo and swaps, lsblk(8).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from rempart.check import Fact, Observation, Reason, Seen, Unknown
from rempart.collectors.host.blocks import LUKS, Blocks, blocks
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.luks import ciphers
from rempart.collectors.host.section import Section
from rempart.collectors.host.zfs import datasets
from rempart.errors import CollectError
from rempart.observations.volumes import (
    CoreDumps,
    CrashDumps,
    CryptMapping,
    EncryptedFolder,
    LuksHeader,
    Swap,
    Volume,
)

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "9p", "virtiofs"}
    | {"fuse.sshfs", "fuse.s3fs"}
)
ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})
NULL = "cipher_null"
IMAGES = frozenset({"squashfs", "iso9660", "erofs"})  # read-only: nothing is written there
ELSEWHERE = {
    "zfs": "whether ZFS encrypts is not asked",
    "overlay": "a container's layers: the disk is its host's",
}
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class _Mount:
    """One line of mountinfo."""

    point: str
    numbers: str
    type: str
    device: str


def volumes(answers: Answers) -> Iterator[Observation]:
    """Each file system on a disk, at its first mount point."""
    tree = _tree(answers)
    known, sets = ciphers(answers), _datasets(answers)
    seen: set[str] = set()
    for mount in _mounts(answers, tree):
        identity = mount.numbers if mount.device.startswith("/dev/") else mount.device
        if not _holds_data(mount) or identity in seen:
            continue
        seen.add(identity)
        yield _dataset(mount, sets) or _volume(mount, tree, known)


def swaps(answers: Answers) -> Iterator[Observation]:
    """Each swap area; one in compressed memory (zram) writes to no disk and is left out."""
    tree = _tree(answers)
    rows = [line.split() for line in answers.text("swaps").split("\n")[1:]]
    areas = [(_plain(row[0]), row[1]) for row in rows if len(row) > 1]
    areas = [(device, kind) for device, kind in areas if not device.startswith("/dev/zram")]
    files = any(kind == "file" for _, kind in areas)
    points = {mount.point: mount for mount in _mounts(answers, tree)} if files else {}
    opened = _crypttab(answers)
    for device, kind in areas:
        yield Swap(
            device=device,
            encrypted=_swap_encrypted(tree, points, opened, device, kind),
            key="swap" if len(areas) == 1 else f"swap {device}",
            source="/proc/swaps",
        )


def _swap_encrypted(
    tree: Blocks | Unknown,
    points: Mapping[str, _Mount],
    opened: set[str],
    device: str,
    kind: str,
) -> Fact:
    if isinstance(tree, Unknown):
        return True if device.removeprefix("/dev/mapper/") in opened else tree
    if kind != "file":
        return tree.encrypted(device)
    for folder in PurePosixPath(device).parents:
        if str(folder) in points:
            return _encrypted(points[str(folder)], tree)
    return Unknown(Reason.UNRESOLVED, f"the volume of {device} was not seen")


def place_encrypted(answers: Answers, path: str) -> Fact:
    """Whether the volume that holds a path of the host is encrypted."""
    try:
        tree = _tree(answers)
        points = {mount.point: mount for mount in _mounts(answers, tree)}
    except CollectError as error:
        return Unknown(error.reason, str(error))
    for folder in (PurePosixPath(path), *PurePosixPath(path).parents):
        if str(folder) in points:
            mount = points[str(folder)]
            told = _dataset(mount, _datasets(answers))
            return told.encrypted == True if told else _encrypted(mount, tree)  # noqa: E712
    return Unknown(Reason.UNRESOLVED, f"the volume of {path} was not seen")


def _datasets(answers: Answers) -> dict[str, dict[str, str]]:
    """The properties of the data sets of ZFS; none where it was not asked or did not answer."""
    try:
        return datasets(answers.text("zfs"))
    except CollectError:
        return {}


def _dataset(mount: _Mount, sets: Mapping[str, Mapping[str, str]]) -> Volume | None:
    """A data set that ZFS told of, as a volume."""
    cipher = sets.get(mount.device, {}).get("encryption", "-") if mount.type == "zfs" else "-"
    if cipher == "-":
        return None
    sealed = cipher != "off"
    return Volume(
        encrypted=sealed,
        cipher=cipher if sealed else None,
        key_holder="host" if sealed else None,
        format="zfs" if sealed else None,
        key=mount.point,
        source="zfs get encryption",
    )


def _crypttab(answers: Answers) -> set[str]:
    """Names a captured crypttab opens. Source: crypttab(5)."""
    try:
        lines = answers.text("crypttab").split("\n")
    except CollectError:
        return set()
    rows = [line for line in lines if line.strip() and line[0] not in "#@?"]
    return {row.split()[0] for row in rows if NULL not in row}


def _tree(answers: Answers) -> Blocks | Unknown:
    try:
        return blocks(answers.text("lsblk"))
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _mounts(answers: Answers, tree: Blocks | Unknown) -> list[_Mount]:
    try:
        lines = answers.text("mounts").split("\n")
    except CollectError:
        if not answers.captured or isinstance(tree, Unknown):
            raise
        return [_Mount(point, device, "", device) for point, device in tree.mounted.items()]
    return [mount for mount in map(_mount, lines) if mount]


def _mount(line: str) -> _Mount | None:
    head, _, tail = line.partition(" - ")
    first, last = head.split(" "), tail.split(" ")
    if len(first) < 5 or len(last) < 2:
        return None
    return _Mount(_plain(first[4]), first[2], last[0], _plain(last[1]))


def _plain(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text) if "\\" in text else text


def _holds_data(mount: _Mount) -> bool:
    if mount.type in IMAGES:
        return False
    return (
        mount.device.startswith("/dev/")
        or mount.type in NETWORK
        or mount.type in ENCRYPTING
        or mount.type == "zfs"
        or (mount.type == "overlay" and mount.point == "/")
    )


def _volume(mount: _Mount, tree: Blocks | Unknown, known: Mapping[str, str]) -> Volume:
    encrypted = _encrypted(mount, tree)
    if encrypted is True and not isinstance(tree, Unknown):
        way = tree.sealed(_device(mount, tree))
        if way is not None and known.get(way.sealed, "").startswith(NULL):
            encrypted = False  # a container whose cipher leaves everything as it is
    cipher: Seen[str | None] = None
    holder: Seen[str | None] = None
    layer: Seen[str | None] = None
    if encrypted is not False:
        way = None if isinstance(tree, Unknown) else tree.sealed(_device(mount, tree))
        unsaid = Unknown(Reason.UNRESOLVED, "lsblk does not name the cipher")
        if isinstance(encrypted, Unknown):
            unsaid, holder, layer = encrypted, encrypted, encrypted
        elif way is None:
            holder, layer = "host", mount.type
        else:
            holder, layer = "host", "luks" if way.format == LUKS else "dm-crypt"
        cipher = known.get(way.sealed, unsaid) if way else unsaid
    return Volume(
        encrypted=encrypted,
        cipher=cipher,
        key_holder=holder,
        format=layer,
        blocks=() if isinstance(tree, Unknown) else tree.trail(_device(mount, tree)),
        key=mount.point,
        source="lsblk",
    )


def _encrypted(mount: _Mount, tree: Blocks | Unknown) -> Fact:
    if mount.type in ENCRYPTING:
        return True
    if mount.type in NETWORK:
        return Unknown(Reason.UNRESOLVED, f"{mount.type}: the disk is on another machine")
    if mount.type in ELSEWHERE:
        return Unknown(Reason.UNRESOLVED, ELSEWHERE[mount.type])
    if isinstance(tree, Unknown):
        return tree
    device = _device(mount, tree)
    return tree.pool_encrypted(device) if mount.type == "btrfs" else tree.encrypted(device)


def _device(mount: _Mount, tree: Blocks) -> str:
    """How the tree knows a mount: by its numbers, or by its path where they are made up."""
    return mount.numbers if mount.numbers in tree.ways else mount.device


_LSBLK = ("lsblk", "-J", "-b", "-o", "NAME,KNAME,TYPE,FSTYPE,UUID,MAJ:MIN,MOUNTPOINT")
_MOUNTINFO = "/proc/self/mountinfo"
_PLACED = (Volume, Swap, CryptMapping, EncryptedFolder, CoreDumps, CrashDumps)
SECTIONS = (
    Section("lsblk", "lsblk", (*_PLACED, LuksHeader), (_LSBLK,), given=("lsblk.json",)),
    Section(
        "mounts",
        _MOUNTINFO,
        _PLACED,
        (("cat", _MOUNTINFO),),
        given=(_MOUNTINFO, "mountinfo.txt"),
    ),
    Section(
        "swaps",
        "/proc/swaps",
        (Swap,),
        (("cat", "/proc/swaps"),),
        given=("/proc/swaps", "swaps.txt"),
    ),
)
READERS = {Volume: volumes, Swap: swaps}
