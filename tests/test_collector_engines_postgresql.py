"""PostgreSQL and pg_tde, on rows as they answer."""

import pytest

from rempart.check import Unknown
from rempart.errors import Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
)
from tests.engines import Answers, looked, postgresql


def test_plain_postgresql_encrypts_nothing_and_says_where_it_writes() -> None:
    found = looked("postgresql", postgresql())
    (server,) = found[EngineServer].values()
    assert (server.able, server.forced, server.version) == (False, "", "15.8")
    tables = found[EngineTable]
    assert tables["public.cold"].directory == "/mnt/cold"
    assert tables["public.people"].directory == "/srv/pg/15/main"
    areas = found[EngineArea]
    assert areas["write-ahead log"].directory == "/srv/pg/15/main/pg_wal"
    assert areas["statistics"].written is True
    assert areas["server log"].written is True
    assert areas["server log"].directory == "/srv/pg/15/main/log"
    assert isinstance(areas["log archive"].encrypted, Unknown)
    assert EngineKey not in found


def test_an_account_without_settings_knows_no_folder() -> None:
    answers = [("pg_catalog.pg_settings", [("log_statement", "none")]), *postgresql()]
    areas = looked("postgresql", answers)[EngineArea]
    assert isinstance(areas["write-ahead log"].directory, Unknown)


@pytest.mark.parametrize(
    ("setting", "value", "written"),
    [
        ("log_statement", "ddl", False),
        ("log_statement", "all", True),
        ("log_min_duration_statement", "500", True),
        ("auto_explain.log_min_duration", "0", True),
        ("log_transaction_sample_rate", "0.01", True),
    ],
)
def test_whole_statements_come_into_the_log_by_several_ways(
    setting: str, value: str, written: bool
) -> None:
    answers = postgresql(**{"log_statement": "none", setting: value})
    assert looked("postgresql", answers)[EngineArea]["server log"].written is written


def test_a_role_that_logs_for_itself_counts() -> None:
    answers = postgresql(("pg_db_role_setting", [("1",)]), log_statement="none")
    assert looked("postgresql", answers)[EngineArea]["server log"].written is True


TDE: Answers = [
    ("extname = 'pg_tde'", [("tde",)]),
    ("pg_tde_is_encrypted", [("3", "true")]),
    (
        "pg_tde_list_all_global_key_providers",
        [("global files", "file", "/srv/pg/15/main/keys.per", "")],
    ),
    ("pg_tde_list_all_database_key_providers", [("database safe", "vault-v2", "", "http")]),
]


def test_pg_tde_encrypts_tables_and_the_log_but_no_statistics() -> None:
    answers = postgresql(*TDE, **{"pg_tde.wal_encrypt": "on", "pg_tde.enforce_encryption": "off"})
    found = looked("postgresql", answers)
    (server,) = found[EngineServer].values()
    assert (server.able, server.forced) == (True, "OFF")
    tables = found[EngineTable]
    assert tables["public.y24"].encrypted is True
    assert tables["public.years"].encrypted is False  # one partition of two
    assert found[EngineArea]["write-ahead log"].encrypted is True
    assert found[EngineArea]["statistics"].encrypted is False
    keys = found[EngineKey]
    assert (keys["global files"].kind, keys["global files"].inside) == ("file", True)
    assert (keys["database safe"].kind, keys["database safe"].plain) == ("vault", True)


def test_statements_another_account_ran_are_not_held_to_be_clean() -> None:
    first = [
        ("pg_stat_statements'", [("public",)]),
        ("public.pg_stat_statements", [("0", "7")]),
    ]
    (sql,) = looked("postgresql", postgresql(*first))[SqlKeys].values()
    assert isinstance(sql.statements, Unknown)
    assert sql.statements.reason is Reason.PRIVILEGE
