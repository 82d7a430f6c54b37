"""Debian's own psql and mariadb clients, asked by the shell of their host."""

import os
from collections.abc import Iterator

import pytest

from rempart.errors import CollectError
from rempart.inventory import Database, Host
from rempart.transport import sql
from tests.lab import lacking
from tests.lab.databases import SERVERS, Served
from tests.loopback import access

pytestmark = pytest.mark.lab

MANY = {
    "postgresql": "SELECT E'a\\n\"b\",c', NULL, '', true, 'rempart'",
    "mysql": "SELECT 'a\n\"b\",c', NULL, '', 't', 'rempart' FROM DUAL WHERE '<' <> '&'",
}


@pytest.fixture(scope="module", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with SERVERS[request.param]() as running:
        if request.param == "postgresql":
            running.run("CREATE ROLE postgres SUPERUSER LOGIN;")
        running.folder.chmod(0o755)  # another account's client walks to the socket
        yield running


def session(served: Served, account: str) -> Iterator[sql.Server]:
    key = "host=" if served.scheme == "postgresql" else "socket="
    place = served.folder if served.scheme == "postgresql" else served.folder / "door"
    port = f":{served.port}" if served.scheme == "postgresql" else ""
    url = f"{served.scheme}://{account}@127.0.0.1{port}/adh?{key}{place}"
    database = Database(id="adh", url=url, on="h")
    host = Host(id="h", ssh="local")
    with (
        access(database, subjects=(host,)) as own,
        sql.opened(own, database, spare=5) as opened,
    ):
        yield opened


def test_the_account_gets_its_rows_as_they_are(served: Served) -> None:
    for opened in session(served, "admin" if served.scheme == "postgresql" else "root"):
        assert opened.ask(MANY[served.scheme]) == [('a\n"b",c', None, "", "t", "rempart")]
        assert opened.ask("SELECT ''") == [("",)]
        assert opened.ask("SELECT 1 FROM (SELECT 1 AS a) b WHERE a = 2") == []


def test_it_cannot_write(served: Served) -> None:
    for opened in session(served, "admin" if served.scheme == "postgresql" else "root"):
        with pytest.raises(CollectError):
            opened.ask("CREATE TABLE adh.public_thing (a int)")
        assert len(opened.ask("SELECT 1")) == 1


def test_an_unknown_account_is_refused(served: Served) -> None:
    for opened in session(served, "nobody_here"):
        with pytest.raises(CollectError, match="not let in"):
            opened.ask("SELECT 1")


def test_the_owner_answers_what_the_account_may_not_see(served: Served) -> None:
    if os.geteuid() != 0:
        lacking("a client is started as the owner by root alone")
    question = {
        "postgresql": "SELECT count(*) FROM pg_catalog.pg_authid WHERE rolname = 'reader'",
        "mysql": "SELECT COUNT(*) FROM mysql.global_priv WHERE User = 'reader'",
    }[served.scheme]
    for opened in session(served, "reader"):
        assert opened.ask(question, owner=True) == [("1",)]
