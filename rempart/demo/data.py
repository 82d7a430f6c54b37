"""The fictional payer's data: a database, a folder of exports and one of backups, all synthetic.

No number here can be a person's: the order of birth is 000, which is never given, with a right key.
"""

import base64
import csv
import gzip
import io
import json
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rempart.observations.identifiers.french import nir_key

PEOPLE = 500
SEED = 20240129  # the day the first of two payers was entered
_NAMES = ("Martin", "Petit", "Durand", "Leroy", "Moreau", "Simon", "Laurent", "Girard", "Roux")
_INSURERS = ("Mutuelle Exemple", "Prévoyance Démonstration", "Santé Fictive")
# The recipient of the encrypted copy: Bob's key of RFC 7748, section 6.1. It keeps no secret.
_RECIPIENT = bytes.fromhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")


def write(folder: Path) -> None:
    """Write `claims.sqlite`, `exports/` and `backups/`, replacing what an earlier call wrote."""
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    people = list(_people())
    _database(folder / "claims.sqlite", people)
    _private(exports / "beneficiaires-2026-10.csv", _csv(people).encode("utf-8-sig"))
    _private(exports / "paniers-2026-10.csv", _baskets().encode())
    dump = _dump(people).encode()
    _private(exports / "claims-2026-11-20.sql", dump)
    _private(exports / "claims-2026-11-21.sql.age", sealed(dump))
    _backups(folder / "backups", people)


def _people() -> Iterator[tuple[str, str, str, str]]:
    """NIR, name, date of birth and insurer of people who cannot exist."""
    dice = random.Random(SEED)  # noqa: S311  (the same people every time)
    for number in range(PEOPLE):
        year, month = dice.randrange(30, 100), dice.randrange(1, 13)
        department = dice.choice(["2A", "2B", *(f"{code:02d}" for code in range(1, 96))])
        if department == "20":
            department = "2A"
        body = (
            f"{dice.choice('12')}{year:02d}{month:02d}{department}{dice.randrange(1, 600):03d}000"
        )
        born = f"19{year:02d}-{month:02d}-{dice.randrange(1, 29):02d}"
        name = _NAMES[number % len(_NAMES)]
        yield f"{body}{nir_key(body):02d}", name, born, dice.choice(_INSURERS)


def _database(path: Path, people: list[tuple[str, str, str, str]]) -> None:
    """A clear table, and one whose identifiers are sealed: what right and wrong look like."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    dice = random.Random(SEED)  # noqa: S311
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE beneficiary (id INTEGER PRIMARY KEY, nir TEXT, name TEXT, born TEXT, "
            "insurer TEXT)"
        )
        connection.execute(
            "CREATE TABLE claim (id INTEGER PRIMARY KEY, reference TEXT, beneficiary_token BLOB, "
            "amount_cents INTEGER)"
        )
        connection.executemany(
            "INSERT INTO beneficiary (nir, name, born, insurer) VALUES (?, ?, ?, ?)", people
        )
        connection.executemany(
            "INSERT INTO claim (reference, beneficiary_token, amount_cents) VALUES (?, ?, ?)",
            (
                (f"{dice.randrange(10**15):015d}", dice.randbytes(48), dice.randrange(500, 90_000))
                for _ in range(PEOPLE)
            ),
        )


def _backups(place: Path, people: list[tuple[str, str, str, str]]) -> None:
    """A repository as restic makes one, and the dump somebody left beside it."""
    for name in ("data/5c", "index", "keys", "locks", "snapshots"):
        (place / "restic" / name).mkdir(parents=True, exist_ok=True)
    dice = random.Random(SEED)  # noqa: S311
    wrapped = [base64.b64encode(dice.randbytes(size)).decode() for size in (64, 112)]
    key = {"created": "2026-01-12T08:00:00Z", "username": "sauvegarde", "hostname": "claims-1"}
    key |= {"kdf": "scrypt", "salt": wrapped[0], "data": wrapped[1]}
    whole = json.dumps({**key, "N": 32768, "r": 8, "p": 1})
    name = dice.randbytes(32).hex()
    _private(place / "restic" / "keys" / name, whole.encode())
    for file in ("config", f"data/5c/5c{name[2:]}", f"index/{name}", f"snapshots/{name}"):
        _private(place / "restic" / file, dice.randbytes(4096))
    rows = ",\n".join(f"({id_},{','.join(map(repr, one))})" for id_, one in enumerate(people, 1))
    dump = (
        "-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n--\n"
        "-- Host: localhost    Database: adh\n-- Server version\t10.11.19-MariaDB\n\n"
        f"INSERT INTO `assures` VALUES\n{rows};\n-- Dump completed on 2026-11-23  2:00:01\n"
    )
    _private(place / "adh-2026-11-23.sql.gz", gzip.compress(dump.encode(), mtime=0))


def _csv(people: list[tuple[str, str, str, str]]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(("nir", "nom", "date de naissance", "organisme"))
    rows.writerows((_spaced(nir), *rest) for nir, *rest in people)
    return text.getvalue()


def _spaced(nir: str) -> str:
    """A NIR as people write it, in groups."""
    parts = (nir[:1], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], nir[13:])
    return " ".join(parts)


def _baskets() -> str:
    """Fifteen-digit references that are no NIR: what a naive search would report."""
    dice = random.Random(SEED)  # noqa: S311
    rows = (f"{dice.randrange(10**15):015d};{dice.randrange(500, 90_000)}" for _ in range(PEOPLE))
    return "panier;montant\n" + "\n".join(rows) + "\n"


def _dump(people: list[tuple[str, str, str, str]]) -> str:
    rows = "\n".join("\t".join((str(id_), *person)) for id_, person in enumerate(people, 1))
    return (
        "--\n-- PostgreSQL database dump\n--\n\n"
        "SET client_encoding = 'UTF8';\n\n"
        "CREATE TABLE public.beneficiary (id integer, nir text, name text, born date, "
        "insurer text);\n\n"
        "COPY public.beneficiary (id, nir, name, born, insurer) FROM stdin;\n"
        f"{rows}\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n"
    )


def sealed(data: bytes) -> bytes:
    """The data as an age file for the payer's recipient (age-encryption.org/v1, X25519)."""
    from cryptography.hazmat.primitives import hashes, hmac
    from cryptography.hazmat.primitives.asymmetric.x25519 import (
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    file_key, once = os.urandom(16), X25519PrivateKey.generate()
    share = once.public_key().public_bytes_raw()
    secret = once.exchange(X25519PublicKey.from_public_bytes(_RECIPIENT))
    wrapping = _derived(secret, share + _RECIPIENT, b"age-encryption.org/v1/X25519")
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    header = b"age-encryption.org/v1\n-> X25519 %b\n%b\n---" % (
        _unpadded(share),
        _unpadded(wrapped),
    )
    mac = hmac.HMAC(_derived(file_key, b"", b"header"), hashes.SHA256())
    mac.update(header)
    nonce = os.urandom(16)
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    pieces = [data[start : start + 65_536] for start in range(0, len(data), 65_536)] or [b""]
    payload = b"".join(
        cipher.encrypt(count.to_bytes(11, "big") + bytes([count == len(pieces) - 1]), piece, None)
        for count, piece in enumerate(pieces)
    )
    return header + b" " + _unpadded(mac.finalize()) + b"\n" + nonce + payload


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt or None, info).derive(secret)


def _unpadded(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
