import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.inventory import Repository, load
from tests.made_up import made

RULES = "[[rules]]\nid = 'payer-key'\nregex = 'pk_[a-z0-9]{20}'\nkeywords = ['pk_']\n"
KEY = made("pk_<l:20>")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "notes.txt").write_text(f"the key is {KEY}\n")
    return folder


def gated(code: Path, rules: str = "") -> "subprocess.CompletedProcess[str]":
    arguments = ["gate", str(code), "--only", "iac.literal_secrets"]
    if rules:
        (code.parent / "rules.toml").write_text(rules)
        arguments += ["--secret-rules", str(code.parent / "rules.toml")]
    state = {"XDG_STATE_HOME": str(code.parent / "state"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "rempart", *arguments],
        env={**os.environ, **state, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_gate_takes_rules_of_a_payer(code: Path) -> None:
    done = gated(code, RULES)
    assert done.returncode == 1, done.stderr
    assert "notes.txt:payer-key" in done.stdout
    assert KEY[3:] not in done.stdout + done.stderr


def test_rules_that_cannot_be_read_end_a_gate_with_their_line(code: Path) -> None:
    done = gated(code, RULES.replace("pk_[", "(pk_["))
    assert done.returncode == 2
    assert "rules.toml:3: payer-key: expected a pattern without what" in done.stderr


def test_without_them_the_same_text_is_quiet(code: Path) -> None:
    assert gated(code).returncode == 0


def test_an_inventory_names_rules_beside_its_file(tmp_path: Path, code: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES)
    (tmp_path / "inventory.yaml").write_text(
        "schema: rempart.inventory/1\norganisation: A\n"
        "authorisation: {reference: x, granted_by: y, contact: z, scope: [127.0.0.0/8],\n"
        "  valid: {from: 2026-01-01T00:00:00Z, until: 2026-12-31T00:00:00Z}}\n"
        "subjects:\n  repositories: [{id: infra, path: code, secret_rules: file:rules.toml}]\n"
    )
    (repository,) = load(tmp_path / "inventory.yaml").subjects
    assert isinstance(repository, Repository)
    assert repository.secret_rules == tmp_path / "rules.toml"
