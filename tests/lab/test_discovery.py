"""Discovery in Debian's PostgreSQL and MariaDB: what is found by counts."""

import gzip
import string
from pathlib import Path

import pytest

from rempart.check import Gap, Unknown
from rempart.collectors.database import discovery
from rempart.collectors.database.discovery import keys, statistics
from rempart.collectors.database.discovery.dialects import DIALECTS
from rempart.errors import Reason
from rempart.inventory import Database, Host
from rempart.inventory.values import Period
from rempart.observations.columns import (
    HashedColumn,
    OldRows,
    SealedColumn,
    StatisticsColumn,
    TableContent,
    TableReaders,
)
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.identifiers.catalogue import BY_NAME
from rempart.observations.identifiers.spelling import compact
from rempart.transport import sql
from tests.column_estate import DRAWS, estate, nir, score, statements
from tests.lab.databases import Served
from tests.lab.discovering import (
    CHANCE,
    EVERYTHING,
    PEOPLE,
    POSTGRESQL,
    certain,
    fill,
    look,
    of,
    people,
    proven,
    quoted,
    session,
    table,
)
from tests.loopback import access

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_secrets")]


def _disturbed(name: str) -> str:
    letters = list(compact(DRAWS[name](CHANCE)))
    for _ in range(CHANCE.choice((0, 0, 1, 2, len(letters)))):
        place = CHANCE.randrange(len(letters))
        kind = string.digits if letters[place].isdecimal() else string.ascii_uppercase
        letters[place] = CHANCE.choice(kind)
    if CHANCE.random() < 0.1:
        letters[CHANCE.randrange(len(letters))] = CHANCE.choice("é/A0")
    return "".join(letters)


def test_the_server_judges_every_number_as_python_does(served: Served, tmp_path: Path) -> None:
    values = {name: [_disturbed(name) for _ in range(700)] for name in BY_NAME}
    values["birth"] += ["20121985", "31/12/1985", "30021985", "19850230", "19850229", "1985/2/30"]
    values["nir"] += ["190012A00405509", "288072B03301727", "277076322082910"]
    fill(
        served,
        "".join(
            f"CREATE TABLE v_{name} (v VARCHAR(40));"  # noqa: S608
            f"INSERT INTO v_{name} VALUES {', '.join(f'({quoted(one)})' for one in listed)};"
            for name, listed in values.items()
        ),
    )
    with session(served, tmp_path) as (asked, _, _):
        dialect = DIALECTS[asked.dialect]
        for name, listed in values.items():
            known = BY_NAME[name]
            shaped = [one for one in listed if len(one) in known.lengths and known.shape(one)]
            ((total,),) = asked.ask(f"SELECT {keys.counted(dialect, name, 'v')} FROM v_{name}")  # noqa: S608
            expected = (len(shaped), sum(map(known.valid, shaped)))
            assert (name, keys.parted(total)) == (name, expected)
    fill(served, "".join(f"DROP TABLE v_{name};" for name in values))


def test_an_estate_of_300_columns_is_told_apart(served: Served, tmp_path: Path) -> None:
    columns = estate()
    fill(served, statements(columns, quoted))
    claims: dict[tuple[str, str], set[str]] = {}
    for one in look(served, tmp_path):
        if isinstance(one, IdentifierColumn):
            _, name, column = one.key.split(".")
            claims.setdefault((name, column), set()).update(
                {one.identifier} if certain(one) else ()
            )
    fill(served, "".join(f"DROP TABLE {name};" for name in {one.table for one in columns}))
    found = score(columns, claims)
    assert len(columns) == 300
    assert (found.precision, found.false) == (1.0, ())
    assert len(found.missed) <= 1


