"""Files databases live in: SQLite and SQLCipher, InnoDB tablespaces, Parquet.

Sources: SQLite file format 1.3; SQLCipher design (salt in the first 16 bytes, pages of 1024 or
4096); MariaDB 10.11 fil0fil.h and fil0crypt.h (page 0 of a tablespace); Parquet Modular
Encryption of parquet-format 2.10.
"""

from typing import Final

from rempart.collectors.artefacts import thrift
from rempart.collectors.artefacts.kinds import DATABASE, TABLE, Kind
from rempart.collectors.entropy import looks_random

INNODB_CRYPT: Final = b"\x73\x0e\x0c\x52\x45\x74"  # the magic of an encrypted tablespace's page 0
_PAGES: Final = (4096, 8192, 16384, 32768, 65536)
_SQLITE: Final = (".db", ".sqlite", ".sqlite3", ".db3", ".s3db")
_SEALED: Final = b"PARE"
_PARQUET: Final = b"PAR1"
_ALGORITHM: Final = 8  # FileMetaData.encryption_algorithm
_ROW_GROUPS: Final = 4
_COLUMNS: Final = 1
_CRYPTO: Final = 8  # ColumnChunk.crypto_metadata


def database_file(head: bytes, name: str, size: int) -> Kind | None:
    """The database file that begins here; None where none does."""
    if head.startswith(b"SQLite format 3\0"):
        return Kind(dump="SQLite database", family=DATABASE, format="SQLite")
    if name.lower().endswith(".ibd"):
        return _tablespace(head)
    if name.lower().endswith(_SQLITE) and size and not size % 512:
        return _sealed_sqlite(head, size)
    return None


def _sealed_sqlite(head: bytes, size: int) -> Kind | None:
    """A file named as SQLite's, whole pages long, without its header and random throughout."""
    if not looks_random(head[: min(len(head), size)]):
        return None
    return Kind(
        encryption="SQLCipher",
        family=DATABASE,
        format="SQLite, header encrypted",
        encrypted=True,
    )


def _tablespace(head: bytes) -> Kind | None:
    """InnoDB of MariaDB: page 0 names the scheme and the key, data pages carry its version."""
    place = head.find(INNODB_CRYPT, 0, min(_PAGES[0] * 4, len(head)))
    if place < 0:
        if head[24:26] not in (b"\0\x08", b"\0\0"):  # FIL_PAGE_TYPE_FSP_HDR or allocated
            return None
        return Kind(family=DATABASE, format="InnoDB tablespace")
    scheme, length = head[place + 6], head[place + 7]
    version = int.from_bytes(head[place + 8 + length : place + 12 + length], "big")
    key = int.from_bytes(head[place + 12 + length : place + 16 + length], "big")
    if not scheme or not version:
        return Kind(family=DATABASE, format="InnoDB tablespace", cipher=f"key {key} unused")
    return Kind(
        encryption="InnoDB",
        family=DATABASE,
        format="InnoDB tablespace",
        encrypted=True,
        cipher=f"key {key} version {version}",
    )


def parquet(head: bytes, tail: bytes) -> Kind | None:
    """A Parquet file. A footer in clear says which columns are encrypted; it may be some only."""
    if head.startswith(_SEALED) and tail.endswith(_SEALED):
        return Kind(
            encryption="Parquet modular encryption",
            family=TABLE,
            format="Parquet, encrypted footer",
            encrypted=True,
        )
    if not head.startswith((_PARQUET, _SEALED)):
        return None
    if not (head.startswith(_PARQUET) and tail.endswith(_PARQUET)):
        why = "the file is cut: its footer is missing"
        return Kind(family=TABLE, format="Parquet", encrypted=None, why=why)
    length = int.from_bytes(tail[-8:-4], "little")
    if not 0 < length <= len(tail) - 8:
        why = "its footer was not reached"
        return Kind(family=TABLE, format="Parquet", encrypted=None, why=why)
    try:
        footer = thrift.struct(tail[-8 - length : -8])
    except ValueError:
        return Kind(family=TABLE, format="Parquet", encrypted=None, why="its footer is damaged")
    return _footer(footer)


def _footer(footer: thrift.Struct) -> Kind:
    """A column is encrypted where it is in every row group; the others lie as they are."""
    if _ALGORITHM not in footer:
        return Kind(family=TABLE, format="Parquet")
    groups = [
        thrift.structs(group.get(_COLUMNS)) for group in thrift.structs(footer.get(_ROW_GROUPS))
    ]
    columns = list(zip(*groups, strict=False))
    sealed = sum(all(_CRYPTO in chunk for chunk in column) for column in columns)
    cipher = "AES-GCM-CTR" if 2 in thrift.inner(footer[_ALGORITHM]) else "AES-GCM"
    named = "Parquet, clear footer"
    if columns and sealed == len(columns):
        return Kind("", "Parquet modular encryption", "", "", TABLE, named, True, cipher)
    told = f"{sealed} of {len(columns)} columns are encrypted"
    why = f"{told}: what the others hold decides"
    encrypted = None if sealed else False
    return Kind("", "", "", "", TABLE, named, encrypted, f"{cipher}, {told}", why=why)
