"""A database server followed to every copy, and whom each keeps out."""

import pytest

from rempart.archive import Tie
from rempart.check import Gap, Unknown
from rempart.derive import Estate, store_chain
from rempart.errors import Reason
from rempart.judge.protection import open_to
from rempart.observations.backups import BackupRepository
from rempart.observations.columns import HashedColumn, SealedColumn, TableContent
from rempart.observations.datastores import (
    DataStore,
    IdentifierColumn,
    StoreChain,
)
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineTable,
    SqlKeys,
    Standby,
)
from rempart.observations.keys import StoredKey
from rempart.observations.volumes import Swap, Volume
from tests.stores import (
    COLD,
    HOST,
    NIR,
    OPEN,
    PEOPLE,
    REDO,
    SEALED,
    SERVER,
    VAULT,
    WORDS,
    against,
    chain,
    copies,
)


def test_every_layer_stands_between_a_column_and_its_disk() -> None:
    original = copies(chain(SERVER, PEOPLE, NIR, VAULT))["adh"]
    assert [(one.kind, one.name, one.encrypted) for one in original.layers] == [
        ("column", "adh.people.nir", False),
        ("table", "adh.people (InnoDB)", True),
        ("folder", "/srv/mysql/adh", None),
        ("mount", "db:/srv", True),
        ("disk", "sdb", None),
    ]
    assert original.layers[1].key_holder == "customer"


def test_tables_in_two_places_are_two_branches() -> None:
    cold = IdentifierColumn("nir", "clear", 100, 100, 100, key="adh.cold.nir")
    found = chain(SERVER, PEOPLE, COLD, NIR, cold, VAULT)
    assert set(copies(found)) == {"adh: adh.people", "adh: adh.cold"}
    assert open_to(found, "T1") == ("adh: adh.cold",)


def test_tables_without_people_are_left_out() -> None:
    found = chain(SERVER, PEOPLE, COLD, NIR, WORDS, VAULT)
    assert set(copies(found)) == {"adh"}


def test_a_clear_log_beside_encrypted_tables_is_what_the_disk_gives_away() -> None:
    found = chain(SERVER, PEOPLE, NIR, VAULT, REDO, host=[OPEN])
    assert open_to(found, "T1") == ("redo",)
    assert against(found)[0] == "r"
    assert "binlog" not in copies(found)


def test_an_area_nobody_saw_is_unknown_unless_it_is_sealed_anyway() -> None:
    unsure = Unknown(Reason.PRIVILEGE, "not told")
    stats = EngineArea("statistics", unsure, False, directory="/srv/mysql", key="statistics")
    assert copies(chain(SERVER, PEOPLE, NIR, VAULT, stats))["statistics"].encrypted is True
    bare = copies(chain(SERVER, PEOPLE, NIR, VAULT, stats, host=[OPEN]))["statistics"]
    assert isinstance(bare.encrypted, Unknown)
    gap = Gap("EngineArea", Reason.PRIVILEGE, "no")
    assert "logs" in copies(chain(SERVER, PEOPLE, NIR, VAULT, gaps=[gap]))


@pytest.mark.parametrize(
    ("path", "host", "stopped"),
    [
        ("/srv/keys.txt", [Volume(False, key="/srv", blocks=("sdb disk",))], "r"),
        ("/etc/keys.txt", [OPEN, Volume(False, key="/srv", blocks=("sdb disk",))], "s"),
        ("/etc/keys.txt", [OPEN, Volume(False, key="/srv", blocks=("sda2 part", "sda disk"))], "r"),
        ("/etc/keys.txt", [OPEN, Volume(False, key="/srv")], "u"),
        ("/etc/keys.txt", [Volume(True, key="/"), Volume(False, key="/srv")], "s"),
        ("/etc/keys.txt", [], "u"),
    ],
)
def test_a_key_file_protects_a_disk_it_does_not_lie_on(
    path: str, host: list[Volume], stopped: str
) -> None:
    key = EngineKey("file", path, locked="none", key="file_key_management")
    assert against(chain(SERVER, PEOPLE, NIR, key, host=host))[0] == stopped


def test_whose_key_it_is_unknown_where_no_plug_in_was_seen() -> None:
    gap = Gap("EngineKey", Reason.PRIVILEGE, "may not be read")
    assert against(chain(SERVER, PEOPLE, NIR, host=[OPEN], gaps=[gap]))[0] == "u"


def test_disks_and_tables_encrypted_stop_nobody_who_signs_in() -> None:
    assert against(chain(SERVER, PEOPLE, NIR, VAULT)) == "surrr"


def test_sealed_columns_stop_everybody_unless_their_key_stands_in_the_code() -> None:
    sealed = SealedColumn("openpgp", 100, 0, 80, 80, key="adh.people.nir")
    code = SqlKeys(("views",), ("view adh.keyed",), key="sql")
    assert against(chain(SERVER, COLD, WORDS, sealed)) == "susss"
    assert against(chain(SERVER, COLD, WORDS, sealed, code, host=[OPEN])) == "rurrr"
    gap = Gap("IdentifierColumn", Reason.LIMIT, "only some tables were read")
    assert against(chain(SERVER, COLD, WORDS, sealed, gaps=[gap], host=[OPEN])) == "uuuuu"


