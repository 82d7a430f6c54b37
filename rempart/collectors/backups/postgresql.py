"""Backups of PostgreSQL: pgBackRest, barman, pg_basebackup, and dumps in a folder.

Sources: pgbackrest.org configuration (repo-cipher-type: none or aes-256-cbc, files then begin as
OpenSSL's); docs.pgbarman.org 3.4 and 3.14 (backup.info, encryption); pg_basebackup(1).
"""

import re
from typing import Final

from rempart.collectors.artefacts.recognition import kind
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.store import Store, among

_SALTED: Final = b"Salted__"
_CLEAR: Final = b"[backrest]"
_PIECES: Final = 400  # files of a repository that are looked at
_TAR: Final = re.compile(rb"(?:base|\d+|pg_wal)\.tar(?:\.\w+)*\Z")
_DATA: Final = re.compile(rb"\A\d+\.dat(?:\.\w+)?\Z")
_BSON: Final = re.compile(rb"\.bson(?:\.gz)?\Z")
_ENCRYPTION: Final = re.compile(rb"(?m)^encryption=(\w+)$")


def pgbackrest(folder: Folder) -> Store | None:
    """The repository in this folder: its info files and manifests tell, for each stanza."""
    if not folder.names() & {b"backup", b"archive"}:
        return None
    pieces = [
        folder.read(file, 16)
        for kept in (b"archive", b"backup")
        for stanza in folder.folders(kept)
        for file in (*folder.files(stanza), *_manifests(folder, stanza))[:_PIECES]
        if file.rpartition(b"/")[2].startswith((b"backup.", b"archive.info"))
    ]
    told = [one for one in pieces if one.startswith((_SALTED, _CLEAR))]
    if not told:
        return None
    clear = sum(one.startswith(_CLEAR) for one in told)
    state = among(len(told), clear)
    backups = [folder.newest(stanza) for stanza in folder.folders(b"backup")]
    return Store(
        "pgBackRest",
        not clear,
        "aes-256-cbc" if state == "encrypted" else state,
        cipher="" if clear else "AES256-CBC",
        key_place="outside" if clear < len(told) else "none",
        looked=len(told),
        clear=clear,
        newest=max((one for one in backups if one is not None), default=None),
    )


def _manifests(folder: Folder, stanza: bytes) -> tuple[bytes, ...]:
    """The manifests of the backup sets of a stanza."""
    return tuple(
        file
        for set_ in folder.folders(stanza)[-40:]
        for file in folder.files(set_)
        if b"/backup.manifest" in file
    )


def barman(folder: Folder) -> Store | None:
    """A server of barman: `base/ID/backup.info` beside `wals`."""
    if not {b"base", b"wals"} <= folder.names():
        return None
    infos = [folder.read(_join(one, b"backup.info")) for one in folder.folders(b"base")]
    infos = [one for one in infos if b"begin_wal=" in one or b"backup_label=" in one]
    if not infos:
        return None
    modes = [_ENCRYPTION.search(one) for one in infos]
    clear = sum(match is None or match[1] == b"None" for match in modes)
    state = among(len(infos), clear)
    return Store(
        "barman",
        not clear,
        "gpg" if state == "encrypted" else state,
        key_place="none" if clear == len(infos) else "outside",
        own_encryption=clear < len(infos),
        looked=len(infos),
        clear=clear,
        newest=folder.newest(b"base"),
    )


def basebackup(folder: Folder) -> Store | None:
    """What pg_basebackup writes, as a data directory or as tar files."""
    names = folder.names()
    if {b"PG_VERSION", b"global", b"base"} <= names:
        return Store(
            "pg_basebackup" if b"backup_label" in names else "PostgreSQL data directory",
            False,
            "none",
            key_place="none",
            own_encryption=False,
            looked=1,
            clear=1,
            newest=folder.newest(b""),
        )
    tars = [file for file in folder.files() if _TAR.match(file)]
    if b"backup_manifest" not in names or not tars:
        return None
    clear = sum(not kind(folder.read(file), file.decode("latin-1")).encrypted for file in tars)
    state = among(len(tars), clear)
    return Store(
        "pg_basebackup",
        not clear,
        state,
        key_place="none" if clear == len(tars) else "outside",
        own_encryption=clear < len(tars),
        looked=len(tars),
        clear=clear,
        newest=folder.newest(b""),
    )


def directory_dump(folder: Folder) -> Store | None:
    """A dump in a folder: pg_dump's `-Fd`, or mongodump's files of a database. None encrypts."""
    files = folder.files()
    if b"toc.dat" in files and folder.read(b"toc.dat", 5) == b"PGDMP":
        tool, pieces = "pg_dump", [file for file in files if _DATA.search(file)]
    else:
        tool, pieces = "mongodump", [file for file in files if _BSON.search(file)]
        if not pieces or not any(file.endswith(b".metadata.json") for file in files):
            return None
    count = len(pieces) + (tool == "pg_dump")
    return Store(
        tool,
        False,
        "none",
        key_place="none",
        looked=count,
        clear=count,
        newest=folder.newest(b""),
    )


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name
