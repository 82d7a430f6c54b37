"""Engines of database servers, from rows as their products answer them."""

from collections.abc import Sequence
from typing import Any

import pytest

from rempart.check import Gap, Unknown
from rempart.collectors.database import engine
from rempart.errors import CollectError, Privilege, Reason, Unreachable
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
    Standby,
)

Answers = Sequence[tuple[str, Any]]


class Session:
    """A session that answers each statement by the first words it contains."""

    def __init__(self, dialect: str, answers: Answers) -> None:
        self.dialect = dialect
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, statement: str, *, owner: bool = False, seconds: float = 0) -> list[Any]:
        self.asked.append(statement)
        for words, answer in self.answers:
            if words in statement:
                if isinstance(answer, CollectError):
                    raise answer
                return list(answer)
        return []


def looked(dialect: str, answers: Answers) -> dict[Any, dict[str, Any]]:
    session = Session(dialect, [*answers, ("SELECT COUNT(*)", [("0",)])])
    found: dict[Any, dict[str, Any]] = {}
    for one in engine.collect(session, None, None, frozenset(engine.BRINGS)):
        name = one.type if isinstance(one, Gap) else one.key
        found.setdefault(type(one), {})[name] = one
    return found


def hexed(text: str) -> str:
    return text.encode().hex().upper()


DENIED = Privilege("the account may not read that")
MARIADB = {
    "innodb_encrypt_tables": "ON",
    "innodb_encryption_threads": "0",
    "innodb_encryption_rotate_key_age": "1",
    "innodb_encrypt_log": "OFF",
    "encrypt_binlog": "OFF",
    "log_bin": "ON",
    "log_bin_basename": "/srv/mysql/binlog/mysql-bin",
    "relay_log_basename": "",
    "innodb_log_group_home_dir": "./",
    "datadir": "/srv/mysql/",
    "tmpdir": "/tmp",
    "encrypt_tmp_files": "ON",
    "encrypt_tmp_disk_tables": "OFF",
    "innodb_encrypt_temporary_tables": "OFF",
    "aria_encrypt_tables": "OFF",
    "general_log": "ON",
    "general_log_file": "db.log",
    "slow_query_log": "ON",
    "slow_query_log_file": "/var/log/slow.log",
    "log_output": "FILE,TABLE",
    "server_audit_logging": "ON",
    "server_audit_events": "CONNECT",
    "server_audit_file_path": "audit.log",
    "file_key_management_filename": "/srv/mysql/keys.txt",
}


def mariadb(*first: tuple[str, Any], **settings: str) -> Answers:
    variables = {**MARIADB, **settings}
    return [
        *first,
        ("SELECT VERSION()", [("10.11.19-MariaDB-0+deb12u1-log",)]),
        ("SELECT CASE WHEN VARIABLE_VALUE = ''", [("none",)]),
        ("information_schema.GLOBAL_VARIABLES", variables.items()),
        ("PLUGIN_TYPE = 'ENCRYPTION'", [("file_key_management",)]),
        (
            "information_schema.TABLES",
            [
                ("adh", "people", "InnoDB", "", hexed("adh"), hexed("people")),
                ("adh", "café", "InnoDB", "", hexed("adh"), hexed("caf@00e9")),
                ("adh", "later", "InnoDB", "", hexed("adh"), hexed("later")),
                ("adh", "never", "InnoDB", "`encrypted`='no'", hexed("adh"), hexed("never")),
                ("adh", "parts", "InnoDB", "partitioned", hexed("adh"), hexed("parts")),
                ("adh", "shared", "InnoDB", "", hexed("adh"), hexed("shared")),
                ("adh", "old", "MyISAM", "", hexed("adh"), hexed("old")),
                ("adh", "aria", "Aria", "transactional=1", hexed("adh"), hexed("aria")),
            ],
        ),
        ("INNODB_SYS_TABLESPACES", [("5", "./adh/people.ibd"), ("6", "/mnt/x/adh/cafe.ibd")]),
        (
            "INNODB_SYS_TABLES",
            [
                (hexed("adh/people"), "5"),
                (hexed("adh/caf@00e9"), "6"),
                (hexed("adh/later"), "7"),
                (hexed("adh/never"), "8"),
                (hexed("adh/parts#P#p0"), "9"),
                (hexed("adh/parts#P#p1"), "10"),
                (hexed("adh/shared"), "0"),
                (hexed("adh/FTS_0000000000000015_INDEX_1"), "11"),
            ],
        ),
        (
            "INNODB_TABLESPACES_ENCRYPTION",
            [
                ("0", "1", "1", "1", "1", "0"),
                ("5", "1", "2", "3", "1", "1"),
                ("6", "1", "1", "1", "1", "0"),
                ("7", "1", "0", "1", "1", "0"),
                ("9", "1", "1", "1", "1", "0"),
            ],
        ),
        ("mysql.column_stats", DENIED),
        ("Binlog Dump", DENIED),
        ("SLAVES_CONNECTED", [("1",)]),
        ("USER_PRIVILEGES", [("1",)]),
        ("events_statements_history_long", [("0",)]),
    ]


