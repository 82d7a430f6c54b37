"""Keys and passphrases in files: found, told by kind and place, never by content."""

from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors import backups, stored_keys
from rempart.observations.keys import KeyReference, StoredKey
from rempart.transport.access import Access
from tests.backup_places import repository, restic, seen, stored

RECORDED = Path(__file__).parent / "recorded" / "artefacts"
ALL = frozenset(backups.BRINGS)


def test_a_restic_without_readable_keys_is_untold(tmp_path: Path) -> None:
    restic(tmp_path)
    (tmp_path / "keys" / "ab").write_text("[" * 100_000)
    assert isinstance(repository(tmp_path).encrypted, Unknown)


SECRET = "Tr0ub4dor-x"
SCRIPT = f"""#!/bin/sh
# RESTIC_PASSWORD=commented
export RESTIC_PASSWORD='{SECRET}'
restic backup /srv
"""


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("run.sh", SCRIPT, "passphrase in a script"),
        ("run.sh", f"gpg --batch --passphrase {SECRET} -c x\n", "passphrase in a script"),
        ("run.sh", f"openssl enc -aes-256-cbc -pass pass:{SECRET}\n", "passphrase in a script"),
        ("run.sh", f"7zz a -p{SECRET} x.7z x\n", "passphrase in a script"),
        ("run.sh", f"zip -P {SECRET} x.zip x\n", "passphrase in a script"),
        ("run.sh", f"echo {SECRET} | gpg --passphrase-fd 0 -c\n", "passphrase in a script"),
        (
            "pgbackrest.conf",
            f"[global]\nrepo1-cipher-pass={SECRET}\n",
            "cipher passphrase of pgBackRest",
        ),
        ("keys.txt", f"1;{'ab' * 32}\n", "key file of MariaDB"),
        ("k.txt", "# public key: age1abcdefghijkl\nAGE-SECRET-KEY-1ABC\n", "age identity"),
        ("restic-password", f"{SECRET}\n", "password file"),
        ("backup.key", f"{SECRET}\n", "password file"),
    ],
)
def test_keys_are_found_and_never_told(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / name).write_text(text)
    found = seen(tmp_path, wanted=[StoredKey])
    assert [one.kind for one in found if isinstance(one, StoredKey)] == [kind]
    told = msgspec.json.encode(found).decode()
    assert SECRET not in told
    assert "ab" * 16 not in told
    assert "SECRET-KEY" not in told


@pytest.mark.parametrize(
    "text",
    [
        "export RESTIC_PASSWORD=$(cat /run/secrets/p)\n",
        "RESTIC_PASSWORD_FILE=/etc/p\n",
        'gpg --passphrase-file /etc/p -c x\nBORG_PASSPHRASE="$PASS"\n',
        "# repo1-cipher-pass=abc\n",
        'echo "$PASS" | gpg --passphrase-fd 0 -c\nprintf %s "$PASS" | restic backup /srv\n',
        "echo done | gpg -e -r key\n",
        "id;hash\n" + "".join(f"{n};{'0f' * 16}\n" for n in range(9)),
        "tar -cpf x.tar x\nunzip -p x.zip | grep -P abc\n",
    ],
)
def test_a_key_taken_from_elsewhere_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.sh").write_text(text)
    assert seen(tmp_path, wanted=[StoredKey]) == []


def test_equal_keys_have_equal_digests_within_a_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.conf").write_text(f"repo1-cipher-pass={SECRET}\n")
    (tmp_path / "c.conf").write_text("repo1-cipher-pass=other\n")
    prints = [
        one.fingerprint for one in seen(tmp_path, wanted=[StoredKey]) if isinstance(one, StoredKey)
    ]
    assert prints[0] == prints[1] != prints[2]


def test_who_may_read_a_key_is_told_by_its_mode(tmp_path: Path) -> None:
    for name, mode in (("a", 0o600), ("b", 0o640), ("c", 0o644)):
        (tmp_path / f"{name}.conf").write_text(f"repo1-cipher-pass={SECRET}\n")
        (tmp_path / f"{name}.conf").chmod(mode)
    found = stored(tmp_path)
    assert [one.readable_by for one in found] == ["owner", "group", "everybody"]


def test_services_that_hold_keys_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("VAULT_ADDR=http://vault:8200\nVAULT_TOKEN=hvs.abc\n")
    (tmp_path / "b.conf").write_text("kms: arn:aws:kms:eu-west-3:1:key/2\n")
    first, second = (one for one in seen(tmp_path, wanted=[KeyReference]))
    assert isinstance(first, KeyReference)
    assert isinstance(second, KeyReference)
    assert (first.service, first.encrypted, first.token) == ("Vault", False, True)
    assert (second.service, second.token) == ("AWS KMS", False)


def keys_among_files(path: Path, on: str = "") -> list[Observation | Gap]:
    subject = SimpleNamespace(id="exports", kind="files", path=path, on=on)
    access = Access.offline(subject)
    host = SimpleNamespace(id="h", ssh="local", become="", bundle=None, captured=None)
    access.inventory = SimpleNamespace(by_id={"h": host})
    return list(stored_keys.collect(subject, access, frozenset(stored_keys.BRINGS)))


@pytest.mark.parametrize("on", ["", "h"])
def test_keys_among_files_lie_beside_what_is_encrypted_there(tmp_path: Path, on: str) -> None:
    (tmp_path / "a.key").write_text("# public key: age1abcdefghijkl\nAGE-SECRET-KEY-1ABC\n")
    (alone,) = keys_among_files(tmp_path, on)
    assert isinstance(alone, StoredKey)
    assert alone.beside is False
    (tmp_path / "claims.sql.age").write_bytes(b"age-encryption.org/v1\n-> X25519 a\nb\n--- c\n")
    (beside,) = keys_among_files(tmp_path, on)
    assert isinstance(beside, StoredKey)
    assert beside.beside is True


def test_ordinary_files_are_no_artefacts_and_no_repositories(tmp_path: Path) -> None:
    restic(tmp_path / "r")
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(60))
    assert keys_among_files(tmp_path) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_keys_are_found_in_texts_of_every_code_page(tmp_path: Path, encoding: str) -> None:
    text = f"# sauvegarde des bénéficiaires\nexport RESTIC_PASSWORD={SECRET}\n"
    (tmp_path / "run.sh").write_bytes(text.encode(encoding))
    assert [one.kind for one in stored(tmp_path)] == ["passphrase in a script"]
