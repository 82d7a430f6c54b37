"""MariaDB, and what every engine of a database server has in common."""

from typing import Any

import pytest

from rempart.check import Gap, Unknown
from rempart.collectors.database import engine
from rempart.errors import Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
    Standby,
)
from tests.engines import DENIED, MARIADB, Session, looked, mariadb, mysql, postgresql


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
    (server,) = found[EngineServer].values()
    assert server.forced == "ON"
    assert isinstance(server.waiting, Unknown)
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
