"""Database servers as their products answer: rows for a session that asks nobody."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from rempart.check import Gap
from rempart.collectors.database import engine
from rempart.errors import CollectError, Privilege

Answers: TypeAlias = Sequence[tuple[str, Any]]


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
