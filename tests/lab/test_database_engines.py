"""What real servers write where: a clear, an encrypted and a half-encrypted MariaDB, PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.database import engine
from rempart.errors import Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
)
from rempart.scope import Scope, guarded
from rempart.secrets import Redactor
from rempart.transport import sql
from rempart.transport.access import Access
from tests.lab.databases import PASSWORD, Served, mysql, postgresql

pytestmark = pytest.mark.lab
HALF = ("--innodb-encrypt-tables=ON", "--innodb-encryption-threads=1", "--log-bin", "--server-id=1")
WHOLE = (
    *("--innodb-encrypt-tables=FORCE", "--innodb-encryption-threads=2", "--innodb-encrypt-log"),
    *("--encrypt-binlog", "--log-bin", "--server-id=1", "--encrypt-tmp-files"),
    *("--innodb-encrypt-temporary-tables", "--encrypt-tmp-disk-tables", "--aria-encrypt-tables"),
)
NIR = "185050000000043"  # commune 000: nobody's
TABLES = """
CREATE TABLE adh.assures (id INT PRIMARY KEY, nir CHAR(15));
INSERT INTO adh.assures VALUES (1, 'NIR-HERE');
CREATE TABLE adh.`été-$x` (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;
""".replace("NIR-HERE", NIR)
CODE = """
CREATE VIEW adh.keyed AS SELECT AES_DECRYPT(nir, 'not-a-key-at-all') AS n FROM adh.assures;
CREATE FUNCTION adh.asked(x BLOB, k TEXT) RETURNS BLOB DETERMINISTIC RETURN AES_DECRYPT(x, k);
CREATE FUNCTION adh.third(x BLOB, k TEXT) RETURNS BLOB DETERMINISTIC
  RETURN AES_ENCRYPT(CONCAT(x, ', not a key'), k);
CREATE FUNCTION adh.wrapped(x BLOB) RETURNS BLOB DETERMINISTIC
  RETURN AES_DECRYPT(FROM_BASE64(CONCAT(x, '')), UNHEX(SHA2('not-a-key-at-all', 256)));
DELIMITER //
CREATE FUNCTION adh.told(x BLOB) RETURNS BLOB DETERMINISTIC
  BEGIN DECLARE cle TEXT DEFAULT 'four-or-more'; RETURN AES_DECRYPT(x, cle); END//
CREATE FUNCTION adh.kept(x BLOB) RETURNS BLOB DETERMINISTIC
  BEGIN SET @secret = 'four-or-more'; RETURN AES_DECRYPT(x, @secret); END//
DELIMITER ;
"""


def looked(server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Everything the engine's topic brings of a server, as its auditing account."""
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.setenv("LAB_KEY", "x" * 40)
    inventory = server.inventory(tmp_path / "log", "audit.many")
    database = next(one for one in inventory.subjects if one.kind == "database")
    scope = Scope.of(inventory.authorisation)
    access = Access.open(database, inventory, scope, Redactor())
    with guarded(scope), sql.opened(access, database, spare=1, counts=True) as session:
        return list(engine.collect(session, database, access, frozenset(engine.BRINGS)))


def of(found: list[Any], kind: type[Observation]) -> dict[str, Any]:
    return {one.key: one for one in found if type(one) is kind}


@pytest.fixture(scope="session")
def half() -> Iterator[Served]:
    with mysql(sealing=HALF) as server:
        server.run(TABLES + CODE)
        server.run(
            "CREATE TABLE adh.plain (id INT) ENCRYPTED=NO; CREATE TABLE adh.old (id INT)"
            " ENGINE=MyISAM; SET GLOBAL general_log = ON;"
            "GRANT PROCESS ON *.* TO reader@'127.0.0.1';"
            "GRANT SELECT ON mysql.proc TO reader@'127.0.0.1';"
            "GRANT SELECT ON mysql.column_stats TO reader@'127.0.0.1';"
            "GRANT SHOW VIEW ON adh.* TO reader@'127.0.0.1';"
        )
        yield server


@pytest.fixture(scope="session")
def whole() -> Iterator[Served]:
    with mysql(sealing=WHOLE) as server:
        server.run(TABLES + "GRANT PROCESS ON *.* TO reader@'127.0.0.1';")
        yield server


@pytest.fixture(scope="session")
def clear() -> Iterator[Served]:
    with mysql() as server:
        server.run(TABLES)
        yield server


def found_in(folder: Path, pattern: str, wanted: bytes = NIR.encode()) -> bool:
    """Whether a word stands in the bytes of any of these files: the truth that is compared with."""
    return any(wanted in file.read_bytes() for file in folder.glob(pattern) if file.is_file())


def test_half_encrypted_mariadb_shows_where_it_leaks(
    half: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = looked(half, monkeypatch, tmp_path)
    tables = {name: one.encrypted for name, one in of(found, EngineTable).items()}
    assert tables == {"adh.assures": True, "adh.été-$x": True, "adh.plain": False, "adh.old": False}
    (server,) = of(found, EngineServer).values()
    assert (server.product, server.able, server.forced) == ("MariaDB", True, "ON")
    areas = of(found, EngineArea)
    data = half.folder / "data"
    half.run(f"SELECT COUNT(*) FROM adh.assures WHERE nir = '{NIR}'; FLUSH LOGS;")  # noqa: S608
    assert areas["binlog"].encrypted is not found_in(data, "*-bin.0*")
    assert areas["redo"].encrypted is not found_in(data, "ib_logfile0")
    assert areas["general log"].written is found_in(data, "*.log")
    assert not found_in(data / "adh", "assures.ibd")
    (key,) = of(found, EngineKey).values()
    assert (key.kind, key.inside, key.locked, key.renews) == ("file", False, "none", False)
    (sql,) = of(found, SqlKeys).values()
    told = ("function adh.kept", "function adh.told", "function adh.wrapped", "view adh.keyed")
    assert (sql.found, sql.hidden) == (told, 0)


def test_encrypted_mariadb_keeps_its_logs_sealed_too(
    whole: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = looked(whole, monkeypatch, tmp_path)
    assert all(one.encrypted is True for one in of(found, EngineTable).values())
    areas = of(found, EngineArea)
    sealed = {name for name, one in areas.items() if one.encrypted is True}
    assert {"redo", "binlog", "temporary files", "temporary tables"} <= sealed
    data = whole.folder / "data"
    assert not any(found_in(data, name) for name in ("*-bin.0*", "ib_logfile0", "adh/*.ibd"))


def test_clear_mariadb_without_privilege_says_what_it_could_not_see(
    clear: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = looked(clear, monkeypatch, tmp_path)
    gaps = {one.type: one.reason for one in found if isinstance(one, Gap)}
    assert gaps["EngineTable"] is Reason.PRIVILEGE
    (sql,) = of(found, SqlKeys).values()
    assert isinstance(sql.hidden, Unknown)
    areas = of(found, EngineArea)
    assert areas["redo"].encrypted is False
    assert areas["binlog"].written is False
    assert found_in(clear.folder / "data", "ib_logfile0")


LOGGING = ("log_statement=all", "logging_collector=on", "log_directory=log")
PG = """
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE people (id int PRIMARY KEY, nir text, sealed bytea);
INSERT INTO people SELECT g, '{nir}', pgp_sym_encrypt('x', 'k') FROM generate_series(1, 300) g;
ANALYZE people;
CREATE VIEW keyed AS SELECT pgp_sym_decrypt(sealed, 'not-a-key-at-all') FROM people;
CREATE FUNCTION told(b bytea) RETURNS text LANGUAGE sql AS
  $$ SELECT pgp_sym_decrypt(b, current_setting('app.key'), 'cipher-algo=aes256') $$;
CREATE FUNCTION kept(b bytea) RETURNS text LANGUAGE plpgsql AS
  $$ DECLARE secret text := 'four-or-more'; BEGIN RETURN pgp_sym_decrypt(b, secret); END $$;
CREATE FUNCTION hashed(t text) RETURNS bytea LANGUAGE sql AS
  $$ SELECT hmac(coalesce(t, (lower('A'))), 'pepper', 'sha256') $$;
GRANT SELECT ON people TO reader;
"""


@pytest.fixture(scope="session")
def pg() -> Iterator[Served]:
    with postgresql(settings=LOGGING) as server:
        space = server.folder / "cold"
        server.run(PG.format(nir=NIR) + "GRANT pg_read_all_settings TO reader;")
        space.mkdir()
        shutil.chown(space, server.folder.owner(), server.folder.group())
        server.run(f"CREATE TABLESPACE cold LOCATION '{space}';")
        server.run("CREATE TABLE elsewhere (id int) TABLESPACE cold;")
        yield server


def test_postgresql_shows_its_places_and_the_keys_in_its_code(
    pg: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = looked(pg, monkeypatch, tmp_path)
    tables = of(found, EngineTable)
    assert tables["public.elsewhere"].directory == str(pg.folder / "cold")
    assert tables["public.people"].directory == str(pg.folder / "data")
    areas = of(found, EngineArea)
    assert areas["statistics"].written is True
    assert areas["write-ahead log"].directory == str(pg.folder / "data" / "pg_wal")
    assert areas["server log"].written is found_in(pg.folder / "data" / "log", "*")
    assert areas["server log"].directory == str(pg.folder / "data" / "log")
    (sql,) = of(found, SqlKeys).values()
    assert sql.found == ("function public.hashed", "function public.kept", "view public.keyed")
    (server,) = of(found, EngineServer).values()
    assert (server.product, server.able) == ("PostgreSQL", False)


@pytest.mark.parametrize("name", ["half", "whole", "clear", "pg"])
def test_nothing_of_a_row_a_key_or_a_statement_comes_back(
    name: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    told = repr(looked(request.getfixturevalue(name), monkeypatch, tmp_path))
    for secret in (NIR[:5], "not-a-key", "four-or-more", "pepper"):
        assert secret not in told