def test_hashes_are_compared_with_clear_values_in_the_server(
    served: Served, tmp_path: Path
) -> None:
    table(served, "people", PEOPLE, people())
    postgres = served.scheme == "postgresql"
    salted = "'s'||nir" if postgres else "concat('s', nir)"
    sha = "encode(sha256(({})::bytea), 'hex')" if postgres else "sha2({}, 256)"
    fill(
        served,
        f"CREATE TABLE claims AS SELECT {sha.format('nir')} AS person, md5(substr(nir, 1, 13)) AS"  # noqa: S608
        f" short, {sha.format(salted)} AS keyed_hash FROM people;",
    )
    found = of(look(served, tmp_path), HashedColumn)
    assert (found["claims.person"].algorithm, found["claims.person"].matched) == ("SHA-256", 120)
    assert (found["claims.short"].algorithm, found["claims.short"].matched) == ("MD5", 120)
    assert (found["claims.keyed_hash"].compared, found["claims.keyed_hash"].matched) == (120, 0)
    fill(served, "DROP TABLE people;")
    alone = of(look(served, tmp_path), HashedColumn)["claims.person"]
    assert isinstance(alone.matched, Unknown)
    fill(served, "DROP TABLE claims;")


def test_what_stands_together_and_how_old_it_is(served: Served, tmp_path: Path) -> None:
    rows = [(*row, f"20{10 + at % 17}-05-01 10:00:00") for at, row in enumerate(people(170))]
    table(served, "people", f"{PEOPLE}, updated TIMESTAMP NULL", rows)
    found = look(served, tmp_path, environment="test", retention=Period("36 months"))
    content = of(found, TableContent)["people"]
    assert (content.identities, content.births, content.insurers, content.names) == (
        *(("nir",), ("birth",), ("mutuelle",), ("nom",)),
    )
    aged = of(found, OldRows)["people"]
    assert (aged.rows, aged.expired, aged.oldest) == (170, 140, "2010-05")
    readers = of(found, TableReaders)["people"]
    if served.scheme == "postgresql":
        assert (readers.everyone, readers.accounts, readers.administrators) == (False, 2, 1)
    else:
        assert readers.everyone.reason is Reason.PRIVILEGE
    fill(served, "DROP TABLE people;")


def test_ciphertext_is_told_by_header_and_by_repetition(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, people())
    if served.scheme == "postgresql":
        served.run("CREATE EXTENSION IF NOT EXISTS pgcrypto;")
        town = "encrypt(substr(nir, 1, 2)::bytea, 'k', 'aes')"
        seal = "pgp_sym_encrypt(nir, 'k')"
        old = "pgp_sym_encrypt(nir, 'k', 'cipher-algo=3des, s2k-mode=1')"
        wrapped = "armor(pgp_sym_encrypt(nir, 'k', 'sess-key=1, cipher-algo=aes256'))"
        extra = f", {seal} AS pgp, {old} AS old, {wrapped} AS armoured"
    else:
        town, extra = "aes_encrypt(substr(nir, 1, 2), 'k')", ""
    fill(served, f"CREATE TABLE sealed AS SELECT {town} AS town{extra} FROM people;")  # noqa: S608
    found = of(look(served, tmp_path), SealedColumn)
    assert found["sealed.town"].form == "cipher"
    assert found["sealed.town"].repeated > 10
    if served.scheme == "postgresql":
        pgp, old, armoured = (found[f"sealed.{name}"] for name in ("pgp", "old", "armoured"))
        assert (pgp.cipher, pgp.s2k, pgp.repeated) == ("AES128", "iterated", 0)
        assert (old.cipher, old.s2k) == ("3DES", "salted")
        assert armoured.cipher == "AES256"
    fill(served, "DROP TABLE people; DROP TABLE sealed;")


@POSTGRESQL
def test_statistics_are_counted_where_they_lie(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, people(400))
    found = of(look(served, tmp_path), StatisticsColumn)
    kept = found["people.nir"]
    assert kept.identifier == "nir"
    assert kept.kept == kept.valid > 50
    assert found["people.nom"].valid == 0
    with session(served, tmp_path) as (asked, _, _):
        assert len(list(statistics.kept(asked, DIALECTS["postgresql"], 5))) >= 4