def test_a_table_space_that_is_not_listed_is_in_clear() -> None:
    tables = looked("mysql", mariadb())[EngineTable]
    assert {name.removeprefix("adh."): table.encrypted for name, table in tables.items()} == {
        "people": True,
        "café": True,
        "later": False,  # scheme 1 with no page converted yet
        "never": False,
        "parts": False,  # one partition of two
        "shared": True,  # in the system table space, which is encrypted
        "old": False,
        "aria": False,
    }
    people = tables["adh.people"]
    assert (people.key_oldest, people.key_current, people.rotating) == (2, 3, True)
    assert (people.directory, tables["adh.café"].directory) == ("/srv/mysql/adh", "/mnt/x/adh")


def test_tables_that_wait_for_a_thread_are_counted() -> None:
    (server,) = looked("mysql", mariadb())[EngineServer].values()
    assert (server.product, server.version, server.able) == ("MariaDB", "10.11.19", True)
    assert (server.forced, server.threads, server.waiting) == (
        "ON",
        0,
        2,
    )  # not the one that says no


def test_each_place_rows_are_written_to_has_its_own_switch() -> None:
    areas = looked("mysql", mariadb())[EngineArea]
    told = {name: (one.written, one.encrypted) for name, one in areas.items()}
    assert told["redo"] == (True, False)
    assert told["binlog"] == (True, False)
    assert told["relay log"][0] is False
    assert told["temporary files"] == (True, True)
    assert told["temporary tables on disk"] == (True, False)
    assert told["general log"] == told["slow log"] == (True, False)
    assert told["audit log"] == (False, False)  # connections alone are kept
    assert told["full-text index"] == (True, False)
    assert isinstance(told["statistics"][0], Unknown)
    assert areas["general log"].inside
    assert areas["slow log"].directory == "/var/log"
    assert areas["binlog"].directory == "/srv/mysql/binlog"


def test_a_key_file_below_the_data_directory_is_told() -> None:
    (key,) = looked("mysql", mariadb())[EngineKey].values()
    assert (key.kind, key.inside, key.locked, key.renews) == ("file", True, "none", False)


def test_a_vault_asked_in_clear_is_told() -> None:
    plugin = ("PLUGIN_TYPE = 'ENCRYPTION'", [("hashicorp_key_management",)])
    url = {"hashicorp_key_management_vault_url": "http://vault:8200/v1/mariadb"}
    (key,) = looked("mysql", mariadb(plugin, **url))[EngineKey].values()
    assert (key.kind, key.plain, key.renews) == ("vault", True, True)


def test_a_replica_nobody_may_name_is_counted() -> None:
    assert list(looked("mysql", mariadb())[Standby]) == ["replica 1"]


def test_without_the_privilege_tables_are_a_gap_and_the_rest_is_seen() -> None:
    denied = [(name, DENIED) for name in ("INNODB_SYS_TABLES", "INNODB_TABLESPACES")]
    found = looked("mysql", mariadb(*denied))
    assert found[Gap]["EngineTable"].reason is Reason.PRIVILEGE
    assert found[Gap]["EngineServer"].reason is Reason.PRIVILEGE
    assert "redo" in found[EngineArea]


@pytest.mark.parametrize(
    ("wide", "stored", "hidden"), [("1", DENIED, 0), ("0", [("0",)], 0), ("0", DENIED, None)]
)
def test_code_an_account_cannot_see_is_not_held_to_be_clean(
    wide: str, stored: Any, hidden: int | None
) -> None:
    first = [("USER_PRIVILEGES", [(wide,)]), ("mysql.proc", stored)]
    (sql,) = looked("mysql", mariadb(*first))[SqlKeys].values()
    assert (sql.hidden if hidden is not None else type(sql.hidden)) == (
        hidden if hidden is not None else Unknown
    )


MYSQL = {
    "default_table_encryption": "ON",
    "table_encryption_privilege_check": "OFF",
    "innodb_redo_log_encrypt": "ON",
    "innodb_undo_log_encrypt": "OFF",
    "binlog_encryption": "OFF",
    "log_bin": "ON",
    "log_bin_basename": "/var/lib/mysql/binlog",
    "relay_log_basename": "/var/lib/mysql/relay",
    "datadir": "/var/lib/mysql/",
    "general_log": "OFF",
    "general_log_file": "/var/lib/mysql/h.log",
    "slow_query_log": "OFF",
    "slow_query_log_file": "/var/lib/mysql/h-slow.log",
    "log_output": "FILE",
    "innodb_log_group_home_dir": "./",
    "innodb_undo_directory": "./",
    "innodb_temp_tablespaces_dir": "./#innodb_temp/",
    "tmpdir": "/tmp",
}


