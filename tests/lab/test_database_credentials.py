"""Accounts and rules of Debian's PostgreSQL and MariaDB, by a driver and by the host's client."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.database import credentials
from rempart.errors import Reason
from rempart.inventory import Database, Host
from rempart.observations.database_accounts import ClientRule, DatabaseAccount, DatabaseServer
from rempart.observations.passwords import PasswordPolicy
from rempart.transport import sql
from rempart.transport.client_commands import as_owner, door
from tests.lab import lacking
from tests.lab.databases import PASSWORD, Served, mysql, postgresql
from tests.loopback import access

pytestmark = pytest.mark.lab
WANTED = frozenset(credentials.BRINGS)
LDAP = "ldapserver=ldap.payer.example ldapbasedn=dc=payer ldapbinddn=cn=a ldapbindpasswd=hunter2"
RULES = f"""
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host adh reader 10.0.0.0 255.0.0.0 md5
host all all 10.1.0.0/16 md5
hostssl all all 0.0.0.0/0 ldap {LDAP}
"""


@pytest.fixture(scope="module")
def pg() -> Iterator[Served]:
    with postgresql() as running:
        running.folder.chmod(0o755)
        running.run(
            "CREATE ROLE postgres SUPERUSER LOGIN; SET password_encryption = 'md5';"
            "CREATE ROLE legacy LOGIN PASSWORD 'legacy'; CREATE ROLE group_of_all NOLOGIN;"
            "CREATE ROLE dba LOGIN VALID UNTIL '2027-01-01 00:00+00'; GRANT postgres TO dba;"
        )
        (running.folder / "data" / "pg_hba.conf").write_text(RULES)
        running.run("SELECT pg_reload_conf(); SELECT pg_sleep(0.2);")
        yield running


@pytest.fixture(scope="module")
def maria() -> Iterator[Served]:
    with mysql() as running:
        running.run(
            "CREATE USER ''@'localhost'; INSTALL SONAME 'simple_password_check';"
            "SET GLOBAL max_password_errors = 7;"
            "SET GLOBAL simple_password_check_minimal_length = 12;"
            f"CREATE USER app@'%' IDENTIFIED BY 'Ab1!{PASSWORD}' REQUIRE SSL;"
            "SET GLOBAL strict_password_validation = 0;"
            "CREATE USER twice@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING "
            "'invalid'; CREATE ROLE reading;"
        )
        yield running


def asked(served: Served, *, owner: bool) -> list[Any]:
    """What a driver gets as reader, or the host's client as the owner."""
    if owner and os.geteuid() != 0:
        lacking("a client is started as the owner by root alone")
    where = f"127.0.0.1:{served.port}/adh"
    ca = served.folder / "ca.pem"
    database: Any = Database(id="adh", url=f"{served.scheme}://reader@{where}", ca=ca)
    if owner:
        place = f"host={served.folder}" if served.scheme == "postgresql" else "socket="
        place += "" if served.scheme == "postgresql" else f"{served.folder}/door"
        database = Database(id="adh", url=f"{served.scheme}://reader@{where}?{place}", on="h")
    else:
        secret = type("Secret", (), {"resolve": staticmethod(lambda: PASSWORD)})()
        database = type("Signed", (), {"url": database.url, "password": secret, "on": "", "ca": ca})
    with (
        access(database, subjects=(Host(id="h", ssh="local"),)) as own,
        sql.opened(own, database, spare=5, counts=True) as session,
    ):
        return list(credentials.collect(session, database, own, WANTED))


def of(found: list[Any], kind: type[Observation]) -> dict[str, Any]:
    return {one.key: one for one in found if isinstance(one, kind)}