@POSTGRESQL
def test_statistics_tell_without_reading_a_row(served: Served, tmp_path: Path) -> None:
    table(served, "people", "nir VARCHAR(20), j VARCHAR(40)", [(n, n) for n, *_ in people()])
    scans = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = 'people'"
    before = served.run(scans)
    found = look(served, tmp_path, transit="statistics")
    modes = {one.mode for one in found if isinstance(one, IdentifierColumn)}
    assert modes == {"statistics"}
    assert proven(found)["people.nir"] == ("nir", "clear")
    assert served.run(scans) == before


def test_a_sample_finds_what_is_packed_only_where_it_is_allowed(
    served: Served, tmp_path: Path
) -> None:
    kind, start = ("BYTEA", "\\x") if served.scheme == "postgresql" else ("BLOB", "")
    rows = [gzip.compress(f"<soin><nir>{nir(CHANCE)}</nir></soin>".encode()) for _ in range(60)]
    values = ", ".join(f"('{start}{row.hex()}')" if start else f"(0x{row.hex()})" for row in rows)
    fill(served, f"CREATE TABLE packed (body {kind}); INSERT INTO packed VALUES {values};")  # noqa: S608
    assert "packed.body" not in proven(look(served, tmp_path))
    found = look(served, tmp_path, transit="sample")
    assert proven(found)["packed.body"] == ("nir", "packed")
    fill(served, "DROP TABLE packed;")


@POSTGRESQL
def test_a_database_in_another_encoding_is_read_too(served: Served, tmp_path: Path) -> None:
    served.run(
        "CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';"
    )
    rows = ", ".join(f"('{nir(CHANCE)}', 'né à Orléans')" for _ in range(40))
    served.run(
        f"\\c old\nCREATE TABLE people (nir TEXT, note TEXT); INSERT INTO people VALUES {rows};"  # noqa: S608
        "GRANT SELECT ON people TO reader; ANALYZE;"
    )
    url = f"postgresql://reader@127.0.0.1:{served.port}/old"
    found = look(served, tmp_path, url=url)
    assert [one for one in found if isinstance(one, Gap)] == []
    assert proven(found)["people.nir"] == ("nir", "clear")


@pytest.mark.parametrize("served", ["mysql"], indirect=True)
def test_histograms_of_mariadb_are_counted_too(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, people(400))
    served.run(
        "SET histogram_type = 'JSON_HB'; ANALYZE TABLE adh.people PERSISTENT FOR ALL;"
        "GRANT SELECT ON mysql.column_stats TO reader@'127.0.0.1';"
    )
    found = of(look(served, tmp_path), StatisticsColumn)
    served.run("REVOKE SELECT ON mysql.column_stats FROM reader@'127.0.0.1';")
    assert found["people.nir"].kept == found["people.nir"].valid > 20
    assert found["people.nir"].held == "nir"
    fill(served, "DROP TABLE people;")


def test_the_hosts_own_client_answers_the_same(served: Served, tmp_path: Path) -> None:
    table(served, "people", PEOPLE, people(60))
    by_driver = proven(look(served, tmp_path))
    served.folder.chmod(0o755)  # another account's client walks to the socket
    postgres = served.scheme == "postgresql"
    door = f":{served.port}/adh?host={served.folder}"
    if not postgres:
        door = f"/adh?socket={served.folder / 'door'}"
    url = f"{served.scheme}://{'reader' if postgres else 'root'}@127.0.0.1{door}"
    database = Database(id="adh", url=url, on="h")
    with (
        access(database, subjects=(Host(id="h", ssh="local"),)) as own,
        sql.opened(own, database, spare=2, counts=True) as asked,
    ):
        found = list(discovery.collect(asked, database, own, EVERYTHING))
    assert proven(found) == by_driver
    assert by_driver["people.nir"] == ("nir", "clear")
    fill(served, "DROP TABLE people;")