def mysql(*first: tuple[str, Any], **settings: str) -> Answers:
    return [
        *first,
        ("SELECT VERSION()", [("8.4.3",)]),
        ("performance_schema.global_variables", {**MYSQL, **settings}.items()),
        (
            "information_schema.TABLES",
            [
                ("adh", "people", "InnoDB", "ENCRYPTION='Y'"),
                ("adh", "words", "InnoDB", "row_format=DYNAMIC"),
                ("adh", "old", "MyISAM", ""),
            ],
        ),
        (
            "keyring_component_status",
            [
                ("Component_name", "component_keyring_file"),
                ("Component_status", "Active"),
                ("Data_file", "/var/lib/mysql-keyring/component_keyring_file"),
            ],
        ),
        ("replication_connection_configuration", [("0",)]),
        ("COLUMN_STATISTICS", [("0",)]),
        ("USER_PRIVILEGES", [("1",)]),
    ]


def test_mysql_8_says_what_it_encrypts() -> None:
    found = looked("mysql", mysql())
    (server,) = found[EngineServer].values()
    assert (server.product, server.forced, server.able) == ("MySQL", "ON", True)
    tables = found[EngineTable]
    assert [one.encrypted for one in tables.values()] == [True, False, False]
    told = {name: (one.written, one.encrypted) for name, one in found[EngineArea].items()}
    assert (told["redo"], told["undo"], told["binlog"]) == (
        (True, True),
        (True, False),
        (True, False),
    )
    assert told["relay log"][0] is False
    (key,) = found[EngineKey].values()
    assert (key.kind, key.inside, key.locked) == ("file", False, "none")


def test_mysql_forces_only_where_the_privilege_is_checked() -> None:
    (server,) = looked("mysql", mysql(table_encryption_privilege_check="ON"))[EngineServer].values()
    assert server.forced == "FORCE"


def test_an_older_mysql_has_keyring_plug_ins_alone() -> None:
    first = [
        ("keyring_component_status", Unreachable("no such table")),
        ("PLUGIN_TYPE = 'KEYRING'", [("keyring_file",)]),
    ]
    answers = mysql(*first, keyring_file_data="/var/lib/mysql/keyring")
    (key,) = looked("mysql", answers)[EngineKey].values()
    assert (key.key, key.kind, key.path, key.inside) == (
        *("keyring_file", "file", "/var/lib/mysql/keyring"),
        True,
    )


POSTGRESQL = {
    "data_directory": "/srv/pg/15/main",
    "server_version": "15.8 (Debian 15.8-0+deb12u1)",
    "temp_tablespaces": "",
    "logging_collector": "on",
    "log_directory": "log",
    "log_statement": "mod",
    "log_min_duration_statement": "-1",
    "archive_mode": "on",
}


def postgresql(*first: tuple[str, Any], **settings: str) -> Answers:
    return [
        *first,
        ("pg_catalog.pg_settings", {**POSTGRESQL, **settings}.items()),
        (
            "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN",
            [
                *[("public", "people", "heap", "pg_default", "", "1", "1", None, None)],
                *[("public", "cold", "heap", "slow", "/mnt/cold", "2", "2", None, None)],
                *[("public", "y24", "tde_heap", "pg_default", "", "3", "9", "years", "public")],
                *[("public", "y25", "heap", "pg_default", "", "4", "9", "years", "public")],
            ],
        ),
        ("pg_tablespace WHERE", [("pg_default", ""), ("slow", "/mnt/cold")]),
        ("dattablespace) FROM", [("",)]),
        ("pg_catalog.pg_stats", [("3",)]),
        ("pg_db_role_setting", [("0",)]),
    ]


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


def test_no_statement_asks_for_a_row_of_a_table() -> None:
    for dialect, answers in (
        ("mysql", mariadb()),
        ("mysql", mysql()),
        ("postgresql", postgresql()),
    ):
        session = Session(dialect, answers)
        list(engine.collect(session, None, None, frozenset(engine.BRINGS)))
        for statement in session.asked:
            assert statement.startswith("SELECT ")
            assert "adh" not in statement
            assert "public." not in statement


def test_what_a_hostile_server_says_is_made_fit_to_be_shown() -> None:
    evil = "x\x1b[2J\u202e" + "9" * 15
    answers = mariadb(
        ("SELECT VERSION()", [(f"10.11{evil}-MariaDB",)]),
        log_output=evil,
        tmpdir=f"/tmp/{evil}",
        innodb_encrypt_tables=evil,
    )
    told = repr(looked("mysql", answers))
    assert "\\x1b" not in told
    assert "\\u202e" not in told
    assert "9" * 13 not in told


@pytest.mark.parametrize("rows", [[], [()], [("a",)], [("a", "b", "c", "d", "e", "f", "g")]])
def test_an_answer_that_does_not_fit_is_a_gap(rows: list[Any]) -> None:
    answers = [
        ("SELECT VERSION()", [("10.11-MariaDB",)]),
        ("information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME LIKE", MARIADB.items()),
        ("", rows),
    ]
    session = Session("mysql", answers)
    found = list(engine.collect(session, None, None, frozenset(engine.BRINGS)))
    assert all(one.reason is Reason.TRUNCATED for one in found if isinstance(one, Gap))
    assert any(isinstance(one, EngineArea) for one in found)
