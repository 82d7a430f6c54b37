"""Deliveries opened by the tools a recipient has: age, tar, sha256sum, ssh-keygen."""

import subprocess
from pathlib import Path

import pytest

from rempart.delivery import Order, delivered, opened
from rempart.integrity import verified
from rempart.sshsig import public
from tests.lab import need
from tests.samples import sample_run
from tests.test_sshsig import KEY

pytestmark = pytest.mark.lab
ORDER = Order(("report.html",), key=KEY, signer="a@cabinet.example")


def run(*command: object, folder: Path, given: bytes = b"") -> bytes:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, input=given, capture_output=True, check=False,
        timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_age_opens_what_was_encrypted_to_its_key(tmp_path: Path) -> None:
    age, keygen = need("age", "age"), need("age-keygen", "age")
    run(keygen, "-o", "id.txt", folder=tmp_path)
    recipient = run(keygen, "-y", "id.txt", folder=tmp_path).decode().strip()
    delivered(sample_run(), tmp_path / "cnil.tar.age", ORDER, [recipient])
    archive = run(age, "--decrypt", "-i", "id.txt", "cnil.tar.age", folder=tmp_path)
    run(need("tar", "tar"), "x", folder=tmp_path, given=archive)
    folder = tmp_path / "cnil"
    sums = run(need("sha256sum", "coreutils"), "--strict", "--check", "SHA256SUMS", folder=folder)
    assert sums.count(b": OK") == 3
    manifest = (folder / "SHA256SUMS").read_bytes()
    signed = run(
        need("ssh-keygen", "openssh-client"), "-Y", "verify", "-f", "allowed_signers", "-I",
        "a@cabinet.example", "-n", "rempart-report", "-s", "SHA256SUMS.sig", folder=folder,
        given=manifest,
    )  # fmt: skip
    assert b"Good" in signed


def test_what_age_encrypted_is_verified_here(tmp_path: Path) -> None:
    age, keygen = need("age", "age"), need("age-keygen", "age")
    run(keygen, "-o", "id.txt", folder=tmp_path)
    recipient = run(keygen, "-y", "id.txt", folder=tmp_path).decode().strip()
    delivered(sample_run(), tmp_path / "plain", ORDER)
    archive = run(need("tar", "tar"), "c", "plain", folder=tmp_path)
    sealed = run(age, "-r", recipient, folder=tmp_path, given=archive)
    (tmp_path / "x.tar.age").write_bytes(sealed)
    seal = verified(opened(tmp_path / "x.tar.age", tmp_path / "id.txt"), [public(KEY)])
    assert seal.key == public(KEY)