def test_the_owner_of_postgresql_is_told_everything(pg: Served) -> None:
    found = asked(pg, owner=True)
    assert "hunter2" not in repr(found)
    assert not [one for one in found if isinstance(one, Gap)]
    accounts = of(found, DatabaseAccount)
    assert set(accounts) == {"admin", "dba", "legacy", "postgres", "reader"}
    legacy, reader, dba = accounts["legacy"], accounts["reader"], accounts["dba"]
    assert (legacy.scheme, legacy.guessable, legacy.administrator) == ("md5", True, False)
    assert (reader.scheme, reader.cost, reader.guessable) == ("scram-sha-256", 4096, False)
    assert (dba.administrator, dba.scheme, dba.expires) == (True, None, "2027-01-01")
    rules = of(found, ClientRule)
    narrow = rules["host adh reader 10.0.0.0/8"]
    assert (narrow.line, narrow.clear_text, narrow.method) == (4, True, "md5")
    assert not rules["host all all 127.0.0.1/32"].clear_text
    assert "ldapbindpasswd=..." in rules["hostssl all all 0.0.0.0/0"].options
    (server,) = of(found, DatabaseServer).values()
    assert (server.new_passwords, server.checkers, server.tls) == ("scram-sha-256", (), True)
    assert server.tls_required is None  # it listens on loopback alone
    assert of(found, PasswordPolicy)["postgresql"].min_length == 1


def test_a_file_the_server_has_not_read_is_not_in_force(pg: Served) -> None:
    file = pg.folder / "data" / "pg_hba.conf"
    file.write_text(RULES + "host all all all reject\n")
    os.utime(file, (time.time() + 60, time.time() + 60))  # PostgreSQL tells seconds
    try:
        (gap,) = [one for one in asked(pg, owner=True) if isinstance(one, Gap)]
        assert (gap.reason, gap.key) == (Reason.UNRESOLVED, "not reloaded")
    finally:
        os.utime(file)
        pg.run("SELECT pg_reload_conf(); SELECT pg_sleep(0.2);")


def test_another_account_of_postgresql_says_what_it_may_not_see(pg: Served) -> None:
    found = asked(pg, owner=False)
    accounts = of(found, DatabaseAccount)
    hidden = accounts["legacy"].scheme
    assert isinstance(hidden, Unknown)
    assert hidden.reason is Reason.PRIVILEGE
    assert accounts["dba"].administrator is True
    (gap,) = [one for one in found if isinstance(one, Gap)]
    assert (gap.type, gap.reason) == ("ClientRule", Reason.PRIVILEGE)


def test_the_owner_of_mariadb_is_told_everything(maria: Served) -> None:
    found = asked(maria, owner=True)
    accounts = of(found, DatabaseAccount)
    assert not [one for one in found if isinstance(one, Gap)]
    root, nobody, app = (accounts[name] for name in ("root@localhost", "@localhost", "app@%"))
    assert (root.no_secret, root.administrator) == (True, True)
    assert (nobody.anonymous, nobody.no_secret) == (True, True)
    assert (app.anywhere, app.needs_tls, app.scheme) == (True, True, "mysql_native_password")
    twice = accounts["twice@localhost"]
    assert (twice.scheme, twice.external, twice.no_secret) == (None, "unix_socket", False)
    assert "reading@" not in accounts
    policy = of(found, PasswordPolicy)["mariadb"]
    assert (policy.min_length, policy.digits, policy.max_failures) == (12, 1, 7)
    assert policy.binds_admins is False
    (server,) = of(found, DatabaseServer).values()
    assert (server.product, server.checkers) == ("mariadb", ("simple_password_check",))


def test_another_account_of_mariadb_says_what_it_may_not_see(maria: Served) -> None:
    with pytest.raises(Exception, match="may not read"):
        asked(maria, owner=False)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_owner_commands_hold_no_way_out(scheme: str) -> None:
    place = door(Database(id="a", url=f"{scheme}://reader@127.0.0.1/adh", on="h"))
    for statement in credentials.OWNER[scheme]:
        for command in as_owner(place, statement):
            assert not [word for word in command if "\n" in word or "\\" in word]
            assert statement.lstrip("( ").startswith(("SELECT", "SHOW", "WITH"))
