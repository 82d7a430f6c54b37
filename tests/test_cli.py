"""The command line as a person meets it: in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("paramiko", "requests", "jinja2", "yaml", "rich", "sqlite3", "cryptography", "tree_sitter")


def rempart(
    *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "rempart", *arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["audit", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys, contextlib, io\n"
        "from rempart.cli import cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    cli.main({arguments!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_mistyped_command_is_answered_with_the_one_meant() -> None:
    done = rempart("invntory")
    assert done.returncode == 2
    assert "inventory" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--log-level", "debug", "audit", "x.yaml"],
        ["audit", "x.yaml", "--log-level", "debug"],
        ["inventory", "check", "--log-level", "DEBUG", "x.yaml"],
    ],
)
def test_the_level_of_the_log_is_taken_in_either_place(arguments: list[str]) -> None:
    done = rempart(*arguments)
    assert done.returncode == 2
    assert done.stderr == "rempart: x.yaml: cannot be read: No such file or directory\n"


def test_checks_are_listed_for_machines() -> None:
    listed = json.loads(rempart("checks", "list", "--format", "json").stdout)
    assert len(listed) >= 24
    for check in listed:
        assert set(check["title"]) == {"en", "fr", "de"}
        assert check["severity"] in ("low", "medium", "high", "critical")
        assert check["controls"]


def test_a_check_is_shown_with_what_it_looks_at() -> None:
    shown = rempart("checks", "show", "ssh.root_login", "--lang", "fr").stdout
    assert "SshdSettings" in shown
    assert "SSH" in shown


def test_an_unknown_check_is_answered_with_the_nearest() -> None:
    done = rempart("checks", "show", "ssh.rootlogin")
    assert done.returncode == 2
    assert 'did you mean "ssh.root_login"?' in done.stderr


def test_a_new_check_runs_its_examples_at_once(tmp_path: Path) -> None:
    assert rempart("checks", "new", "portal/thing", cwd=tmp_path).returncode == 0
    done = rempart("checks", "test", "checks/portal/thing", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "3 passed, 0 failed\n")
    assert rempart("checks", "new", "portal/thing", cwd=tmp_path).returncode == 2


def test_a_wrong_example_is_named_with_its_line(tmp_path: Path) -> None:
    rempart("checks", "new", "portal/thing", cwd=tmp_path)
    examples = tmp_path / "checks/portal/thing/examples.yaml"
    examples.write_text(examples.read_text().replace("encrypted: true", "encrypted: false"))
    done = rempart("checks", "test", "checks", cwd=tmp_path)
    assert done.returncode == 1
    assert "examples.yaml:1: pass: expected it, found fail" in done.stderr


def test_a_workspace_check_without_python_is_judged(tmp_path: Path) -> None:
    rempart("checks", "new", "storage/mine", "--in", "ws", cwd=tmp_path)
    place = tmp_path / "ws/checks/storage/mine"
    (place / "check.py").unlink()
    with (place / "check.yaml").open("a") as card:
        card.write("expect: {Swap: {encrypted: true}}\n")
    listed = rempart("checks", "list", "storage.mine", "--content", "ws", cwd=tmp_path).stdout
    assert listed.startswith("storage.mine")


def test_pages_are_written_from_cards(tmp_path: Path) -> None:
    done = rempart("checks", "pages", "pages", cwd=tmp_path)
    assert done.returncode == 0
    page = (tmp_path / "pages" / "ssh.root_login.md").read_text()
    assert page.startswith("# ")
    assert "## Remediation" in page


@pytest.mark.parametrize("arguments", [["audit"], ["audit", "--audit", "nope", "x.yaml"]])
def test_an_audit_of_nothing_is_a_usage_error(arguments: list[str], tmp_path: Path) -> None:
    done = rempart(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("rempart: ")


def test_an_unknown_format_is_refused_before_anything_happens(tmp_path: Path) -> None:
    done = rempart("audit", "x.yaml", "-o", "report.exe", cwd=tmp_path)
    assert done.returncode == 2
    assert ".html" in done.stderr


@pytest.mark.parametrize("arguments", [["audit", "--schema"], ["inventory", "schema"]])
def test_schemas_are_printed(arguments: list[str]) -> None:
    assert json.loads(rempart(*arguments).stdout)["$schema"].startswith("https://json-schema.org")


def test_completion_is_there() -> None:
    assert "_rempart_completion" in rempart(_REMPART_COMPLETE="bash_source").stdout
