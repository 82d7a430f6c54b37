"""One backup tool after another, told by what it leaves on a disk."""

import gzip
import json
import struct
from pathlib import Path

import pytest

from rempart.collectors import backups
from rempart.observations.backups import BackupRepository
from tests.backup_places import repository, seen

RECORDED = Path(__file__).parent / "recorded" / "artefacts"
ALL = frozenset(backups.BRINGS)


def test_duplicity_is_told_by_bytes_whatever_the_suffix_says(tmp_path: Path) -> None:
    name = "duplicity-full.20261125T174819Z.vol{}.difftar.gpg"
    sealed = (RECORDED / "gnupg-2.2-symmetric-aes256.gpg").read_bytes()
    (tmp_path / name.format(1)).write_bytes(sealed)
    assert repository(tmp_path).encrypted is True
    (tmp_path / name.format(2)).write_bytes(gzip.compress(b"clear"))
    found = repository(tmp_path)
    assert (found.encrypted, found.encryption, found.clear) == (False, "mixed", 1)


def test_barman_and_base_backups_have_no_encryption_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "main" / "base" / "1").mkdir(parents=True)
    (tmp_path / "main" / "wals").mkdir()
    (tmp_path / "main" / "base" / "1" / "backup.info").write_text("begin_wal=0001\nmode=rsync\n")
    for name in ("base", "global"):
        (tmp_path / "copy" / name).mkdir(parents=True)
    (tmp_path / "copy" / "PG_VERSION").write_text("15\n")
    (tmp_path / "copy" / "backup_label").write_text("x")
    found = seen(tmp_path, wanted=[BackupRepository])
    assert [
        (one.tool, one.encrypted, one.own_encryption)
        for one in found
        if isinstance(one, BackupRepository)
    ] == [("pg_basebackup", False, False), ("barman", False, False)]


def test_barman_says_where_it_encrypts(tmp_path: Path) -> None:
    (tmp_path / "base" / "1").mkdir(parents=True)
    (tmp_path / "wals").mkdir()
    (tmp_path / "base" / "1" / "backup.info").write_text("begin_wal=0001\nencryption=gpg\n")
    found = repository(tmp_path)
    assert (found.encrypted, found.encryption, found.own_encryption) == (True, "gpg", True)


@pytest.mark.parametrize(
    ("flags", "mode"), [(["EMENames"], "encrypted"), (["PlaintextNames"], "in clear")]
)
def test_gocryptfs_tells_its_names_and_its_work(
    tmp_path: Path, flags: list[str], mode: str
) -> None:
    told = {"EncryptedKey": "x", "ScryptObject": {"N": 65536}, "FeatureFlags": flags}
    (tmp_path / "gocryptfs.conf").write_text(json.dumps(told))
    found = repository(tmp_path)
    assert (found.encryption, found.cost, found.encrypted) == (f"names {mode}", 65536, True)


@pytest.mark.parametrize(
    ("files", "tool", "cipher", "cost"),
    [
        (
            {
                ".encfs6.xml": "<cipherAlg class_id='1'><name>ssl/aes</name></cipherAlg>"
                "<keySize>256</keySize><kdfIterations>162000</kdfIterations>"
            },
            "EncFS",
            "AES256-CBC",
            162_000,
        ),
        ({"cryfs.config": "cryfs.config;1;scrypt\0"}, "CryFS", "", None),
        ({"ECRYPTFS_FNEK_ENCRYPTED.FXab": ""}, "eCryptfs", "AES-CBC", None),
        (
            {
                "kopia.repository.f": '{"uniqueID": "q", "keyAlgo": "scrypt-65536-8-1",'
                ' "encryption": "AES256-GCM-HMAC-SHA256"}'
            },
            "kopia",
            "AES256-GCM-HMAC-SHA256",
            65_536,
        ),
    ],
)
def test_other_tools_are_told_by_their_own_files(
    tmp_path: Path, files: dict[str, str], tool: str, cipher: str, cost: int | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = repository(tmp_path)
    assert (found.tool, found.cipher, found.cost) == (tool, cipher, cost)


def test_a_copy_of_mariadb_is_clear_unless_every_tablespace_is_sealed(tmp_path: Path) -> None:
    page = bytearray(16384)
    page[24:26] = b"\0\x08"
    (tmp_path / "adh").mkdir()
    (tmp_path / "xtrabackup_checkpoints").write_text("backup_type = full-backuped\n")
    (tmp_path / "adh" / "t.ibd").write_bytes(page)
    found = repository(tmp_path)
    assert (found.tool, found.encrypted, found.own_encryption) == ("mariabackup", False, False)


def test_a_mirror_of_rdiff_backup_is_clear(tmp_path: Path) -> None:
    (tmp_path / "rdiff-backup-data").mkdir()
    assert repository(tmp_path).encrypted is False


def test_files_of_ecryptfs_carry_their_marker(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(8) + struct.pack(">II", 5, 5 ^ 0x3C81B7F5) + bytes(80))
    assert repository(tmp_path).tool == "eCryptfs"


def test_what_pgbackrest_reports_stands_for_repositories_elsewhere(tmp_path: Path) -> None:
    answer = (RECORDED.parent / "pgbackrest-2.45-info.json").read_bytes()
    (tmp_path / "info.json").write_bytes(answer)
    found = seen(tmp_path, wanted=[BackupRepository])
    assert [
        (one.key, one.encrypted, one.encryption)
        for one in found
        if isinstance(one, BackupRepository)
    ] == [
        ("info.json: repo1", False, "none"),
        ("info.json: repo2", True, "aes-256-cbc"),
    ]


@pytest.mark.parametrize("text", ["[", "{}", "[3]", '[{"repo": [{"key": "x"}], "backup": 3}]'])
def test_another_json_reports_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert seen(tmp_path, wanted=[BackupRepository]) == []


@pytest.mark.parametrize(
    ("files", "tool", "looked"),
    [
        ({"toc.dat": b"PGDMP\1", "3001.dat.gz": b"x", "3002.dat": b"x"}, "pg_dump", 3),
        ({"a.bson": b"x", "a.metadata.json": b"{}"}, "mongodump", 1),
    ],
)
def test_a_dump_in_a_folder_is_one_and_clear(
    tmp_path: Path, files: dict[str, bytes], tool: str, looked: int
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = repository(tmp_path)
    assert (found.tool, found.encrypted, found.looked) == (tool, False, looked)
