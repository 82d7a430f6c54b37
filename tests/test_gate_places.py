"""Where a gate runs: each file that a person copies works as far as it can run here."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rempart import documents
from tests.checkouts import committed, write
from tests.test_gate import CLEAR

TOP = Path(__file__).parents[1]


def read(name: str) -> Any:
    return documents.read(TOP / name).value


def shell(script: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    program = tools / "rempart"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rempart "$@"\n')
    program.chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    state = str(folder.parent / "state")
    return subprocess.run(
        ("bash", "-c", script),  # noqa: S607
        cwd=folder,
        env={"PATH": path, "PYTHONPATH": str(TOP), "XDG_STATE_HOME": state, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def judging() -> str:
    steps = read("action.yml")["runs"]["steps"]
    script: str = next(step for step in steps if step.get("id") == "gate")["run"]
    return script


def inputs(**changed: str) -> dict[str, str]:
    empty = dict.fromkeys(("POLICY", "SINCE", "BASELINE", "FAIL_ON"), "")
    return {**empty, "FOLDER": ".", "ADVISE": "false", "SARIF": "out.sarif", **changed}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 1),
        ({"ADVISE": "true"}, 0),
        ({"SINCE": "main", "POLICY": "main"}, 0),
        ({"FOLDER": "empty; touch owned"}, 2),
        ({"SINCE": "$(touch owned)"}, 2),
    ],
)
def test_the_action_judges(changed: dict[str, str], code: int, tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": CLEAR})
    output = tmp_path / "output"
    done = shell(judging(), top, GITHUB_OUTPUT=str(output), **inputs(**changed))
    assert done.returncode == code, done.stderr
    assert output.read_text() == "sarif=out.sarif\n"
    assert not (top / "owned").exists()
    if code < 2:
        assert json.loads((top / "out.sarif").read_text())["version"] == "2.1.0"


def test_no_expression_stands_in_a_script_of_the_action() -> None:
    for step in read("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]
        subprocess.run(("bash", "-n"), input=step["run"].encode(), check=True)  # noqa: S607


def test_the_gitlab_job_judges_a_change_and_a_branch(tmp_path: Path) -> None:
    job = read("ci/rempart.gitlab-ci.yml")[".rempart-gate"]
    top = committed(tmp_path / "r", {"main.tf": CLEAR})
    (script,) = job["script"]
    night = {"REMPART_PATH": ".", "REMPART_OPTIONS": ""}
    assert shell(script, top, **night).returncode == 1
    for name in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (top / name).stat().st_size > 0
    subprocess.run(
        ("git", "-C", str(top), "update-ref", "refs/remotes/origin/main", "HEAD"),  # noqa: S607
        check=True,
    )
    change = {
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    done = shell(script, top, **night, **change)
    assert done.returncode == 0, done.stderr


def test_the_hook_judges_what_stands_beside_the_changed_files(tmp_path: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    assert re.search(hook["files"], "infra/main.tf")
    assert re.search(hook["files"], "Dockerfile.web")
    assert not re.search(hook["files"], "app/main.py")
    top = committed(tmp_path / "r", {"main.tf": CLEAR, "other/x.tf": "# nothing\n"})
    assert shell(f"{hook['entry']} main.tf other/x.tf", top).returncode == 1
    assert shell(f"{hook['entry']} other/x.tf", top).returncode == 0


def test_the_image_runs_the_gate_as_nobody() -> None:
    lines = (TOP / "Containerfile").read_text().splitlines()
    assert lines.index("USER rempart") < next(
        place for place, line in enumerate(lines) if line.startswith("CMD")
    )
    assert 'CMD ["rempart", "gate", "/src"]' in lines


def test_hostile_files_cost_only_themselves(tmp_path: Path) -> None:
    top = tmp_path / "r"
    write(
        top,
        {
            "main.tf": CLEAR,
            "bomb.yaml": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
            "deep.json": "[" * 100_000,
            "conflict.tf": "<<<<<<< HEAD\n" + CLEAR,
            "open.tf": 'resource "aws_db_instance" "x" {\n',
            "crlf.tf": "\ufeff" + CLEAR.replace('"main"', '"crlf"').replace("\n", "\r\n"),
            "::error file=x::pwned.tf": CLEAR.replace('"main"', '"colons"'),
            "C:\\infra\\main.tf": CLEAR.replace('"main"', '"windows"'),
            "new\nline.tf": CLEAR.replace('"main"', '"line"'),
            "esc\x1b[31m.tf": CLEAR.replace('"main"', '"escape"'),
        },
    )
    (top / "latin.tf").write_bytes(b"# caf\xe9\n" + CLEAR.replace('"main"', '"latin"').encode())
    (top / "loop").symlink_to(top)
    (top / "null.tf").symlink_to("/dev/zero")
    os.mkfifo(top / "pipe.tf")
    with (top / "large.yaml").open("wb") as file:
        file.truncate(200_000_000)
    arguments = "rempart gate . --only iac.database_encrypted -o run.json"
    done = shell(arguments, top, GITHUB_ACTIONS="true")
    run = json.loads((top / "run.json").read_text())
    failed = {one["instance"] for one in run["results"] if one["outcome"] == "fail"}
    assert {f"aws_db_instance.{name}" for name in
            ("main", "crlf", "colons", "windows", "line", "escape", "latin")} <= failed  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert {one["path"] for one in run["gate"]["left_out"]} >= {"loop", "null.tf", "pipe.tf"}
    told = done.stdout + done.stderr
    assert "\x1b" not in told
    commands = [line for line in told.splitlines() if line.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning|notice) (file=[^:]*,|title=)", one) for one in commands)
    assert "200_000_000" not in told


def test_an_unreadable_file_is_incomplete(tmp_path: Path) -> None:
    write(tmp_path / "r", {"conflict.tf": "<<<<<<< HEAD\n"})
    done = shell("rempart gate . -o run.json", tmp_path / "r")
    assert done.returncode == 3, done.stdout
    assert (tmp_path / "r/run.json").exists()
