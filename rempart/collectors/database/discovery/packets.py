"""OpenPGP packets in a column, by what their headers say of cipher and key (RFC 4880)."""

from dataclasses import replace
from typing import Any, Final

from rempart.collectors.artefacts.openpgp import CIPHERS, HASHES
from rempart.collectors.database.discovery.dialects import Dialect
from rempart.observations.columns import SealedColumn

DIGITS: Final = "^(09|0A|0D|[2-6][0-9A-F]|7[0-9A-E])+$"  # hex digits of bytes that are ASCII text
MOST: Final = 50  # kinds of header in one column
DERIVATIONS: Final = {0: "simple", 1: "salted", 3: "iterated"}
PUBLIC: Final = "public key"
_SYMMETRIC: Final = (0xC3, 0x8C, 0x8D)  # tag 3, new and old, the latter with a one or two byte size
_PUBLIC: Final = (0xC1, 0x84, 0x85, 0x86)
_TWO_BYTES: Final = (0x8D, 0x85)  # of size


def headers(
    session: Any,  # noqa: ANN401
    dialect: Dialect,
    origin: str,
    seconds: float,
) -> list[tuple[int, ...]]:
    """Each kind of header: tag, version, cipher, derivation, digest, and how many there are.

    Raises CollectError.
    """
    tag, size = dialect.byte("b", 0), dialect.byte("b", 1)
    long = f"{tag} IN {_TWO_BYTES} OR ({tag} >= 192 AND {size} BETWEEN 192 AND 223)"
    body = [
        f"CASE WHEN {long} THEN {dialect.byte('b', 3 + at)} ELSE {dialect.byte('b', 2 + at)} END"
        for at in range(4)
    ]
    listed = ", ".join((tag, *body))
    statement = f"SELECT {listed}, count(*) FROM {origin} GROUP BY 1, 2, 3, 4, 5 LIMIT {MOST}"  # noqa: S608
    rows = session.ask(statement, seconds=seconds)
    return [tuple(int(figure or 0) for figure in row) for row in rows]


def with_headers(found: SealedColumn, rows: list[tuple[int, ...]]) -> SealedColumn | None:
    """The column with what its headers say; None where they are no headers."""
    ciphers, derivations, digests, read = set(), set(), set(), 0
    for tag, version, number, derivation, hashed, count in rows:
        if tag in _SYMMETRIC and version == 4 and number in CIPHERS and derivation in DERIVATIONS:
            ciphers.add(CIPHERS[number])
            derivations.add(DERIVATIONS[derivation])
            digests.add(HASHES.get(hashed, f"digest {hashed}"))
            read += count
        elif tag in _PUBLIC and version == 3:
            ciphers.add(PUBLIC)
            read += count
    if read * 10 < found.sampled * 9:
        return None
    cipher, s2k, digest = (", ".join(sorted(one)) for one in (ciphers, derivations, digests))
    return replace(found, cipher=cipher, s2k=s2k, digest=digest)
