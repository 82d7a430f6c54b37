"""Homes in a folder somebody handed over, read as a host reads its own."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap
from rempart.collectors import host
from rempart.collectors.host.handed_homes import handed
from rempart.collectors.host.homes import _READ
from rempart.inventory.subjects import Host
from rempart.observations.accounts import Account
from rempart.observations.people import AuthorizedKey, PrivateKey

BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGVleGFtcGxlZXhhbXBsZWV4YW1wbGVleGFt"
KEYS = f"""# a comment
ssh-ed25519 {BLOB} ops1@desk
from="10.0.0.0/8",no-pty ssh-ed25519 {BLOB} with options
command="echo \\"a, b\\" c",restrict ssh-ed25519 {BLOB}
tunnel="0",permitopen="a:1" ssh-ed25519 {BLOB}
cert-authority ssh-ed25519 {BLOB}

no key at all
ssh-ed25519
command="never closed ssh-ed25519 {BLOB}
\tssh-ed25519\t{BLOB}
"""
PRIVATE = {
    "id_clear": "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB\n",
    "id_sealed": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHI\n",
    "id_old": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
    "id_older": "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n",
    "id_pkcs8": "-----BEGIN PRIVATE KEY-----\nMIIE\n",
    "id_pkcs8_sealed": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n",
    "desk.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    "away.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\n",
    "id_none.pub": f"ssh-ed25519 {BLOB}\n",
}
PASSWD = (
    "root:x:0:0::/root:/bin/bash\n"
    "ops1:x:1001:1001::/home/ops1:/bin/bash\n"
    "ops2:x:1002:1002::/home/ops2:/bin/bash\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "passwd").write_text(PASSWD)
    ssh = tmp_path / "home/ops1/.ssh"
    ssh.mkdir(parents=True)
    (ssh / "authorized_keys").write_text(KEYS)
    for name, content in PRIVATE.items():
        (ssh / name).write_text(content)
    (tmp_path / "home/ops1/.google_authenticator").write_text("SECRET\n")
    return tmp_path


def seen(folder: Path) -> list[Any]:
    wanted = frozenset({Account, AuthorizedKey, PrivateKey})
    return list(host.collect(Host(id="a", captured=folder), None, wanted))  # type: ignore[arg-type]


def test_the_rows_are_those_a_host_prints(folder: Path) -> None:
    awk = shutil.which("awk")
    assert awk is not None
    files = [str(file) for file in sorted((folder / "home/ops1/.ssh").iterdir())]
    printed = subprocess.run([awk, _READ, *files], capture_output=True, text=True, check=True)
    own = [row for row in (handed(folder) or "").split("\n") if row[0] in "KXP"]
    named = {one.replace(str(folder), "") for one in printed.stdout.splitlines()}
    assert {_plain(row) for row in own} == {_plain(row) for row in named}
    assert sum(row.startswith("K") for row in own) == 6
    assert sum(row.startswith("P") for row in own) == 8


def _plain(row: str) -> str:
    return row.replace(",|", "|")  # awk ends each name with a comma


def test_keys_are_judged_and_what_was_not_handed_over_stays_open(folder: Path) -> None:
    found = seen(folder)
    keys = [one for one in found if isinstance(one, AuthorizedKey)]
    assert {one.account for one in keys} == {"ops1"}
    assert ("command", "restrict") in {one.options for one in keys}
    assert {one.encrypted for one in found if isinstance(one, PrivateKey)} == {True, False}
    gaps = {(one.type, one.key) for one in found if isinstance(one, Gap)}
    assert ("PrivateKey", "/home/ops2") in gaps
    assert ("PrivateKey", "/root") in gaps
    assert ("PrivateKey", "/home/ops1") not in gaps
    counts = {one.key: one.keys for one in found if isinstance(one, Account)}
    assert counts["ops1"] == 6
    assert not isinstance(counts["ops2"], int)


def test_nothing_of_a_key_or_a_token_is_kept(folder: Path) -> None:
    told = repr(seen(folder)) + (handed(folder) or "")
    assert "SECRET" not in told
    assert "MIIE" not in told
    assert "10.0.0.0" not in told
    assert "ops1@desk" not in told


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "home/ops2").mkdir()
    (folder / "home/ops2/.ssh").symlink_to(folder / "home/ops1/.ssh")
    (folder / "home/ops1/.ssh/authorized_keys2").symlink_to("/etc/hostname")
    rows = handed(folder) or ""
    assert "ops2" not in rows
    assert "authorized_keys2" not in rows


def test_a_folder_without_homes_leaves_keys_open(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text(PASSWD)
    assert handed(tmp_path) is None
    kinds = {one.type for one in seen(tmp_path) if isinstance(one, Gap)}
    assert {"AuthorizedKey", "PrivateKey"} <= kinds
