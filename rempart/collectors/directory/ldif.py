"""Entries of an LDIF file, as `slapcat`, `ldapsearch` and `ldifde` write them.

Source: RFC 2849. Folded lines, base64 values and comments are read; values by URL are not
fetched; change records other than additions are passed over. Of passwords only what tells the
scheme is kept, from the moment a line is read.
"""

import base64
import binascii
import codecs
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rempart.collectors.directory import active_directory, freeipa, members, openldap
from rempart.collectors.directory.entries import Entry, below
from rempart.collectors.directory.schemes import reduced
from rempart.collectors.text import clean
from rempart.collectors.tree import opened
from rempart.errors import Limited, Truncated, Unreachable

MOST: Final = 1 << 30
LONGEST: Final = 1 << 20  # bytes of one value
MOST_ENTRIES: Final = 500_000
# What readers look at; the rest of an entry is forgotten as it is read.
KEPT: Final = frozenset(
    name.lower()
    for name in (
        *(*active_directory.DOMAIN, *active_directory.SETTINGS, *members.ATTRIBUTES, "objectSid"),
        *(*openldap.RULES, *openldap.OVERLAY, "olcPasswordHash", "userPassword"),
        *freeipa.RULES,
    )
)


@dataclass(frozen=True, slots=True)
class File:
    """A directory as a file holds it."""

    path: Path
    found: tuple[Entry, ...]
    root: Entry
    offline: bool = True

    @property
    def source(self) -> str:
        """The file's name."""
        return clean(self.path.name)

    def entries(
        self,
        base: str,
        classes: Sequence[str],
        attributes: Sequence[str],
        filter_: str = "",
    ) -> Iterator[Entry]:
        """Entries of these classes below a name."""
        wanted = tuple(one.lower() for one in classes)
        return (
            one for one in self.found if (not wanted or one.is_a(*wanted)) and below(one.dn, base)
        )


def read(path: Path) -> File:
    """The file, read once. Raises Unreachable, Truncated (no LDIF in it) or Limited."""
    try:
        size = path.stat().st_size
        if size > MOST:
            raise Limited(f"{clean(path.name)}: more than {MOST >> 20} MB")
        with os.fdopen(opened(path.parent, os.fsencode(path.name)), "rb") as file:
            found = tuple(entries(_as_utf8(file), clean(path.name)))
    except OSError as error:
        raise Unreachable(
            f"{clean(path.name)}: {(error.strerror or 'unreadable').lower()}"
        ) from None
    if not found:
        raise Truncated(f"{clean(path.name)}: no entry of a directory in it")
    return File(path, found, Entry(""))


def _as_utf8(file: BinaryIO) -> BinaryIO:
    """The file past its mark; `ldifde -u` writes UTF-16, which is turned into UTF-8."""
    head = file.read(3)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return io.BytesIO((head + file.read()).decode("utf-16", "replace").encode())
    if head != codecs.BOM_UTF8:
        file.seek(0)
    return file


def entries(file: BinaryIO, name: str = "") -> Iterator[Entry]:
    """The entries of a file, one at a time. Raises Limited where there are too many."""
    dn, values, line, changed, count = "", dict[str, list[bytes]](), 0, False, 0
    for number, attribute, value in _pairs(file):
        if attribute == "":
            if dn and not changed:
                count += 1
                yield Entry(dn, {key: tuple(each) for key, each in values.items()}, line)
            dn, values, changed = "", {}, False
        elif attribute == "dn":
            dn, line = value.decode("utf-8", "replace"), number
        elif attribute == "changetype":
            changed = value.strip().lower() != b"add"
        else:
            plain = attribute.partition(";")[0]
            if dn and plain in KEPT:
                kept = reduced(value) if plain == "userpassword" else value
                values.setdefault(plain, []).append(kept)
        if count >= MOST_ENTRIES:
            raise Limited(f"{name}: more than {MOST_ENTRIES} entries")


def _pairs(file: BinaryIO) -> Iterator[tuple[int, str, bytes]]:
    """Line, attribute and value, an empty attribute between entries and at the end."""
    for number, line in _lines(file):
        if not line:
            yield number, "", b""
        elif not line.startswith(b"#"):
            attribute, colon, rest = line.partition(b":")
            if colon:
                value = _value(rest)
                if value is not None:
                    yield number, attribute.decode("ascii", "replace").strip().lower(), value
    yield 0, "", b""


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines put together again where they were folded; what is too long of one is left out."""
    parts: list[bytes] = []
    start = number = size = 0
    while raw := file.readline(LONGEST):
        number += 1
        line = raw.rstrip(b"\r\n")
        if line[:1] == b" " and parts:
            if size < LONGEST:
                parts.append(line[1:])
                size += len(line)
            continue
        if parts:
            yield start, b"".join(parts)
        parts, start, size = [line], number, len(line)
    if parts:
        yield start, b"".join(parts)


def _value(rest: bytes) -> bytes | None:
    """A value as written, or out of base64; None for one that stands elsewhere."""
    if rest.startswith(b"<"):
        return None
    if rest.startswith(b":"):
        try:
            return base64.b64decode(rest[1:].strip(), validate=True)
        except (binascii.Error, ValueError):
            return None
    return rest.removeprefix(b" ")
