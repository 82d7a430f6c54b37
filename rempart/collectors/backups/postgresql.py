"""Backups of PostgreSQL: pgBackRest, barman, pg_basebackup, and dumps in a folder.

Sources: pgbackrest.org configuration (repo-cipher-type: none or aes-256-cbc, files then begin as
OpenSSL's); docs.pgbarman.org 3.4 and 3.14 (backup.info, encryption); pg_basebackup(1).
"""

import re
from typing import Final

from rempart.collectors.artefacts.recognition import kind
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.store import Store, counted

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
    backups = [folder.newest(stanza) for stanza in folder.folders(b"backup")]
    newest = max((one for one in backups if one is not None), default=None)
    mode, cipher = "aes-256-cbc", "AES256-CBC"
    return counted("pgBackRest", len(told), clear, newest, mode=mode, cipher=cipher)


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
    return counted("barman", len(infos), clear, folder.newest(b"base"), mode="gpg", own=False)


def basebackup(folder: Folder) -> Store | None:
    """What pg_basebackup writes, as a data directory or as tar files."""
    names = folder.names()
    if {b"PG_VERSION", b"global", b"base"} <= names:
        tool = "pg_basebackup" if b"backup_label" in names else "PostgreSQL data directory"
        return counted(tool, 1, 1, folder.newest(b""), own=False)
    tars = [file for file in folder.files() if _TAR.match(file)]
    if b"backup_manifest" not in names or not tars:
        return None
    clear = sum(not kind(folder.read(file), file.decode("latin-1")).encrypted for file in tars)
    return counted("pg_basebackup", len(tars), clear, folder.newest(b""), own=False)


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
    return counted(tool, count, count, folder.newest(b""))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name
