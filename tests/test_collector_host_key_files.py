"""Keys in the files of a host: its own awk looks for them, and tells no line."""

import shutil
import subprocess
from pathlib import Path

import pytest

from rempart.check import Gap, Observation, Reason
from rempart.collectors.host import key_files
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.key_files import key_references, stored_keys
from rempart.observations.keys import KeyReference, StoredKey


def answered(**texts: str) -> Answers:
    return Answers({name: Answer(0, text) for name, text in texts.items()})


SECRET = "Tr0ub4dor-x"


@pytest.mark.parametrize("awk", ["mawk", "gawk", "busybox awk"])
def test_keys_are_looked_for_by_every_awk_and_never_told(tmp_path: Path, awk: str) -> None:
    program, *more = awk.split()
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"no {program} here")
    (tmp_path / "a.sh").write_text(f"# RESTIC_PASSWORD=x\nexport RESTIC_PASSWORD='{SECRET}'\n")
    (tmp_path / "keys").write_text(f"1;{'ab' * 32}\n2;{'cd' * 16}\n")
    (tmp_path / "v.hcl").write_text(f'vault_addr = "http://v:8200"\nVAULT_TOKEN={SECRET}\n')
    command = [found, *more, key_files.program(), *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert SECRET not in done.stdout
    answers = answered(key_files=done.stdout)
    kinds = {one.kind for one in stored_keys(answers) if isinstance(one, StoredKey)}
    assert kinds == {"passphrase in a script", "key file of MariaDB"}
    (reference,) = key_references(answers)
    assert isinstance(reference, KeyReference)
    assert (reference.service, reference.encrypted, reference.token) == ("Vault", False, True)


def test_what_is_public_of_a_key_comes_along(tmp_path: Path) -> None:
    awk = shutil.which("awk")
    assert awk is not None
    identity = tmp_path / "age.txt"
    identity.write_text("# public key: age1abcdefghijklmnop\nAGE-SECRET-KEY-1XYZ\n")
    borg = tmp_path / "borg"
    borg.write_text(f"BORG_KEY {'0123456789abcdef' * 4}\nhqlhbGdv\n")
    command = [awk, key_files.program(), str(identity), str(borg)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "XYZ" not in done.stdout
    found = [
        one for one in stored_keys(answered(key_files=done.stdout)) if isinstance(one, StoredKey)
    ]
    assert [(one.kind, one.fingerprint[:19]) for one in found] == [
        ("age identity", "age1abcdefghijklmno"),
        ("borg key", "01234567:89abcdef:0"),
    ]


def test_modes_go_with_their_files_and_hidden_ones_are_gaps() -> None:
    told = "/etc/a:3:k0\n@640 postgres 1761955200 /etc/a\n?/root\n"
    key, gap = stored_keys(answered(key_files=told))
    assert isinstance(key, StoredKey)
    assert (key.readable_by, key.owner, key.made) == ("group", "postgres", "2025-11-01")
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.key) == (Reason.PRIVILEGE, "/root")


@pytest.mark.parametrize("told", ["/etc/a:1:k99", "/etc/a:1:s99\n", "@999 x y /z", "x\0y", "?x"])
def test_forged_answers_bring_nothing(told: str) -> None:
    found: list[Observation | Gap] = [
        *stored_keys(answered(key_files=told)),
        *key_references(answered(key_files=told)),
    ]
    assert found == []
