"""What a column holds that cannot be read: ciphertext by its header and shape, hashes, documents.

The server looks at bytes; lengths and counts come back, and of OpenPGP packets the numbers of the
cipher, the key derivation and its hash (RFC 4880, 5.3 and 3.7), which say nothing of the content.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, Final

from rempart.collectors.database.discovery.counts import ENOUGH, Counted, one_row
from rempart.collectors.database.discovery.packets import DIGITS, headers, with_headers
from rempart.collectors.database.discovery.samples import Sample, bare
from rempart.observations.columns import SealedColumn

HEAD: Final = 64  # bytes that tell a form
BLOCK: Final = 16
PLACES: Final = (1, 7, 11)  # of bytes that differ in every value that is random
MAGIC: Final = {
    "openssl": ("53616C7465645F5F",),
    "fernet": ("8000000000",),
    "document": (
        *("25504446", "89504E47", "FFD8FF", "504B0304", "1F8B08", "49492A00", "4D4D002A"),
        *("D0CF11E0", "47494638", "377ABCAF", "28B52FFD"),
    ),
    "openpgp": ("C3", "8C", "8D", "C1", "84", "85", "86"),
}
HASHES: Final = {16: "MD5", 20: "SHA-1", 28: "SHA-224", 32: "SHA-256", 48: "SHA-384", 64: "SHA-512"}
_HASH: Final = re.compile(
    r"hash|(^|_)sha(\d|_|$)|sha\d|md5|digest|empreinte|condensat|pseudo", re.IGNORECASE
)
_TOKEN: Final = re.compile(
    r"token|jeton|uuid|guid|nonce|(^|_)(iv|id|ref|sel|salt)($|_)|session", re.IGNORECASE
)
_CIPHER: Final = re.compile(
    r"(^|_)enc(_|$)|encr|crypt|chiffr|cipher|sealed|verschl|geheim", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bytes:
    """Counts over the first bytes of the values; `magic` by form, `places` by place."""

    values: int
    distinct: int
    shortest: int
    longest: int
    blocks: int
    readable: int
    magic: dict[str, int]
    places: tuple[int, ...]

    def mostly(self, count: int) -> bool:
        """Whether so many of the values are nearly all of them."""
        return count >= ENOUGH and count * 10 >= self.values * 9

    @property
    def random(self) -> bool:
        """Whether bytes differ as often as those of noise do."""
        expected = 256 * (1 - math.exp(-self.distinct / 256))
        return all(count >= 0.8 * expected for count in self.places)


def sealed(session: Any, sample: Sample, column: Counted, seconds: float) -> SealedColumn | None:  # noqa: ANN401
    """What the column's values are where they cannot be read. Raises CollectError.

    The form `hash` is a column of hashes, to be compared.
    """
    for form in ("vault", "jwe"):
        if column.forms.get(form, 0) * 10 >= column.sampled * 9 > 0:
            return SealedColumn(form, column.sampled, 0, 0, 0)
    if not _worth_asking(column):
        return None
    seen = _bytes(session, sample, column, seconds)
    form = _form(column, seen)
    if not form:
        return None
    found = SealedColumn(
        *(form, seen.values, seen.values - seen.distinct, seen.shortest, seen.longest),
        blocks=seen.blocks == seen.values,
    )
    if form != "openpgp":
        return found
    packets = headers(session, sample.dialect, _origin(sample, column), seconds)
    return with_headers(found, packets)


def _worth_asking(column: Counted) -> bool:
    spelt = max(column.forms.get("spelt", 0), column.forms.get("armoured", 0))
    kind = column.field.kind
    return column.sampled >= ENOUGH and (kind == "binary" or (kind == "text" and spelt >= ENOUGH))


def _origin(sample: Sample, column: Counted) -> str:
    """The column's values as their first bytes, `b`, and their size, `n`."""
    dialect = sample.dialect
    if column.field.kind == "binary":
        name = dialect.name(column.field.name)
        listed = f"substring({name} from 1 for {HEAD}) AS b, octet_length({name}) AS n"
        return f"{dialect.inner(listed, sample.origin)} AS bytes"
    armour = dialect.from_base64(dialect.found("r0", "[A-Za-z0-9+/]{24}"))
    decoded = (
        f"CASE WHEN k0 = 'h' THEN {dialect.from_hex(bare('r0'))}"
        f" WHEN k0 = 'b' THEN {dialect.from_base64('r0')}"
        f" WHEN r0 LIKE '-----BEGIN PGP%' THEN {armour} END AS b"
    )
    whole = f"({sample.compacted((column.field,), decoded)}) AS whole"
    head = f"substring(b from 1 for {HEAD}) AS b, octet_length(b) AS n"
    return f"{dialect.inner(head, whole)} AS bytes"


def _bytes(session: Any, sample: Sample, column: Counted, seconds: float) -> Bytes:  # noqa: ANN401
    dialect = sample.dialect
    hexed = dialect.hexed("b")
    columns = ["count(b)", "count(DISTINCT b)", "min(n)", "max(n)"]
    columns.append(f"count(CASE WHEN mod(n, {BLOCK}) = 0 THEN 1 END)")
    columns.append(f"count(CASE WHEN {dialect.matches(hexed, DIGITS)} THEN 1 END)")
    for starts in MAGIC.values():
        begins = " OR ".join(f"{hexed} LIKE '{start}%'" for start in starts)
        columns.append(f"count(CASE WHEN {begins} THEN 1 END)")
    columns += [f"count(DISTINCT {dialect.byte('b', place)})" for place in PLACES]
    statement = f"SELECT {', '.join(columns)} FROM {_origin(sample, column)}"  # noqa: S608
    row = one_row(session, statement, len(columns), seconds)
    values, distinct, shortest, longest, blocks, readable, *rest = (int(one or 0) for one in row)
    magic = dict(zip(MAGIC, rest, strict=False))
    places = tuple(rest[len(MAGIC) :])
    return Bytes(values, distinct, shortest, longest, blocks, readable, magic, places)


def _form(column: Counted, seen: Bytes) -> str:
    """The word for what the bytes are; empty where they can be read."""
    if seen.mostly(seen.readable) or seen.values < ENOUGH:
        return ""
    marked = next((form for form, count in seen.magic.items() if seen.mostly(count)), "")
    return marked or (_unmarked(column, seen) if seen.random else "")


def _unmarked(column: Counted, seen: Bytes) -> str:
    """What noise without a header may be, by its size and by the column's name."""
    name = column.field.name
    fixed, enciphered = seen.shortest == seen.longest, _CIPHER.search(name)
    hexed = column.forms.get("hash", 0) * 10 >= column.sampled * 9
    if _TOKEN.search(name):
        return "token"
    if fixed and seen.shortest in HASHES and not enciphered and (hexed or _HASH.search(name)):
        return "hash"
    whole = seen.blocks == seen.values
    if enciphered or (whole and (not fixed or column.field.kind == "binary")):
        return "cipher"
    return "opaque"
