"""Folders that a file system in user space encrypts: gocryptfs, EncFS, CryFS, eCryptfs.

Sources: gocryptfs' CONFIG_FORMAT; EncFS' .encfs6.xml; CryFS' config header; ecryptfs(7).
"""

import json
import re
from typing import Final

from rempart.collectors.artefacts.containers import ecryptfs as is_ecryptfs
from rempart.collectors.backups.folder import Folder
from rempart.collectors.backups.store import Store

_NAMED: Final = b"ECRYPTFS_FNEK_ENCRYPTED."


def gocryptfs(folder: Folder) -> Store | None:
    """A folder of gocryptfs; its configuration holds the wrapped key."""
    if b"gocryptfs.conf" not in folder.names():
        return None
    try:
        told = json.loads(folder.read(b"gocryptfs.conf"))
        cost, flags = int(told["ScryptObject"]["N"]), set(told["FeatureFlags"])
        wrapped = bool(told["EncryptedKey"])
    except (ValueError, KeyError, TypeError, RecursionError):
        why = "its configuration could not be read"
        return Store("gocryptfs", None, "", why=why)
    cipher = "XChaCha20-Poly1305" if "XChaCha20Poly1305" in flags else "AES256-GCM"
    cipher = "AES-SIV" if "AESSIV" in flags else cipher
    mode = "names in clear" if "PlaintextNames" in flags else "names encrypted"
    return Store(
        "gocryptfs",
        wrapped,
        mode,
        cipher=cipher,
        derivation="scrypt",
        cost=cost,
        key_place="inside",
        looked=1,
    )


def encfs(folder: Folder) -> Store | None:
    """A folder of EncFS."""
    if b".encfs6.xml" not in folder.names():
        return None
    told = folder.read(b".encfs6.xml")
    size = re.search(rb"<keySize>(\d{2,4})</keySize>", told)
    turns = re.search(rb"<kdfIterations>(\d{1,10})</kdfIterations>", told)
    name = re.search(rb"<cipherAlg[^>]*>\s*<name>ssl/(\w{2,12})</name>", told)
    cipher = f"{name[1].decode().upper()}{size[1].decode()}" if name and size else ""
    return Store(
        "EncFS",
        True if cipher and not cipher.startswith("NULL") else None,
        "EncFS 1",
        cipher=f"{cipher}-CBC" if cipher else "",
        derivation="pbkdf2 SHA-1" if turns else "",
        cost=int(turns[1]) if turns else None,
        key_place="inside",
        looked=1,
        why="" if cipher else "its configuration names no cipher known here",
    )


def cryfs(folder: Folder) -> Store | None:
    """A folder of CryFS; the cipher itself stands in the encrypted part of its configuration."""
    if not folder.read(b"cryfs.config", 64).startswith(b"cryfs.config"):
        return None
    return Store("CryFS", True, "CryFS", derivation="scrypt", key_place="inside", looked=1)


def ecryptfs(folder: Folder) -> Store | None:
    """A lower folder of eCryptfs: names under its prefix, or files with its marker."""
    files = folder.files()[:50]
    named = any(name.startswith(_NAMED) for name in folder.names())
    heads = [folder.read(file, 16) for file in files]
    marked = [is_ecryptfs(head) for head in heads if head]
    if not named and not (marked and all(marked)):
        return None
    clear = sum(not one for one in marked)
    return Store(
        "eCryptfs",
        not clear,
        "names encrypted" if named else "names in clear",
        cipher="AES-CBC" if not clear else "",
        key_place="outside",
        looked=max(len(marked), 1),
        clear=clear,
    )