def test_hashes_that_were_found_again_are_clear_text() -> None:
    sealed = SealedColumn("openpgp", 100, 0, 80, 80, key="adh.people.nir")
    hashed = HashedColumn("sha256", 100, "nir", "adh.people.nir", 50, 50, key="adh.people.hash")
    assert against(chain(SERVER, COLD, WORDS, sealed, hashed))[3] == "r"


def test_a_log_kept_as_a_table_is_read_by_accounts() -> None:
    sealed = SealedColumn("openpgp", 100, 0, 80, 80, key="adh.people.nir")
    log = EngineArea("statements", True, False, directory="/srv/mysql", inside=True, key="log")
    found = chain(SERVER, COLD, WORDS, sealed, log)
    assert "log" in [copy.name for copy in found.copies if copy.inside]
    assert against(found)[3] == "s"  # what it holds is sealed as the columns are
    assert open_to(chain(SERVER, PEOPLE, NIR, VAULT, log), "T4") == ("adh", "log")


def test_swap_of_the_host_is_a_copy() -> None:
    found = chain(SERVER, PEOPLE, NIR, VAULT, host=[SEALED, Swap("/dev/sda2", False, key="swap")])
    assert open_to(found, "T1") == ("db: swap",)


def test_a_replica_the_inventory_names_is_followed_and_another_is_unknown() -> None:
    standby = Standby("streaming", key="standby1")
    assert isinstance(
        copies(chain(SERVER, PEOPLE, NIR, VAULT, standby))["standby1"].encrypted, Unknown
    )
    replica = Tie("adh2", "database", on="db", of=("adh",), path="/mnt")
    other = {"adh2": (EngineTable("InnoDB", False, directory="/mnt", key="adh.people"),)}
    found = chain(SERVER, PEOPLE, NIR, VAULT, standby, others=[replica], **other)
    assert {copy.kind for copy in found.copies} == {"original", "replica"}
    assert open_to(found, "T1") == ("adh2",)


def test_a_backup_repository_counts_by_what_its_tool_encrypts() -> None:
    nightly = Tie("nightly", "backup", of=("adh",), path="/b")
    sealed = BackupRepository("restic", True, "aes-256-ctr", key_place="outside", key="repo")
    clear = BackupRepository("pgBackRest", False, "none", key="other")
    found = chain(SERVER, PEOPLE, NIR, VAULT, others=[nightly], nightly=(sealed, clear))
    assert open_to(found, "T2") == ("nightly: other",)
    good = chain(SERVER, PEOPLE, NIR, VAULT, others=[nightly], nightly=(sealed,))
    assert against(good)[1] == "s"
    script = StoredKey("passphrase in a script", False, "owner", opens="backup", beside=True)
    beside = chain(SERVER, PEOPLE, NIR, VAULT, others=[nightly], nightly=(sealed, script))
    assert against(beside)[1] == "r"


def test_a_log_archive_is_told_by_the_backup_the_inventory_names() -> None:
    unknown = Unknown(Reason.UNRESOLVED, "not told")
    archive = EngineArea("archive", True, unknown, able=False, key="log archive")
    assert against(chain(SERVER, PEOPLE, NIR, VAULT, archive))[1] == "u"
    nightly = Tie("nightly", "backup", of=("adh",), path="/b")
    found = chain(SERVER, PEOPLE, NIR, VAULT, archive, others=[nightly], nightly=())
    assert "log archive" not in copies(found)


def test_a_service_that_keeps_data_is_a_store() -> None:
    mongo = Tie("mongo", "service", on="db", path="/srv/mongo")
    infra = Tie("infra", "repository", declares={"mongo": ("mongod.conf",)})
    declared = DataStore("database", False, key="mongod.conf", setting="enableEncryption: false")
    seen = {"db": (SEALED,), "infra": (declared,)}
    (found,) = store_chain.derived(Estate(seen, {}, [mongo, HOST, infra]))
    assert isinstance(found, StoreChain)
    assert [one.kind for one in found.copies[0].layers] == ["declared", "folder", "mount", "disk"]
    assert found.copies[0].encrypted is True
    plain = Tie("smtp", "service")
    assert list(store_chain.derived(Estate({}, {}, [plain]))) == []


def test_the_profile_of_2024_is_a_table_with_all_three() -> None:
    birth = IdentifierColumn("birth", "clear", 100, 100, 100, key="adh.people.birth_date")
    insurer = IdentifierColumn("", "clear", 100, 0, 0, key="adh.people.insurer")
    assert chain(SERVER, PEOPLE, NIR, birth, insurer).profile == ("adh.people",)
    assert chain(SERVER, PEOPLE, NIR, birth).profile == ()
    content = TableContent(("nir",), ("birth",), ("organisme",), key="adh.files")
    assert chain(SERVER, PEOPLE, NIR, content).profile == ("adh.files",)


def test_holdings_are_classes_and_counts() -> None:
    second = IdentifierColumn("nir", "base64", 50, 50, 50, key="adh.people.coded")
    (held,) = chain(SERVER, PEOPLE, NIR, second, WORDS).holdings
    assert (held.identifier, held.columns, held.valid, held.sampled) == ("nir", 2, 150, 150)
