"""A database's own client on its host: what is sent there, and what its answers mean."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rempart.errors import (
    CollectError,
    Limited,
    NoCollector,
    Privilege,
    Refused,
    Truncated,
    Unreachable,
)
from rempart.inventory import Database, Host
from rempart.inventory.values import Key
from rempart.transport import sql
from rempart.transport.client_commands import as_owner, door
from rempart.transport.host_client import HostClient
from tests.loopback import access
from tests.ssh_server import serve

PG = Database(id="adh", url="postgresql://audit@10.0.0.5/adh", on="h")
MY = Database(id="adh", url="mysql://audit@10.0.0.5:3307/adh?socket=/run/x.sock", on="h")


def answered(
    tmp_path: Path, database: Database, said: Callable[[str], bytes], *, owner: bool = False
) -> tuple[list[sql.Row], str]:
    """The rows a host's answer gives, and the script it was sent."""

    def answer(script: bytes) -> bytes:
        nonce = script.partition(b"==rempart ")[2].partition(b" ")[0].decode()
        return said(nonce)

    with serve(answer, tmp_path) as served:
        host = Host(
            id="h", ssh=served.ssh, key=Key(str(served.key)), known_hosts=served.known_hosts
        )
        with (
            access(database, subjects=(host,)) as own,
            sql.opened(own, database, spare=5) as session,
        ):
            rows = session.ask("SELECT 1", owner=owner)
        return rows, served.scripts[0].decode()


def framed(body: str, status: int = 0, error: str = "") -> Callable[[str], bytes]:
    def said(nonce: str) -> bytes:
        mark = f"\n==rempart {nonce} "
        return f"Welcome!{mark}begin\n{body}{mark}end {status}\n{error}{mark}over\n".encode()

    return said


def test_rows_of_psql_keep_quotes_lines_and_nothing(tmp_path: Path) -> None:
    rows, script = answered(tmp_path, PG, framed('a,"b ""c""\nd",rempart-null\n,"",t\n'))
    assert rows == [("a", 'b "c"\nd', None), ("", "", "t")]
    assert "/usr/bin/psql -X -q -w -t --csv" in script
    assert "-U audit -d adh" in script


def test_an_empty_line_of_psql_is_a_row_of_nothing(tmp_path: Path) -> None:
    assert answered(tmp_path, PG, framed("\n"))[0] == [("",)]
    assert answered(tmp_path, PG, framed(""))[0] == []


def test_rows_of_mariadb_tell_null_from_the_word(tmp_path: Path) -> None:
    body = (
        '<?xml version="1.0"?>\n<resultset statement="SELECT &quot;&lt;row&gt;"><row>\n'
        '\t<field name="a">NULL</field>\n\t<field name="b" xsi:nil="true" />\n'
        '\t<field name="&lt;c&gt;">&lt;/field&gt; &amp;amp;</field>\n  </row></resultset>'
    )
    rows, script = answered(tmp_path, MY, framed(body))
    assert rows == [("NULL", None, "</field> &amp;")]
    assert "--socket=/run/x.sock --user audit adh" in script


@pytest.mark.parametrize(
    ("database", "status", "said", "kind"),
    [
        (PG, 127, "", NoCollector),
        (PG, 124, "", Limited),
        (PG, 3, "ERROR:  42501", Privilege),
        (PG, 3, "ERROR:  57014", Limited),
        (PG, 2, 'psql: error: FATAL:  role "audit" does not exist', Refused),
        (PG, 3, "ERROR:  XX000: value 'secret'", Refused),
        (MY, 1, "ERROR 1142 (42000) at line 1: SELECT command denied", Privilege),
        (MY, 1, "ERROR 1698 (28000): Access denied for user 'audit'", Refused),
        (MY, 1, "ERROR 2002 (HY000): Can't connect to local server", Unreachable),
    ],
)
def test_errors_are_told_by_their_code(
    tmp_path: Path, database: Database, status: int, said: str, kind: type[CollectError]
) -> None:
    with pytest.raises(kind) as caught:
        answered(tmp_path, database, framed("", status, said))
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        lambda _: b"",
        lambda nonce: f"\n==rempart {nonce} begin\nx".encode(),
        lambda _: framed("1")("0" * 24),
        framed('"open'),
    ],
)
def test_half_an_answer_is_none(tmp_path: Path, said: Callable[[str], bytes]) -> None:
    with pytest.raises(Truncated):
        answered(tmp_path, PG, said)


def test_the_owner_is_asked_by_a_fixed_command_line(tmp_path: Path) -> None:
    _, script = answered(tmp_path, PG, framed(""), owner=True)
    (command,) = as_owner(door(PG), "SELECT 1")
    assert command[-4:] == (
        *("-c", "SET search_path = pg_catalog; SET statement_timeout = 20000"),
        *("-c", "SELECT 1"),
    )
    assert "frame owner postgres /usr/bin/psql" in script
    maria, mysql = as_owner(door(MY), "SELECT 1")
    assert (maria[:2], mysql[:2]) == (
        ("/usr/bin/mariadb", "--no-defaults"),
        ("/usr/bin/mysql", "--no-defaults"),
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://audit@10.0.0.5/adh?host=/tmp/$(id)",
        "postgresql://audit@10.0.0.5/-f%20x",
        "postgresql://-c%20x@10.0.0.5/adh",
        "mysql://audit@10.0.0.5/adh?socket=relative",
        "sqlite:////tmp/x",
    ],
)
def test_what_is_not_plain_reaches_no_command_line(url: str) -> None:
    with pytest.raises(NoCollector):
        door(Database(id="adh", url=url, on="h"))


def test_a_database_of_a_host_brought_as_files_is_not_asked(tmp_path: Path) -> None:
    host: Any = Host(id="h", captured=tmp_path)
    with (
        access(PG, subjects=(host,)) as own,
        pytest.raises(NoCollector, match="brought as files"),
        sql.opened(own, PG, spare=5),
    ):
        pytest.fail("there is nobody to ask")


def test_tables_are_a_drivers_to_read() -> None:
    with access(PG) as own:
        client = HostClient(own, Host(id="h", ssh="local"), door(PG))
        with pytest.raises(NoCollector, match="driver"):
            client.columns("reads")
