"""A sample of values looked at here, where the mandate lets values come: what SQL cannot see into.

Compressed and UTF-16 content, base64 inside documents. Values are counted and dropped; a bounded
number of bytes of a database is read so.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rempart.collectors.database.discovery.counts import ENOUGH, Counted
from rempart.collectors.database.discovery.dialects import Postgresql
from rempart.collectors.database.discovery.samples import Sample
from rempart.collectors.values import Column

ROWS: Final = 500  # rows of a column that come over
BYTES: Final = 8_192  # of a value that come over
BUDGET: Final = 64 << 20  # bytes of a database that come over
UNPACKED: Final = 1 << 20  # bytes that a packed value may become
DEPTH: Final = 3  # envelopes around a value
_WORDS: Final = re.compile(r"[A-Za-z0-9+/_-]{18,}={0,2}")
_TOKENS: Final = 50  # words of a text that are tried
_UTF16: Final = re.compile(rb"(?:[\x20-\x7e\r\n\t]\x00){8}|(?:\x00[\x20-\x7e\r\n\t]){8}")


@dataclass(slots=True)
class Budget:
    """Bytes that may still come over."""

    left: int = BUDGET


def scanned(
    session: Any,  # noqa: ANN401
    sample: Sample,
    column: Counted,
    budget: Budget,
    seconds: float,
) -> Column | None:
    """The column's values as they look once unpacked; None where none was asked for.

    Raises CollectError.
    """
    if column.field.kind not in ("text", "document", "binary") or not _hides(column):
        return None
    dialect, name = sample.dialect, sample.dialect.name(column.field.name)
    if column.field.kind == "binary":
        value = dialect.hexed(f"substring({name} from 1 for {BYTES})")
    else:
        text = f"{name}::text" if isinstance(dialect, Postgresql) else name
        value = f"substr({text}, 1, {BYTES})"
    most = min(ROWS, budget.left // (2 * BYTES))
    if most < ENOUGH:
        return None
    rows = session.ask(
        f"SELECT {value} FROM {sample.origin} WHERE {name} IS NOT NULL LIMIT {most}",  # noqa: S608
        seconds=seconds,
    )
    found = Column(column.field.shown)
    for (one,) in rows:
        budget.left -= len(one or "")
        raw = bytes.fromhex(one) if one and column.field.kind == "binary" else one
        found.add(b" ".join(reversed(list(_contents(raw)))) if raw else None)  # innermost first
    return found


def _hides(column: Counted) -> bool:
    return column.sampled >= ENOUGH and (
        column.field.kind != "text"
        or max(column.forms.get("long", 0), column.forms.get("spelt", 0)) >= ENOUGH
    )


def _contents(value: bytes | str, depth: int = 0) -> Iterator[bytes]:
    """What stands in a value, envelope after envelope."""
    if isinstance(value, str):
        value = value.encode("utf-8", "replace")
    yield value
    if depth == DEPTH or not value:
        return
    inflated = _inflated(value)
    if inflated:
        yield from _contents(inflated, depth + 1)
    elif _UTF16.search(value[:64]):
        order = "utf-16-be" if value[:1] == b"\0" else "utf-16-le"
        yield from _contents(value.removeprefix(b"\xff\xfe").decode(order, "replace"), depth + 1)
    else:
        for word in _WORDS.findall(value.decode("latin-1"))[:_TOKENS]:
            yield from _contents(_decoded(word), depth + 1)


def _inflated(value: bytes) -> bytes:
    """Deflated content up to a limit, empty where it is none."""
    if value[:2] not in (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        return b""
    try:
        return zlib.decompressobj(wbits=47).decompress(value, UNPACKED)
    except zlib.error:
        return b""


def _decoded(word: str) -> bytes:
    bare = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return b""
