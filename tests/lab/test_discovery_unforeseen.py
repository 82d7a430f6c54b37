"""Discovery in real servers: what must not pass for clean because nobody thought of it."""

import base64
import hashlib
from pathlib import Path

import pytest

from rempart.check import Gap
from rempart.errors import Reason
from rempart.observations.columns import HashedColumn
from tests.column_estate import nir
from tests.lab.databases import Served
from tests.lab.discovering import (
    CHANCE,
    PEOPLE,
    POSTGRESQL,
    fill,
    look,
    of,
    people,
    proven,
    quoted,
    table,
)

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_secrets")]


def test_hashes_are_compared_in_base64_and_in_text_of_any_collation(
    served: Served, tmp_path: Path
) -> None:
    rows = people()
    digests = [hashlib.sha256(row[0].encode()).digest() for row in rows]
    spelt: list[tuple[str, ...]] = [
        (base64.b64encode(one).decode(), one.hex().upper()) for one in digests
    ]
    table(served, "people", PEOPLE, rows)
    table(served, "claims", "nir_hash TEXT, nir_sha TEXT", spelt)
    found = of(look(served, tmp_path), HashedColumn)
    fill(served, "DROP TABLE people; DROP TABLE claims;")
    assert {key: one.matched for key, one in found.items()} == {
        "claims.nir_hash": 120,
        "claims.nir_sha": 120,
    }


@POSTGRESQL
def test_a_table_filled_anew_since_it_was_analysed_is_read(served: Served, tmp_path: Path) -> None:
    values = ", ".join(f"({quoted(nir(CHANCE))}, '')" for _ in range(100))
    fill(
        served,
        "CREATE TABLE anew (nir text, pad text) WITH (autovacuum_enabled = off);"  # noqa: S608
        "INSERT INTO anew SELECT '', repeat('x', 800) FROM generate_series(1, 100000);"
        f"ANALYZE anew; DELETE FROM anew; INSERT INTO anew VALUES {values};",
    )
    served.run("UPDATE pg_class SET reltuples = 5000000 WHERE relname = 'anew';")
    found = look(served, tmp_path)
    fill(served, "DROP TABLE anew;")
    assert proven(found)["anew.nir"] == ("nir", "clear")


@POSTGRESQL
def test_no_other_server_is_asked_through_a_view_or_a_partition(
    served: Served, tmp_path: Path
) -> None:
    served.run(
        "CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw"
        " OPTIONS (host '127.0.0.1', port '1');"
        "CREATE TABLE parted (k int, nir text) PARTITION BY LIST (k);"
        "CREATE TABLE near PARTITION OF parted FOR VALUES IN (1);"
        "CREATE FOREIGN TABLE beyond PARTITION OF parted FOR VALUES IN (2) SERVER far;"
        "CREATE VIEW once AS SELECT nir FROM beyond; CREATE VIEW twice AS SELECT * FROM once;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;"
    )
    found = look(served, tmp_path)
    fill(served, "DROP EXTENSION postgres_fdw CASCADE; DROP TABLE parted;")
    away = {
        one.key
        for one in found
        if isinstance(one, Gap) and one.reason is Reason.NOT_AUTHORISED and "." in one.key
    }
    assert away == {"public.parted", "public.once", "public.twice"}


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_tables_that_are_not_listed_are_not_clean(served: Served, tmp_path: Path) -> None:
    table(served, "listed", "a VARCHAR(9)", [("a",)])
    account = served.account
    one, every = f"SELECT ON adh.listed {{}} {account};", f"SELECT ON adh.* {{}} {account};"
    served.run(f"REVOKE {every.format('FROM')} GRANT {one.format('TO')}")
    found = [seen for seen in look(served, tmp_path) if isinstance(seen, Gap)]
    served.run(f"REVOKE {one.format('FROM')} GRANT {every.format('TO')}")
    assert ("IdentifierColumn", Reason.PRIVILEGE, "catalogue") in [
        (seen.type, seen.reason, seen.key) for seen in found
    ]
    whole = [one for one in look(served, tmp_path) if isinstance(one, Gap)]
    fill(served, "DROP TABLE listed;")
    assert "catalogue" not in {one.key for one in whole}


def test_documents_in_an_envelope_and_keys_behind_a_stroke_are_read(
    served: Served, tmp_path: Path
) -> None:
    rows: list[tuple[str, ...]] = []
    for number, *_ in people():
        document = f'{{"nom": "Martin", "nir": "{number}", "taux": "ninety"}}'.encode()
        stroke = f"{number[:13]}/{number[13:]}"
        rows.append((base64.b64encode(document).decode(), document.hex(), stroke))
    table(served, "enveloped", "packed TEXT, spelt TEXT, stroke TEXT", rows)
    found = proven(look(served, tmp_path))
    fill(served, "DROP TABLE enveloped;")
    assert set(found) >= {"enveloped.packed", "enveloped.spelt", "enveloped.stroke"}


@POSTGRESQL
def test_hashes_are_compared_where_statistics_told_of_the_numbers(
    served: Served, tmp_path: Path
) -> None:
    rows = [(row[0], hashlib.sha256(row[0].encode()).hexdigest()) for row in people()]
    table(served, "beside", "nir TEXT, person TEXT", [*rows])
    found = look(served, tmp_path, transit="statistics")
    fill(served, "DROP TABLE beside;")
    assert of(found, HashedColumn)["beside.person"].matched == 120
