"""The tree of block devices: what lies under a mount, and whether something encrypts on the way.

Source: lsblk(8) of util-linux 2.27 and later, with --json. A device may stand on several others
(a volume group on two disks): it is encrypted only if every way down to a disk is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from rempart.check import Fact, Reason, Unknown, all_of
from rempart.collectors.text import clean
from rempart.errors import Truncated

LUKS = "crypto_LUKS"


class _Node(msgspec.Struct, frozen=True):
    """One device as lsblk prints it; older releases print fewer fields."""

    name: str
    kname: str = ""
    type: str = ""
    fstype: str | None = None
    uuid: str | None = None
    numbers: str = msgspec.field(name="maj:min", default="")
    mountpoint: str | None = None
    mountpoints: tuple[str | None, ...] = ()
    children: tuple["_Node", ...] = ()


class _Tree(msgspec.Struct, frozen=True):
    """The whole answer."""

    blockdevices: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a device down to a disk.

    `sealed` is the device that holds what an encrypting layer opened, empty when there is none;
    `format` its file system type as lsblk knows it; `bottom` the type of the lowest device.
    """

    bottom: str
    sealed: str = ""
    format: str = ""


@dataclass(slots=True)
class Blocks:
    """Ways down, by `major:minor` and by path; devices mounted; LUKS containers by path."""

    ways: dict[str, list[Way]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)  # every name of a device -> its path
    mounted: dict[str, str] = field(default_factory=dict)  # mount point -> path
    luks: list[str] = field(default_factory=list)
    pools: dict[str, str] = field(default_factory=dict)  # path of a btrfs device -> its UUID
    trails: dict[str, list[str]] = field(default_factory=dict)  # devices under one, itself first
    crypts: bool = False

    def encrypted(self, device: str) -> Fact:
        """Whether whatever is written to this device is encrypted before it reaches a disk."""
        ways = self.ways.get(device)
        if not ways:
            return Unknown(Reason.UNRESOLVED, f"lsblk does not show {device}")
        return all_of(*(_sealed(way) for way in ways))

    def pool_encrypted(self, device: str) -> Fact:
        """Whether every device of a btrfs file system is encrypted: it writes to all of them."""
        own = self.paths.get(device, device)
        uuid, mounted = self.pools.get(own, ""), set(self.mounted.values())
        facts = [self.encrypted(device)]
        for path, other in self.pools.items():
            if uuid and other:
                facts += [self.encrypted(path)] if other == uuid else []
            elif path != own and path not in mounted and self.encrypted(path) is not True:
                facts.append(Unknown(Reason.UNRESOLVED, f"{path} may be part of it"))
        return all_of(*facts)

    def trail(self, device: str) -> tuple[str, ...]:
        """The devices from this one down to its disks, each with its type: `sda2 part`."""
        return tuple(self.trails.get(device, ()))

    def sealed(self, device: str) -> Way | None:
        """The first way of an encrypted device: which container holds it."""
        return next((way for way in self.ways.get(device, ()) if way.sealed), None)


def _sealed(way: Way) -> Fact:
    if way.sealed:
        return True
    if way.bottom == "loop":
        return Unknown(Reason.UNRESOLVED, "a loop device: the volume of its file is not followed")
    return False


def blocks(text: str) -> Blocks:
    """The tree in lsblk's answer; raises Truncated when it is not one."""
    try:
        tree = msgspec.json.decode(text, type=_Tree)
    except (msgspec.MsgspecError, RecursionError):
        raise Truncated("lsblk: the answer is no device tree") from None
    found = Blocks()
    verified = set(_verified(tree.blockdevices))
    above: tuple[str, ...] = ()
    waiting = [(node, Way(node.type), "", above) for node in reversed(tree.blockdevices)]
    while waiting:
        node, way, under, above = waiting.pop()
        trail = (clean(f"{node.name} {node.type}", 80), *above)
        path = f"/dev/{node.kname or node.name}"
        if node.type == "crypt" and node.name not in verified:
            found.crypts = True
            way = Way(way.bottom, under, way.format)
        _note(found, node, path, way, trail)
        kept = way if way.sealed else Way(way.bottom, "", node.fstype or "")
        waiting += [(child, kept, path, trail) for child in reversed(node.children)]
    return found


def _verified(nodes: Iterable[_Node]) -> Iterator[str]:
    """Devices that dm-verity or dm-integrity makes: lsblk calls them crypt, nothing encrypts."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if (node.fstype or "").startswith("DM_"):
            yield from (child.name for child in node.children)
        waiting += node.children


def _note(found: Blocks, node: _Node, path: str, way: Way, trail: tuple[str, ...]) -> None:
    for name in {node.numbers, path, f"/dev/{node.name}", f"/dev/mapper/{node.name}"}:
        found.paths[name] = path
        ways = found.ways.setdefault(name, [])
        if way not in ways:
            ways.append(way)
        known = found.trails.setdefault(name, [])
        known += [each for each in trail if each not in known]
    if node.fstype == LUKS and path not in found.luks:
        found.luks.append(path)
    if node.fstype == "btrfs":
        found.pools[path] = node.uuid or ""
    for point in (node.mountpoint, *node.mountpoints):
        if point and point.startswith("/"):
            found.mounted.setdefault(point, path)
