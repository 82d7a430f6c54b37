"""Places of backups: repositories as wholes, artefacts one by one."""

import json
import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rempart.check import Gap, Unknown, Vantage
from rempart.collectors import backups, sent
from rempart.errors import CollectError, ContentErrors, Reason, Truncated, Unreachable
from rempart.inventory import load
from rempart.observations.backups import Artefact, BackupRepository, Restore
from rempart.observations.datastores import Dump
from rempart.transport.access import Access
from tests.backup_places import borg, pgbackrest, repository, restic, seen

RECORDED = Path(__file__).parent / "recorded" / "artefacts"
ALL = frozenset(backups.BRINGS)


def test_a_repository_is_one_result(tmp_path: Path) -> None:
    restic(tmp_path / "a")
    borg(tmp_path / "b", 3)
    found = seen(tmp_path, wanted=[BackupRepository, Artefact])
    assert [(one.key, type(one)) for one in found] == [
        ("a", BackupRepository),
        ("b", BackupRepository),
    ]


def test_restic_tells_how_its_key_is_wrapped(tmp_path: Path) -> None:
    found = repository(restic(tmp_path))
    assert (found.key, found.encrypted, found.cost) == (".", True, 32768)
    assert (found.key_place, found.made) == ("inside", "2026-01-02")


@pytest.mark.parametrize(
    ("kind", "mode", "encrypted"),
    [
        (2, "none", False),
        (7, "authenticated", False),
        (6, "authenticated-blake2", False),
        (3, "repokey", True),
        (5, "repokey-blake2", True),
        (0, "keyfile", True),
        (0x11, "repokey-aes-ocb", True),
    ],
)
def test_borg_is_judged_by_the_type_byte(
    tmp_path: Path, kind: int, mode: str, encrypted: bool
) -> None:
    found = repository(borg(tmp_path, kind, kind, key="key = aGVsbG8=\n"))
    assert (found.encryption, found.encrypted) == (mode, encrypted)
    assert found.looked == 2


def test_one_clear_object_makes_a_borg_repository_clear(tmp_path: Path) -> None:
    found = repository(borg(tmp_path, 3, 2, 3))
    assert (found.encrypted, found.clear, found.encryption) == (False, 1, "none, repokey")


@pytest.mark.parametrize("kinds", [(), (0x7F,)])
def test_a_borg_repository_of_nothing_known_is_untold(
    tmp_path: Path, kinds: tuple[int, ...]
) -> None:
    assert isinstance(repository(borg(tmp_path, *kinds)).encrypted, Unknown)


@pytest.mark.parametrize(
    ("clear", "encrypted", "words"),
    [
        ((True,), False, "none"),
        ((False, False), True, "aes-256-cbc"),
        ((True, False), False, "mixed"),
    ],
)
def test_pgbackrest_is_clear_encrypted_or_mixed(
    tmp_path: Path, clear: tuple[bool, ...], encrypted: bool, words: str
) -> None:
    found = repository(pgbackrest(tmp_path, *clear))
    assert (found.encrypted, found.encryption) == (encrypted, words)


def test_artefacts_and_dumps_outside_repositories_are_told_one_by_one(tmp_path: Path) -> None:
    restic(tmp_path / "r")
    (tmp_path / "r" / "data" / "x.sql").write_text("-- PostgreSQL database dump\n")
    (tmp_path / "d.sql").write_text("-- PostgreSQL database dump\n")
    (tmp_path / "a.7z").write_bytes((RECORDED / "7zz-26-names-readable.7z").read_bytes())
    found = seen(tmp_path, wanted=[Artefact, Dump])
    assert [(type(one), one.key) for one in found] == [(Artefact, "a.7z"), (Dump, "d.sql")]


def test_a_rehearsed_restore_is_what_the_inventory_says(tmp_path: Path) -> None:
    subject = SimpleNamespace(path=tmp_path, on="", restored=date(2026, 5, 1))
    (found,) = backups.collect(subject, Access.offline(subject), frozenset({Restore}))
    assert isinstance(found, Restore)
    assert (found.on, found.vantage) == ("2026-05-01", Vantage.DECLARED)


INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8"]
subjects:
  backups: [{{id: n, path: /b, restored: {day}}}]
