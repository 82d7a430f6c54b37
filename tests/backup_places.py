"""Places of backups as tools leave them, made small, and the collector that looks at them."""

import json
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import backups
from rempart.observations.backups import BackupRepository
from rempart.observations.keys import StoredKey
from rempart.transport.access import Access

RECORDED = Path(__file__).parent / "recorded" / "artefacts"
ALL = frozenset(backups.BRINGS)


def seen(
    path: Path, *, on: str = "", wanted: Iterable[type[Observation]] = ALL, **more: Any
) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="nightly", kind="backup", path=path, on=on, restored=None, **more)
    access = Access.offline(subject)
    host = SimpleNamespace(id="h", ssh="local", become="", bundle=None, captured=None)
    access.inventory = SimpleNamespace(by_id={"h": host})
    return list(backups.collect(subject, access, frozenset(wanted)))


def stored(path: Path) -> list[StoredKey]:
    return [one for one in seen(path, wanted=[StoredKey]) if isinstance(one, StoredKey)]


def repository(path: Path) -> BackupRepository:
    (found,) = seen(path, wanted=[BackupRepository])
    assert isinstance(found, BackupRepository)
    return found


def restic(folder: Path, **key: Any) -> Path:
    for name in ("data", "index", "keys", "locks", "snapshots"):
        (folder / name).mkdir(parents=True)
    (folder / "config").write_bytes(os.urandom(200))
    told = {"created": "2026-01-02T03:04:05Z", "kdf": "scrypt", "N": 32768, "data": "x", **key}
    (folder / "keys" / "ab").write_text(json.dumps(told))
    return folder


def borg(folder: Path, *kinds: int, key: str = "") -> Path:
    (folder / "data" / "0").mkdir(parents=True)
    (folder / "config").write_text(f"[repository]\nversion = 1\nid = {'ab' * 32}\n{key}")
    segment = b"BORG_SEG"
    for kind in kinds:
        body = bytes(32) + bytes([kind]) + bytes(20)
        segment += struct.pack("<IIB", 0, len(body) + 9, 0) + body
    (folder / "data" / "0" / "1").write_bytes(segment + struct.pack("<IIB", 0, 9, 2))
    return folder


def pgbackrest(folder: Path, *clear: bool) -> Path:
    for number, is_clear in enumerate(clear):
        place = folder / "backup" / f"s{number}"
        place.mkdir(parents=True)
        head = b"[backrest]\n" if is_clear else b"Salted__" + bytes(16)
        (place / "backup.info").write_bytes(head)
    return folder
