"""What the estate says of keys: shared ones, their holders, ciphers, volumes under backups."""

import pytest

from rempart.archive import Tie
from rempart.check import Observation, Unknown
from rempart.derive import (
    ESTATE,
    Estate,
    backup_host_key,
    backup_volume,
    cipher_use,
    key_custody,
    shared_key,
)
from rempart.errors import Reason
from rempart.observations.backups import Artefact, BackupRepository, BackupVolume
from rempart.observations.estate import SharedKey
from rempart.observations.keys import BackupHostKey, CipherUse, KeyCustody, StoredKey
from rempart.observations.volumes import EncryptedFolder, LuksHeader, Volume


def estate(*subjects: Tie, **seen: list[Observation]) -> Estate:
    observations = {id_: tuple(items) for id_, items in seen.items()}
    return Estate(observations, {}, subjects)


def stored(subject: str, mark: str, key: str = "age.key") -> StoredKey:
    return StoredKey("age identity", False, "owner", fingerprint=mark, subject=subject, key=key)


def header(subject: str, uuid: str) -> LuksHeader:
    return LuksHeader(
        2, "aes-xts-plain64", 512, "argon2id", 65536, uuid=uuid, subject=subject, key="/dev/sda3"
    )


@pytest.mark.parametrize(
    ("environment", "uses"), [("production", ("live",)), ("test", ("live", "rehearsal"))]
)
def test_a_header_copied_into_another_environment_is_a_shared_key(
    environment: str, uses: tuple[str, ...]
) -> None:
    ties = (
        Tie("a", "host", environment="production"),
        Tie("b", "host", environment=environment),
    )
    (found,) = shared_key.derived(estate(*ties, a=[header("a", "u1")], b=[header("b", "u1")]))
    assert isinstance(found, SharedKey)
    assert (found.subject, found.uses) == (ESTATE, uses)


def test_a_key_of_production_beside_its_backup_is_shared() -> None:
    ties = (Tie("db", "host", environment="production"), Tie("nightly", "backup"))
    seen: dict[str, list[Observation]] = {
        "db": [stored("db", "x")],
        "nightly": [stored("nightly", "x")],
    }
    (found,) = shared_key.derived(estate(*ties, **seen))
    assert isinstance(found, SharedKey)
    assert found.uses == ("copy", "live")
    assert "x" not in found.key


@pytest.mark.parametrize("marks", [("", ""), ("x", "y")])
def test_keys_that_differ_or_say_nothing_are_not_shared(marks: tuple[str, str]) -> None:
    seen: dict[str, list[Observation]] = {
        "a": [stored("a", marks[0])],
        "b": [stored("b", marks[1])],
    }
    assert list(shared_key.derived(estate(Tie("a", "host"), Tie("b", "host"), **seen))) == []


def custodies(**seen: list[Observation]) -> dict[str, KeyCustody]:
    found = key_custody.derived(estate(**seen))
    return {one.store: one for one in found if isinstance(one, KeyCustody)}


def test_the_holder_of_a_volume_is_told_and_a_clear_one_has_none() -> None:
    seen = [
        Volume(True, key_holder="host", key="/srv", subject="h"),
        Volume(False, key="/boot", subject="h"),
    ]
    assert {name: one.holder for name, one in custodies(h=list(seen)).items()} == {"h:/srv": "host"}


def test_a_wrapped_key_is_held_by_nobody_that_was_seen() -> None:
    wrapped = BackupRepository("restic", True, "", key_place="inside", key=".", subject="b")
    holder = custodies(b=[wrapped])["b:."].holder
    assert isinstance(holder, Unknown)
    assert holder.reason is Reason.NO_COLLECTOR


def test_a_key_kept_elsewhere_is_found_by_the_name_of_its_repository() -> None:
    borg = BackupRepository(
        "borg", True, "keyfile", key_place="outside", identity="id", key=".", subject="b"
    )
    key = stored("h", "id", "/root/.config/borg/keys/k:1")
    found = custodies(b=[borg], h=[key])["b:."]
    assert (found.holder, found.name) == ("host", "h:/root/.config/borg/keys/k:1")


def test_folders_tell_their_holder_by_where_the_key_comes_from() -> None:
    seen: list[Observation] = [
        EncryptedFolder("ZFS", True, key_source="network", key="/a", subject="h"),
        EncryptedFolder("ZFS", True, key_source="file", key_file="/k", key="/b", subject="h"),
        EncryptedFolder("fscrypt", True, key_source="passphrase", key="/c", subject="h"),
    ]
    found = custodies(h=seen)
    assert (found["h:/a"].holder, found["h:/b"].holder) == ("customer", "host")
    assert isinstance(found["h:/c"].holder, Unknown)


def test_each_cipher_of_a_layer_is_told_once_a_subject() -> None:
    seen: list[Observation] = [
        header("h", "1"),
        header("h", "2"),
        Artefact("message", "OpenPGP", True, "OpenPGP 3DES", "3DES", key="a", subject="h"),
        Artefact("archive", "zip", False, key="b", subject="h"),
    ]
    found = [one for one in cipher_use.derived(estate(h=seen)) if isinstance(one, CipherUse)]
    assert [(one.layer, one.cipher) for one in found] == [
        ("LUKS2", "aes-xts-plain64"),
        ("OpenPGP", "3DES"),
    ]


def test_backups_in_clear_are_followed_to_their_volume() -> None:
    barman = BackupRepository("barman", False, "none", own_encryption=False, key="main")
    ties = (Tie("b", "backup", on="h", path="/srv/barman"), Tie("h", "host"))
    volumes: list[Observation] = [Volume(False, key="/"), Volume(True, key="/srv")]
    (found,) = backup_volume.derived(estate(*ties, b=[barman], h=volumes))
    assert isinstance(found, BackupVolume)
    assert (found.encrypted, found.volume, found.key) == (True, "h:/srv", "main")


def test_backups_on_no_known_host_have_no_known_volume() -> None:
    barman = BackupRepository("barman", False, "none", own_encryption=False, key="main")
    (found,) = backup_volume.derived(estate(Tie("b", "backup", path="/srv"), b=[barman]))
    assert isinstance(found, BackupVolume)
    assert isinstance(found.encrypted, Unknown)


def test_tools_that_encrypt_are_judged_by_themselves() -> None:
    restic = BackupRepository("restic", True, "", key=".")
    assert list(backup_volume.derived(estate(Tie("b", "backup", path="/s"), b=[restic]))) == []


def test_a_key_on_the_host_of_the_backups_is_told_on_these() -> None:
    ties = (Tie("b", "backup", on="h", path="/srv"), Tie("h", "host"), Tie("g", "host"))
    keys: list[Observation] = [
        StoredKey("age identity", False, "owner", opens="backup", subject="h", key="/root/age.key"),
        StoredKey("key file of MariaDB", False, "owner", opens="database", subject="h", key="/k"),
    ]
    (found,) = backup_host_key.derived(estate(*ties, h=keys, g=keys))
    assert isinstance(found, BackupHostKey)
    assert (found.subject, found.key, found.opens) == ("b", "h:/root/age.key", "b")
