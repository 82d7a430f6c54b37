"""Every artefact of today's tools, told apart and judged, as docs/artefacts.md prints it."""

import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from rempart.catalogue import Layer, built_in, entries
from rempart.check import Observation, Result
from rempart.collectors import backups
from rempart.collectors.host.folders import encrypted_folders
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.framing import answers as framed
from rempart.collectors.host.script import NAMES, script
from rempart.observations.backups import Artefact, BackupRepository
from rempart.observations.datastores import Dump
from rempart.observations.keys import StoredKey
from rempart.observations.volumes import EncryptedFolder
from rempart.transport.access import Access
from tests.lab import artefacts, need

pytestmark = pytest.mark.lab
CHECKS = entries([Layer("rempart", built_in())])
JUDGES: dict[type[Observation], str] = {
    BackupRepository: "backups.repositories",
    Artefact: "backups.artefacts",
    Dump: "data.dumps_in_clear",
    StoredKey: "keys.beside_backups",
}
MAKERS: tuple[Callable[[Path], None], ...] = (
    artefacts.archives,
    artefacts.messages,
    artefacts.containers,
    artefacts.documents,
    artefacts.sqlite,
    artefacts.cores,
    artefacts.restic,
    artefacts.duplicity,
    artefacts.pgbackrest,
    artefacts.gocryptfs,
    artefacts.dumps,
    *(
        partial(artefacts.borg, mode=mode)
        for mode in ("none", "authenticated", "repokey", "keyfile-blake2")
    ),
)
# name: what it is told to be, and the verdict
TABLE = {
    "clear.tar": ("tar", "fail"),
    "clear.zip": ("zip", "fail"),
    "zipcrypto.zip": ("ZipCrypto", "fail"),
    "aes.zip": ("zip AES", "fail"),
    "clear.7z": ("7z", "fail"),
    "names.7z": ("7z AES", "fail"),
    "hidden.7z": ("7z AES", "pass"),
    "claims.age": ("age", "pass"),
    "aes256.gpg": ("OpenPGP", "pass"),
    "3des.gpg": ("OpenPGP 3DES", "fail"),
    "cast5.gpg": ("OpenPGP CAST5", "fail"),
    "armored.asc": ("OpenPGP", "fail"),
    "key.gpg": ("OpenPGP", "pass"),
    "claims.enc": ("OpenSSL", "pass"),
    "luks2.img": ("LUKS2 aes-xts-plain64-512", "pass"),
    "luks1.img": ("LUKS1 aes-xts-plain64-512", "fail"),
    "cheap.img": ("LUKS2 aes-cbc-essiv:sha256-256", "fail"),
    "swap.img": ("swap area", "fail"),
    "clear.pdf": ("PDF", "fail"),
    "rc4.pdf": ("PDF RC4-128", "fail"),
    "aes256.pdf": ("PDF AES256", "pass"),
    "owner.pdf": ("PDF", "fail"),
    "owner-rc4.pdf": ("PDF", "fail"),
    "sealed.db": ("SQLCipher", "pass"),
    "clear.sqlite": ("SQLite database", "fail"),
    "core": ("core dump", "fail"),
    "restic": ("restic: repository key", "pass"),
    "duplicity-clear": ("duplicity: none", "fail"),
    "duplicity-sealed": ("duplicity: OpenPGP", "pass"),
    "pgbackrest-clear": ("pgBackRest: none", "fail"),
    "pgbackrest-sealed": ("pgBackRest: aes-256-cbc", "pass"),
    "pgbackrest-mixed": ("pgBackRest: mixed", "fail"),
    "gocryptfs": ("gocryptfs: names encrypted", "fail"),
    "borg-none": ("borg: none", "fail"),
    "borg-authenticated": ("borg: authenticated", "fail"),
    "borg-repokey": ("borg: repokey", "pass"),
    "borg-keyfile-blake2": ("borg: keyfile-blake2", "pass"),
    "custom.dump": ("pg_dump custom", "fail"),
    "directory": ("pg_dump: none", "fail"),
    "plain.sql": ("pg_dump", "fail"),
    "tar.dump": ("pg_dump tar", "fail"),
    "maria.sql": ("mysqldump", "fail"),
    "sealed.ibd": ("InnoDB", "pass"),
    "open.ibd": ("InnoDB tablespace", "fail"),
    "age.key": ("age identity", "fail"),
    "secret.asc": ("OpenPGP secret key", "fail"),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Observation]:
    """Everything the makers made, as the collector sees it; what lacks its tool is left out."""
    folder = tmp_path_factory.mktemp("artefacts") / "place"
    folder.mkdir()
    for maker in MAKERS:
        try:
            maker(folder)
        except pytest.skip.Exception:
            continue
    (folder / "claims.txt").unlink(missing_ok=True)
    subject = SimpleNamespace(id="b", kind="backup", path=folder, on="", restored=None)
    wanted = frozenset(JUDGES)
    seen = backups.collect(subject, Access.offline(subject), wanted)
    return {named(one.key): one for one in seen if isinstance(one, Observation)}


def named(key: str) -> str:
    """The name without the line of a key, or the number of a core's process."""
    return "core" if key.startswith("core.") else key.partition(":")[0]


def words(one: Observation) -> str:
    match one:
        case BackupRepository():
            return f"{one.tool}: {one.encryption}"
        case Artefact():
            return one.encryption or one.format
        case Dump():
            return one.encryption or one.format
        case StoredKey():
            return one.kind
    raise AssertionError(one)


def verdict(one: Observation) -> str:
    found = CHECKS[JUDGES[type(one)]].check.function(one)
    assert isinstance(found, Result)
    return str(found.outcome)


@pytest.mark.parametrize("name", TABLE)
def test_each_artefact_is_told_and_judged(made: dict[str, Observation], name: str) -> None:
    if name not in made:
        pytest.skip("its tool is not installed here")
    assert (words(made[name]), verdict(made[name])) == TABLE[name]


def test_nothing_else_is_told(made: dict[str, Observation]) -> None:
    assert set(made) <= set(TABLE)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Path]:
    with artefacts.fscrypt(tmp_path) as place:
        yield place


def test_a_live_folder_of_fscrypt_is_seen(mount: Path) -> None:
    need("lsattr", "e2fsprogs")
    section = NAMES["folders"]
    nonce = "0123456789abcdef"
    asked = script([section], nonce)
    asked = asked.replace(b"folders /var/lib/postgresql", f"folders {mount}".encode())
    done = subprocess.run([need("sh", "dash"), "-s"], input=asked, capture_output=True, check=True)
    told = framed(done.stdout, ["folders"], nonce)
    seen = Answers({"folders": Answer(0, told.text("folders")), "zfs": Answer(0, "")})
    (found,) = encrypted_folders(seen)
    assert isinstance(found, EncryptedFolder)
    assert (found.method, found.cipher, found.key_source) == (
        "fscrypt",
        "AES_256_XTS",
        "passphrase",
    )
    assert (found.key, found.unlocked) == (f"{mount}/claims", True)
