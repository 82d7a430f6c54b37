"""The folders, volumes and keys under a store: where its bytes really lie."""

from dataclasses import replace
from typing import Any

import pytest

from rempart.archive import Tie
from rempart.check import Unknown
from rempart.errors import Reason
from rempart.judge.protection import open_to
from rempart.observations.datastores import (
    Copy,
    DataStore,
    IdentifierColumn,
)
from rempart.observations.engines import (
    EngineArea,
    EngineTable,
)
from rempart.observations.volumes import CryptMapping, DataLinks, EncryptedFolder, Volume
from tests.stores import (
    COLD,
    NIR,
    OPEN,
    PEOPLE,
    SEALED,
    SERVER,
    VAULT,
    against,
    chain,
    copies,
)


def wal(place: str, *host: Any, **gaps: Any) -> Copy:
    area = EngineArea("redo", True, False, able=False, directory=place, key="write-ahead log")
    return copies(chain(SERVER, PEOPLE, NIR, VAULT, area, host=host, **gaps))["write-ahead log"]


SEARCHED = ("/var/lib/postgresql", "/srv")


def test_a_link_leads_to_the_volume_bytes_really_lie_on() -> None:
    links = DataLinks(SEARCHED, (("/srv/pg/pg_wal", "../../fast/wal"), ("/fast", "/mnt")))
    layers = {one.kind: one.name for one in wal("/srv/pg/pg_wal", SEALED, OPEN, links).layers}
    assert (layers["folder"], layers["mount"]) == ("/mnt/wal", "db:/")
    straight = wal("/srv/pg/pg_wal", SEALED, OPEN, DataLinks(SEARCHED))
    assert straight.encrypted is True


def test_a_log_folder_nobody_looked_at_may_be_a_link() -> None:
    assert isinstance(wal("/srv/pg/pg_wal", SEALED, OPEN).encrypted, Unknown)
    elsewhere = wal("/u01/pg/pg_wal", SEALED, OPEN, DataLinks(SEARCHED))
    assert isinstance(elsewhere.encrypted, Unknown)
    ring = DataLinks(SEARCHED, (("/srv/a", "b"), ("/srv/b", "a")))
    assert isinstance(wal("/srv/a/pg_wal", SEALED, OPEN, ring).encrypted, Unknown)


@pytest.mark.parametrize(
    ("key_file", "disks", "stopped"),
    [
        ("/etc/keys/data", ("sda1 part", "sda disk"), "s"),
        ("/etc/keys/data", ("sdb1 part", "sdb disk"), "r"),
        ("LABEL=usb", ("sda1 part", "sda disk"), "u"),
    ],
)
def test_a_volume_whose_key_file_lies_on_its_disk_protects_none(
    key_file: str, disks: tuple[str, ...], stopped: str
) -> None:
    mapping = CryptMapping("/dev/sdb2", "luks", "file", key_file, key="data")
    root = Volume(False, key="/", blocks=disks)
    found = chain(SERVER, COLD, NIR, host=[SEALED, root, mapping])
    at_srv = chain(
        SERVER,
        EngineTable("InnoDB", False, directory="/srv/x", key="adh.people"),
        NIR,
        host=[SEALED, root, mapping],
    )
    assert found is not None
    assert against(at_srv)[0] == stopped


@pytest.mark.parametrize(
    ("source", "apart", "stopped"),
    [("passphrase", None, "s"), ("file", False, "r"), ("file", True, "s")],
)
def test_a_folder_with_a_key_of_its_own_is_a_layer(
    source: str, apart: bool | None, stopped: str
) -> None:
    folder = EncryptedFolder("fscrypt", True, key_source=source, key="/srv")
    sealed = replace(folder, key_volume_encrypted=apart)
    table = EngineTable("InnoDB", False, directory="/srv/x", key="adh.people")
    bare = Volume(False, key="/", blocks=("sda disk",))
    assert against(chain(SERVER, table, NIR, host=[bare, sealed]))[0] == stopped


def test_a_server_that_names_no_folder_lies_where_the_inventory_says() -> None:
    unseen = Unknown(Reason.PRIVILEGE, "the account may not read this setting")
    table = EngineTable("heap", False, "pg_default", unseen, key="adh.people")
    log = EngineArea("redo", True, False, able=False, directory=unseen, key="write-ahead log")
    stats = EngineArea("statistics", True, False, able=False, directory=unseen, key="statistics")
    found = copies(chain(SERVER, table, NIR, log, stats))
    assert found["adh"].encrypted is found["statistics"].encrypted is True
    assert isinstance(found["write-ahead log"].encrypted, Unknown)


def test_a_declared_bucket_is_a_copy_no_account_of_a_host_comes_by() -> None:
    infra = Tie("infra", "repository", declares={"adh": ("aws_s3_bucket.*",)})
    bucket = DataStore("bucket", True, "customer", key="aws_s3_bucket.backup", subject="infra")
    found = chain(SERVER, PEOPLE, NIR, VAULT, others=[infra], infra=(bucket,))
    assert against(found)[1] == "s"
    assert open_to(found, "T3") == ("adh",)
    assert open_to(found, "T5") == ("adh", "aws_s3_bucket.backup")


def test_folders_of_one_volume_are_one_branch() -> None:
    other = EngineTable("InnoDB", True, "adh2/b", "/srv/mysql/adh2", key="adh2.people")
    second = IdentifierColumn("nir", "clear", 100, 100, 100, key="adh2.people.nir")
    found = copies(chain(SERVER, PEOPLE, other, NIR, second, VAULT))
    assert set(found) == {"adh"}
    assert "adh.people, adh2.people (InnoDB)" in [one.name for one in found["adh"].layers]


def test_tables_of_two_engines_are_two_branches() -> None:
    old = EngineTable("MyISAM", False, directory="/srv/mysql/adh", key="adh.old")
    clear = EngineTable("InnoDB", False, "adh/clear", "/srv/mysql/adh", key="adh.clear")
    people = [
        IdentifierColumn("nir", "clear", 100, 100, 100, key=f"{table.key}.nir")
        for table in (old, clear)
    ]
    found = copies(chain(SERVER, old, clear, *people))
    assert set(found) == {"adh: adh.old", "adh: adh.clear"}
