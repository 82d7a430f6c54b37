"""What servers say of their accounts and rules, read without a server."""

from typing import Any

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors import client_rules
from rempart.collectors.database.credentials import mysql, mysql_policy, postgresql
from rempart.errors import Privilege, Truncated
from rempart.observations.database_accounts import ClientRule, DatabaseServer
from rempart.observations.passwords import PasswordPolicy

# As MySQL 8.4 answers; passwords are said to be there or not.
MYSQL_84 = {
    "version": "8.4.2",
    "authentication_policy": "*,,",
    "require_secure_transport": "ON",
    "have_ssl": "YES",
    "bind_address": "*",
    "default_password_lifetime": "90",
    "password_history": "5",
    "validate_password.policy": "MEDIUM",
    "validate_password.length": "12",
    "validate_password.mixed_case_count": "1",
    "validate_password.number_count": "1",
    "validate_password.special_char_count": "1",
    "validate_password.check_user_name": "ON",
    "validate_password.dictionary_file": "/etc/words",
}
ROWS = [
    ("app", "%", "0", "0", None, "1", "caching_sha2_password", "set"),
    ("old", "10.0.%", "0", "0", "0", "0", "mysql_native_password", "set"),
    ("mysql.sys", "localhost", "0", "1", None, "0", "caching_sha2_password", "invalid"),
    ("dba", "localhost", "1", "0", "30", "0", "auth_socket", "empty"),
    ("odd", "localhost", "0", "0", None, "0", "payer_plugin", "set"),
    ("", "localhost", "0", "0", None, "0", "", "empty"),
]


def test_accounts_of_mysql_8() -> None:
    found = {one.key: one for one in mysql.accounts("mysql", ROWS, MYSQL_84)}
    app, old, dba, odd = (
        found[f"{name}"] for name in ("app@%", "old@10.0.%", "dba@localhost", "odd@localhost")
    )
    assert (app.anywhere, app.needs_tls, app.max_age_days) == (True, True, 90)
    assert (old.scheme, old.anywhere, old.max_age_days) == ("mysql_native_password", False, None)
    assert (dba.scheme, dba.external, dba.no_secret) == (None, "unix_socket", False)
    assert (dba.administrator, dba.max_age_days) == (True, 30)
    assert isinstance(odd.scheme, Unknown)
    assert isinstance(odd.can_sign_in, Unknown)
    assert found["mysql.sys@localhost"].can_sign_in is False
    assert (found["@localhost"].anonymous, found["@localhost"].no_secret) == (True, True)


def test_the_weakest_of_several_ways_in_counts() -> None:
    row = ("x", "localhost", "0", None, None, "0", None, "empty")
    ways = (*("ed25519", "set"), *("mysql_native_password", "set"), *(None, "empty"))
    (found,) = mysql.accounts("mariadb", [(*row, *ways)], {})
    assert found.scheme == "mysql_native_password"


@pytest.mark.parametrize(
    ("changed", "length", "classes", "dictionary"),
    [
        ({}, 12, (1, 1, 1, 1), False),
        ({"validate_password.policy": "LOW"}, 12, (0, 0, 0, 0), False),
        ({"validate_password.policy": "2"}, 12, (1, 1, 1, 1), True),
        ({"validate_password.length": "1"}, 4, (1, 1, 1, 1), False),
    ],
)
def test_validate_password_is_read_as_a_component(
    changed: dict[str, str], length: int, classes: tuple[int, ...], dictionary: bool
) -> None:
    policy = mysql_policy.policy("mysql", {**MYSQL_84, **changed})
    assert policy.min_length == length
    assert (policy.lower, policy.upper, policy.digits, policy.specials) == classes
    assert (policy.dictionary, policy.history, policy.max_age_days) == (dictionary, 5, 90)


def test_without_a_plug_in_any_password_will_do() -> None:
    policy = mysql_policy.policy("mysql", {"version": "5.7.44"})
    assert (policy.min_length, policy.max_failures, policy.max_age_days) == (0, None, None)
    assert mysql_policy.checkers({"version": "5.7.44"}) == ()


@pytest.mark.parametrize(
    ("settings", "new", "required"),
    [
        (MYSQL_84, "caching_sha2_password", True),
        ({**MYSQL_84, "authentication_policy": "*:ed25519"}, "ed25519", True),
        (
            {"default_authentication_plugin": "mysql_native_password"},
            "mysql_native_password",
            False,
        ),
        ({**MYSQL_84, "skip_networking": "ON"}, "caching_sha2_password", None),
        ({**MYSQL_84, "bind_address": "127.0.0.1"}, "caching_sha2_password", None),
    ],
)
def test_a_server_says_how_it_keeps_new_passwords(
    settings: dict[str, str], new: str, required: bool | None
) -> None:
    found = mysql.server("mysql", settings)
    assert (found.new_passwords, found.tls_required) == (new, required)


