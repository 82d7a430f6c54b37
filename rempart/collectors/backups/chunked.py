"""Backup tools that always encrypt, and duplicity, which does unless told not to.

Sources: restic's design (repository format, keys); kopia's repository format; duplicity(1) and its
file_naming.py; rdiff-backup; XtraBackup's xbcrypt.
"""

import json
import re
from typing import Any, Final

from rempart.collectors.artefacts.recognition import kind
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.store import Store, among, counted
from rempart.collectors.text import clean

_DUPLICITY: Final = re.compile(
    rb"duplicity-(?:full|new|inc|full-signatures|new-signatures)\.[\dTZto.]+"
    rb"(?:\.vol\d+\.difftar|\.sigtar|\.manifest|vol\d+\.difftar|sigtar|manifest)"
    rb"(?:\.(?:gz|gpg|g|z))?\Z"
)
_PIECES: Final = 200  # volumes of a set that are looked at
_XBCRYPT: Final = b"XBCRYP"


def restic(folder: Folder) -> Store | None:
    """A repository of restic or rustic: its key files say how the key is wrapped."""
    if not {b"config", b"data", b"keys", b"snapshots"} <= folder.names():
        return None
    keys = [_object(folder.read(file)) for file in folder.files(b"keys")[:100]]
    keys = [one for one in keys if "kdf" in one and "data" in one]
    costs = [one["N"] for one in keys if isinstance(one.get("N"), int) and one["N"] < 1 << 40]
    made = [str(one.get("created", ""))[:10] for one in keys]
    return Store(
        "restic",
        True if keys else None,
        "repository key" if keys else "",
        cipher="AES256-CTR-Poly1305" if keys else "",
        derivation=clean(str(keys[0]["kdf"]), 40) if keys else "",
        cost=min(costs, default=None),
        key_place="inside" if keys else None,
        looked=len(keys),
        newest=folder.newest(b"snapshots"),
        made=min((day for day in made if re.fullmatch(r"\d{4}-\d\d-\d\d", day)), default=""),
        why="" if keys else "its key files could not be read",
    )


def kopia(folder: Folder) -> Store | None:
    """A repository of kopia: the format file names the cipher and the derivation."""
    name = next((one for one in folder.files() if one.startswith(b"kopia.repository")), b"")
    told = _object(folder.read(name)) if name else {}
    if "uniqueID" not in told:
        return None
    derivation, _, cost = clean(str(told.get("keyAlgo", "")), 60).partition("-")
    cipher = clean(str(told.get("encryption", "")), 60)
    cost = cost.partition("-")[0]
    return Store(
        "kopia",
        True,
        cipher,
        cipher=cipher,
        derivation=derivation,
        cost=int(cost) if cost.isdecimal() and len(cost) < 12 else None,
        key_place="inside",
        looked=1,
        newest=folder.newest(b""),
        identity=clean(str(told["uniqueID"]), 100),
    )


def duplicity(folder: Folder) -> Store | None:
    """Sets of duplicity: the bytes of each volume tell, whatever its suffix says."""
    files = [file for file in folder.files() if _DUPLICITY.match(file)]
    if not any(b"difftar" in file for file in files):
        return None  # a cache of its own has manifests and signatures alone
    half = _PIECES // 2
    chosen = files if len(files) <= _PIECES else files[:half] + files[-half:]
    kinds = [kind(folder.read(file), file.decode("latin-1")) for file in chosen]
    sealed = [one for one in kinds if one.encrypted]
    clear = len(kinds) - len(sealed)
    state = among(len(kinds), clear)
    first = sealed[0] if sealed and not clear else None
    return Store(
        "duplicity",
        not clear,
        (first.encryption if first else state) if state != "mixed" else state,
        cipher=first.cipher if first else "",
        derivation=first.derivation if first else "",
        cost=first.cost if first else None,
        key_place="outside" if sealed else "none",
        looked=len(kinds),
        clear=clear,
        newest=folder.newest(b""),
    )


def mariabackup(folder: Folder) -> Store | None:
    """What mariabackup and XtraBackup write: tablespaces one by one, or streams of xbcrypt."""
    names = folder.names()
    marks = (b"xtrabackup_checkpoints", b"mariadb_backup_checkpoints", b"xtrabackup_info")
    if not any(name.startswith(mark) for name in names for mark in marks):
        return None
    pieces = [file for file in folder.files() if _data(file)]
    for below in folder.folders():
        pieces += [file for file in folder.files(below) if _data(file)]
    pieces = pieces[:_PIECES]
    sealed = sum(_sealed(folder.read(file), file) for file in pieces)
    clear = len(pieces) - sealed
    return counted("mariabackup", len(pieces), clear, folder.newest(b""), own=False)


def _data(path: bytes) -> bool:
    suffixes = (b".ibd", b".xbcrypt", b".MYD", b".MAD", b"ibdata1", b"ib_logfile0", b".CSV")
    return path.endswith(suffixes)


def _sealed(head: bytes, path: bytes) -> bool:
    if head.startswith(_XBCRYPT):
        return True
    return bool(path.endswith(b".ibd") and kind(head, path.decode("latin-1")).encrypted)


def rdiff(folder: Folder) -> Store | None:
    """A mirror of rdiff-backup: files as they were, none encrypted."""
    if b"rdiff-backup-data" not in folder.names():
        return None
    return counted("rdiff-backup", 1, 1, folder.newest(b"rdiff-backup-data"), own=False)


def _object(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