"""


def test_the_inventory_takes_a_day_for_a_restore(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORY.format(day="2026-11-02"), encoding="utf-8")
    (subject,) = load(file).subjects
    (found,) = backups.collect(subject, Access.offline(subject), frozenset({Restore}))
    assert isinstance(found, Restore)
    assert found.on == "2026-11-02"
    file.write_text(INVENTORY.format(day="yesterday"), encoding="utf-8")
    with pytest.raises(ContentErrors, match="restored"):
        load(file)


def test_a_place_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        seen(tmp_path / "none")


@pytest.mark.parametrize("make", ["link", "pipe", "loop", "sparse"])
def test_links_pipes_and_sparse_files_end(tmp_path: Path, make: str) -> None:
    if make == "link":
        (tmp_path / "a").symlink_to("/etc")
    elif make == "pipe":
        os.mkfifo(tmp_path / "a")
    elif make == "loop":
        (tmp_path / "a").symlink_to(tmp_path)
    else:
        with (tmp_path / "a.zip").open("wb") as file:
            file.truncate(10 << 30)
    assert [one for one in seen(tmp_path) if isinstance(one, Artefact | BackupRepository)] == []


def test_a_repository_behind_a_link_is_not_entered(tmp_path: Path) -> None:
    restic(tmp_path / "elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "r").symlink_to(tmp_path / "elsewhere")
    assert seen(tmp_path / "here", wanted=[BackupRepository]) == []


def test_a_host_sees_what_is_seen_here(tmp_path: Path) -> None:
    restic(tmp_path / "r")
    borg(tmp_path / "b", 7)
    (tmp_path / "a.7z").write_bytes((RECORDED / "7zz-26-names-hidden.7z").read_bytes())
    (tmp_path / "p.conf").write_text("repo1-cipher-pass=secret\n")
    here = seen(tmp_path, wanted=backups.LOOKED)
    there = seen(tmp_path, on="h", wanted=backups.LOOKED)
    assert len(here) == 4
    assert set(map(repr, here)) == set(map(repr, there))


def test_a_place_that_is_not_on_the_host_leaves_gaps(tmp_path: Path) -> None:
    found = seen(tmp_path / "none", on="h", wanted=[BackupRepository])
    assert [(one.type, one.reason) for one in found if isinstance(one, Gap)] == [
        ("BackupRepository", Reason.UNREACHABLE)
    ]


@pytest.mark.parametrize(
    "answer",
    ["[]", '{"repositories": 3}', '{"artefacts": [{"family": {}}]}', '{"missing": ["x", "y"]}'],
)
def test_an_answer_of_another_shape_is_not_believed(answer: str) -> None:
    with pytest.raises((Truncated, CollectError)):
        sent.told(json.loads(answer), backups.Answer)


def test_what_is_sent_is_small() -> None:
    assert len(sent.script(backups.program(), {}, "ab")) < 80_000


HOSTILE = "\x1b[31m{{7*7}}\u202e<b>"


def test_words_of_a_repository_are_made_harmless(tmp_path: Path) -> None:
    restic(tmp_path / "r", kdf=HOSTILE, N=1 << 900)
    (tmp_path / "k").mkdir()
    told = {"uniqueID": HOSTILE, "encryption": HOSTILE, "keyAlgo": f"{HOSTILE}-9"}
    (tmp_path / "k" / "kopia.repository.f").write_text(json.dumps(told))
    found = msgspec.json.encode(seen(tmp_path, wanted=[BackupRepository])).decode()
    assert "\\u001b" not in found
    assert "\u202e" not in found


def test_a_file_of_no_known_format_that_looks_random_is_untold(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(os.urandom(70_000))
    (tmp_path / "b.txt").write_text("words " * 9000)
    (found,) = seen(tmp_path, wanted=[Artefact])
    assert isinstance(found, Artefact)
    assert (found.key, found.family) == ("a.bin", "unknown")
    assert isinstance(found.encrypted, Unknown)


def test_no_digit_of_a_person_leaves_a_place_of_backups(tmp_path: Path) -> None:
    number = "185057000100022"
    (tmp_path / f"{number}.7z").write_bytes((RECORDED / "7zz-26-names-readable.7z").read_bytes())
    restic(tmp_path / f"dossier {number}")
    (tmp_path / f"{number}.conf").write_text(f"repo1-cipher-pass={number}\n{number}\n")
    told = msgspec.json.encode(seen(tmp_path, wanted=backups.LOOKED)).decode()
    assert len(seen(tmp_path, wanted=backups.LOOKED)) == 3
    assert not any(number[at : at + 5] in told for at in range(len(number) - 4))
