"""Dumps of databases, told by how the tools of today begin them. None encrypts by itself.

Sources: pg_dump 15 to 17, mysqldump 8, mariadb-dump 10.11 and 11, sqlite3 and mongodump.
"""

import re
from typing import Final

_DUMPS: Final = (
    (re.compile(rb"\APGDMP"), "pg_dump custom"),
    (re.compile(rb"\A(?:--\s*\n)*-- PostgreSQL database (?:cluster )?dump"), "pg_dump"),
    (re.compile(rb"\A(?:/\*M?!\d+.*\n)?-- (?:MySQL|MariaDB) dump "), "mysqldump"),
    (re.compile(rb"\APRAGMA foreign_keys=OFF;\r?\nBEGIN TRANSACTION;"), "sqlite3 .dump"),
    (re.compile(rb"\A\x6d\xe2\x99\x81"), "mongodump archive"),
    (re.compile(rb"(?m)^COPY [\w.\"]+ \([^)\n]*\) FROM stdin;"), "SQL"),
    (re.compile(rb"(?mi)^INSERT INTO [\w.\"`]+ (?:\([^)\n]*\) )?VALUES\s*\("), "SQL"),
    (re.compile(rb"\ASQLite format 3\0"), "SQLite database"),
)
_NAMED: Final = re.compile(r"\.(?:sql|dump|dmp|pgdump|bak)\b|(?:pg|mysql|maria)_?dump", re.I)
_TAR_TOC: Final = re.compile(rb"\Atoc\.dat\0")


def dump(head: bytes) -> str:
    """Which tool dumped the database this begins with; empty where it is no dump."""
    if _TAR_TOC.search(head) and b"PGDMP" in head[:2048]:
        return "pg_dump tar"
    return next((name for pattern, name in _DUMPS if pattern.search(head)), "")


def dump_by_name(name: str) -> str:
    """What the name alone says of a file whose bytes are hidden."""
    return "dump by its name" if _NAMED.search(name) else ""
