"""MySQL 8, on rows written after its reference manual."""

from rempart.check import Gap, Unknown
from rempart.errors import Reason, Unreachable
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
)
from tests.engines import DENIED, looked, mysql


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


def test_a_keyring_that_may_not_be_asked_for_is_unknown() -> None:
    found = looked("mysql", mysql(("keyring_component_status", DENIED)))
    (server,) = found[EngineServer].values()
    assert server.forced == "ON"
    assert isinstance(server.able, Unknown)
    assert found[Gap]["EngineKey"].reason is Reason.PRIVILEGE