@pytest.mark.parametrize(
    ("version", "statement"),
    [
        ("10.11.6-MariaDB-0+deb12u1", mysql.MARIADB),
        ("10.3.39-MariaDB", mysql.OLDER),
        ("8.4.2", mysql.MYSQL),
        ("5.6.51-log", mysql.OLDER),
    ],
)
def test_each_version_is_asked_where_it_keeps_accounts(version: str, statement: str) -> None:
    asked: list[str] = []

    class Session:
        dialect = "mysql"

        def ask(self, text: str, **_: object) -> list[tuple[str, str]]:
            asked.append(text)
            return [("version", version)] if text == mysql.SETTINGS else []

    list(mysql.read(Session()))
    assert asked[-1] == statement


PG = {
    "server_version": "16.4 (Debian)",
    "password_encryption": "md5",
    "ssl": "off",
    "listen_addresses": "*",
    "shared_preload_libraries": "pg_stat_statements,$libdir/credcheck",
    "credcheck.password_min_length": "14",
    "credcheck.password_min_lower": "1",
    "credcheck.password_min_upper": "1",
    "credcheck.password_min_digit": "1",
    "credcheck.password_min_special": "0",
    "credcheck.max_auth_failure": "5",
}


def test_credcheck_sets_the_rules_of_postgresql() -> None:
    policy = postgresql.policy(PG)
    assert (policy.min_length, policy.digits, policy.max_failures) == (14, 1, 5)
    plain = postgresql.policy({**PG, "shared_preload_libraries": "passwordcheck"})
    assert (plain.min_length, plain.min_classes, plain.forbids_username) == (8, 2, True)
    none = postgresql.policy({**PG, "shared_preload_libraries": ""})
    assert (none.min_length, none.max_failures) == (1, None)
    hidden = postgresql.policy({"server_version": "16"})
    assert isinstance(hidden.min_length, Unknown)
    assert isinstance(hidden.max_failures, Unknown)


def rule(line: str, kind: str, *rest: str | None, error: str | None = None) -> tuple[Any, ...]:
    databases, users, address, mask, method, options = rest
    return (line, kind, databases, users, address, mask, method, options, error, "/etc/pg_hba.conf")


def test_rules_are_told_in_their_order() -> None:
    rows = [
        rule("1", "local", "all", "postgres", None, None, "peer", "map=admins"),
        rule("2", "host", "all", "all", "10.0.0.0", "255.0.0.0", "scram-sha-256", None),
        rule("3", "hostssl", "adh", "app", "10.1.2.0", "255.255.255.0", "md5", None),
        rule("4", "hostssl", "replication", "rep", "10.0.0.9", "255.255.255.255", "cert", None),
        rule("5", "host", "all", "all", "fe80::", "ffff:ffff::", "radius", "radiussecrets=x"),
        rule("6", "host", "all", "all", "samehost", None, "trust", None),
        rule("7", "host", "all", "all", "db.payer.example", None, "gss", None),
    ]
    found = [one for one in client_rules.rules(rows) if isinstance(one, ClientRule)]
    assert [one.address for one in found] == [
        *("", "10.0.0.0/8", "10.1.2.0/24", "10.0.0.9/32", "fe80::/32", "samehost"),
        "db.payer.example",
    ]
    assert [bool(one.shadowed) for one in found] == [False, False, True, False, False, False, False]
    assert found[2].shadowed == "line 2"
    assert [one.clear_text for one in found] == [False, True, False, False, True, False, True]
    assert found[4].options == ("radiussecrets=...",)
    assert found[0].source == "pg_hba.conf"


def test_a_rule_the_server_cannot_read_is_a_gap_of_its_own() -> None:
    rows = [
        rule("1", "local", "all", "all", None, None, "peer", None),
        rule("2", "host", None, None, None, None, None, None, error="end-of-line before method"),
    ]
    first, second = client_rules.rules(rows)
    assert isinstance(first, ClientRule)
    assert isinstance(second, Gap)
    assert (second.reason, second.key) == (Reason.UNRESOLVED, "line 2")
    with pytest.raises(Truncated):
        list(client_rules.rules([rule("x", "host", None, None, None, None, None, None)]))


def test_what_the_account_may_not_see_leaves_the_rest() -> None:
    class Session:
        dialect = "postgresql"

        def ask(self, text: str, **_: object) -> list[tuple[Any, ...]]:
            if text == postgresql.SETTINGS:
                return list(PG.items())
            if text == postgresql.VISIBLE_ROLES:
                return [("app", "t", "f", None, "hidden", None)]
            raise Privilege("the account may not read that")

    found = list(postgresql.read(Session()))
    server = next(one for one in found if isinstance(one, DatabaseServer))
    assert isinstance(server.tls_required, Unknown)
    assert (server.new_passwords, server.tls) == ("md5", False)
    assert [one.type for one in found if isinstance(one, Gap)] == ["ClientRule"]
    assert any(isinstance(one, PasswordPolicy) for one in found)
    assert isinstance(getattr(found[-1], "scheme", None), Unknown)
