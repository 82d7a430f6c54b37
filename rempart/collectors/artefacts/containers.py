"""Volumes in files: LUKS headers with the work each key slot asks, BitLocker, ext4, swap.

Sources: LUKS1 on-disk format 1.2.3; LUKS2 on-disk format 1.1.1; mkswap(8); ext4's superblock;
ecryptfs' format; zfs_ioctl.h of OpenZFS 2.2 (send streams).
"""

import json
from typing import Any, Final

from rempart.collectors.artefacts.kinds import ARCHIVE, CONTAINER, MEMORY, MESSAGE, Kind
from rempart.collectors.text import clean

LUKS: Final = b"LUKS\xba\xbe"
BITLOCKER: Final = b"-FVE-FS-"
SWAP: Final = (b"SWAPSPACE2", b"SWAP-SPACE")
WEAKEST: Final = ("pbkdf2", "argon2i", "argon2id")
MOST: Final = 1 << 40  # a figure in a header is anybody's word
_SLOTS: Final = 8
_ACTIVE: Final = 0x00AC71F3
_ENCRYPT: Final = 0x10000  # ext4's incompatible feature `encrypt`
_ECRYPTFS: Final = 0x3C81B7F5
_STREAM: Final = 0x2F5BACBAC  # DMU_BACKUP_MAGIC
_RAW: Final = 1 << 24  # DMU_BACKUP_FEATURE_RAW


def container(head: bytes) -> Kind | None:
    """The volume that begins here; None where none does."""
    if head.startswith(LUKS):
        return _luks1(head) if head[6:8] == b"\0\1" else _luks2(head)
    if head[3:11] == BITLOCKER:
        return Kind(encryption="BitLocker", family=CONTAINER, format="BitLocker", encrypted=True)
    if head[4086:4096] in SWAP:
        return Kind(family=MEMORY, format="swap area")
    if head[1080:1082] == b"\x53\xef" and len(head) > 2048:
        return _ext(head)
    return _zfs(head)


def ecryptfs(head: bytes) -> bool:
    """Whether a file carries the marker of eCryptfs: two words that differ by a constant."""
    if len(head) < 16:
        return False
    first, second = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
    return first ^ second == _ECRYPTFS


def _zfs(head: bytes) -> Kind | None:
    """A stream of `zfs send`: its features say whether it was sent raw, and so encrypted."""
    told = head[8:16]
    if told not in (_STREAM.to_bytes(8, "little"), _STREAM.to_bytes(8, "big")) or any(head[:4]):
        return None
    words = head[16:24] if told[0] == 0 else head[16:24][::-1]
    features = int.from_bytes(words, "big") >> 2
    raw = bool(features & _RAW)
    named = "ZFS raw stream" if raw else ""
    return Kind(encryption=named, family=ARCHIVE, format="zfs send stream", encrypted=raw)


def lower_file(head: bytes) -> Kind | None:
    """A file under eCryptfs, as the disk has it."""
    if not ecryptfs(head):
        return None
    return Kind(encryption="eCryptfs", family=MESSAGE, format="eCryptfs", encrypted=True)


def _ext(head: bytes) -> Kind:
    """A file system image is clear; with the feature `encrypt` some of its folders may not be."""
    if int.from_bytes(head[1024 + 0x60 : 1024 + 0x64], "little") & _ENCRYPT:
        why = (
            "some of its folders may be encrypted (fscrypt): which, is not told by its first bytes"
        )
        return Kind(family=CONTAINER, format="ext4, fscrypt", encrypted=None, why=why)
    return Kind(family=CONTAINER, format="ext file system")


def _luks1(head: bytes) -> Kind:
    words = [head[at : at + 32].split(b"\0")[0].decode("ascii", "replace") for at in (8, 40, 72)]
    slots = [208 + 48 * place for place in range(_SLOTS)]
    costs = [
        int.from_bytes(head[at + 4 : at + 8], "big")
        for at in slots
        if int.from_bytes(head[at : at + 4], "big") == _ACTIVE
    ]
    cipher = clean(f"{words[0]}-{words[1]}-{int.from_bytes(head[108:112], 'big') * 8}", 80)
    return _luks("LUKS1", cipher, clean(f"pbkdf2 {words[2]}", 40), min(costs, default=None))


def _luks2(head: bytes) -> Kind:
    size = int.from_bytes(head[8:16], "big")
    text = head[4096 : min(size, len(head))].split(b"\0")[0]
    try:
        told = json.loads(text)
        slots = [slot for slot in told["keyslots"].values() if slot["type"] == "luks2"]
        cipher = next(iter(told["segments"].values()))["encryption"]
        bits = min(slot["key_size"] for slot in slots) * 8
        weakest = min((slot["kdf"] for slot in slots), key=_rank)
        return _luks("LUKS2", clean(f"{cipher}-{bits}", 80), *_work(weakest))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        return _luks("LUKS2", "", "", None)


def _luks(format_: str, cipher: str, derivation: str, cost: int | None) -> Kind:
    return Kind(
        encryption=f"{format_} {cipher}".strip(),
        family=CONTAINER,
        format=format_,
        encrypted=not cipher.startswith("cipher_null"),
        cipher=cipher,
        derivation=derivation,
        cost=cost,
    )


def _rank(kdf: dict[str, Any]) -> tuple[int, int]:
    """Weakest first: the function, then how much work it asks."""
    place = WEAKEST.index(kdf["type"]) if kdf["type"] in WEAKEST else -1
    return place, int(kdf.get("memory", kdf.get("iterations", 0)))


def _work(kdf: dict[str, Any]) -> tuple[str, int]:
    if kdf["type"] == "pbkdf2":
        return clean(f"pbkdf2 {kdf['hash']}", 40), min(int(kdf["iterations"]), MOST)
    return clean(str(kdf["type"]), 40), min(int(kdf["memory"]), MOST)
