"""The gate as a command: what it tells, what it compares with, how it leaves."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.checkouts import committed, git, write

CLEAR = """\
resource "aws_db_instance" "main" {
  engine            = "postgres"
  storage_encrypted = false
}
"""
GOOD = CLEAR.replace("false", "true").replace(
    "}", '  kms_key_id = "arn:aws:kms:eu-west-3:1:key/k"\n}'
)
IGNORE = "# rempart:ignore=iac.database_encrypted until={} -- the new image comes in January\n"
FAR, GONE = "2099-01-31", "2020-01-31"
ONLY = ("--only", "iac.database_encrypted")


def gated(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    env |= {"XDG_STATE_HOME": str(folder.parent / "state"), "NO_COLOR": "1", **environment}
    return subprocess.run(
        (sys.executable, "-m", "rempart", "gate", *arguments),
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def run_of(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    out = folder.parent / "run.json"
    done = gated(folder, *ONLY, "-o", str(out), *arguments)
    assert out.exists(), done.stderr
    told: dict[str, Any] = json.loads(out.read_text())
    return done.returncode, told


def failed(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in run["results"] if one["outcome"] == "fail"]


def test_a_finding_is_told_with_its_line_and_its_repair(tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": CLEAR})
    done = gated(tmp_path / "r", *ONLY)
    assert done.returncode == 1
    assert "      3 |   storage_encrypted = false" in done.stdout
    assert "main.tf:3 · iac.database_encrypted" in done.stdout
    assert "Repair: " in done.stdout
    assert gated(tmp_path / "r", *ONLY, "--advise").returncode == 0


def test_a_clean_repository_passes(tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": GOOD})
    done = gated(tmp_path / "r", *ONLY)
    assert (done.returncode, "Nothing to repair." in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(("until", "code"), [(FAR, 0), (GONE, 4), ("2027-02-30", 4), ("soon", 4)])
def test_an_exception_in_the_source_holds_until_its_day(
    until: str, code: int, tmp_path: Path
) -> None:
    write(tmp_path / "r", {"main.tf": IGNORE.format(until) + CLEAR})
    assert run_of(tmp_path / "r")[0] == code


@pytest.mark.parametrize(
    ("marker", "code"),
    [
        ("rempart:ignore=iac.database_encrypted until=2099-01-01", 4),
        ("rempart:ignore=iac.database_encrypted until=2099-01-01 --", 4),
        ("rempart:ignore=iac.nothing until=2099-01-01 -- why", 4),
        ("rempart:ignore=* until=2099-01-01 -- why", 4),
        ("rempart:ignore=iac.database_encrypted -- why", 4),
        ("rempart:ignore=iac.database_encrypted until=2099-01-01 by=me -- why", 4),
        ("rempart:ignore=iac.database_encrypted until=2099-01-01 digest=zz -- why", 4),
        ("rempart:ignore=iac.bucket_public,iac.database_encrypted until=2099-01-01 -- why", 0),
        ('rempart:ignore=iac.database_encrypted until=2099-01-01 owner="The web team" -- why', 0),
        ("rempart:ignore=iac.bucket_public until=2099-01-01 -- another check", 1),
        ("rempart:ignore=iac.database_encrypted until=2099-01-01 digest=00000000 -- why", 1),
    ],
)
def test_an_exception_is_read_strictly(marker: str, code: int, tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": f"# {marker}\n{CLEAR}"})
    assert run_of(tmp_path / "r")[0] == code


def test_an_exception_with_the_digest_of_the_facts_holds(tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": CLEAR})
    digest = failed(run_of(tmp_path / "r")[1])[0]["digest"]
    marker = f"# rempart:ignore=iac.database_encrypted until={FAR} digest={digest[:12]} -- why\n"
    write(tmp_path / "r", {"main.tf": marker + CLEAR})
    assert run_of(tmp_path / "r")[0] == 0


def test_an_exception_at_a_module_call_goes_down_into_it(tmp_path: Path) -> None:
    call = 'module "db" {\n  source = "./modules/db"\n}\n'
    files = {"main.tf": IGNORE.format(FAR) + call, "modules/db/main.tf": CLEAR}
    write(tmp_path / "r", files)
    code, run = run_of(tmp_path / "r")
    assert [one["instance"] for one in failed(run)] == ["module.db.aws_db_instance.main"]
    assert code == 0
    write(tmp_path / "r", {"main.tf": IGNORE.format(FAR) + call + call.replace('"db"', '"other"')})
    code, run = run_of(tmp_path / "r")
    assert code == 1
    assert [bool(one["waiver"]) for one in failed(run)] == [True, False]


def test_an_exception_in_a_module_counts_for_all_its_callers(tmp_path: Path) -> None:
    call = 'module "db" {\n  source = "../modules/db"\n}\n'
    files = {"one/main.tf": call, "two/main.tf": call}
    write(tmp_path / "r", {**files, "modules/db/main.tf": IGNORE.format(FAR) + CLEAR})
    code, run = run_of(tmp_path / "r")
    assert (len(failed(run)), code) == (2, 0)


WAIVERS = """\
schema: rempart.waivers/1
waivers:
  - check: iac.database_encrypted
    {key}: "{pattern}"
    reason: The new image comes in January.
    owner: Production
    until: {until}
"""


@pytest.mark.parametrize(
    ("key", "pattern", "until", "code"),
    [
        ("path", "prod/**", FAR, 0),
        ("path", "test/**", FAR, 1),
        ("instance", "aws_db_instance.*", FAR, 0),
        ("instance", "aws_s3_bucket.*", FAR, 1),
        ("path", "**", GONE, 4),
        ("path", "**", "someday", 4),
        ("nonsense", "x", FAR, 4),
    ],
)
def test_waivers_of_the_repository_hold_by_path_and_address(
    key: str, pattern: str, until: str, code: int, tmp_path: Path
) -> None:
    waivers = WAIVERS.format(key=key, pattern=pattern, until=until)
    write(tmp_path / "r", {"prod/main.tf": CLEAR, "waivers.yaml": waivers})
    assert run_of(tmp_path / "r")[0] == code


def test_a_change_cannot_excuse_itself(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": CLEAR})
    write(top, {"main.tf": IGNORE.format(FAR) + CLEAR})
    write(top, {"waivers.yaml": WAIVERS.format(key="path", pattern="**", until=FAR)})
    code, run = run_of(top, "--policy-from", "main")
    assert code == 1
    assert [one["added"] for one in run["waivers"]] == [True, True]
    git(top, "add", "-A")
    git(top, "commit", "-qm", "accepted")
    assert run_of(top, "--policy-from", "main")[0] == 0
    (top / "waivers.yaml").unlink()
    write(top, {"main.tf": CLEAR})
    assert run_of(top, "--policy-from", "main")[0] == 0, "what is protected still excuses"


def test_an_exception_moved_to_another_resource_is_a_new_one(tmp_path: Path) -> None:
    other = CLEAR.replace('"main"', '"other"')
    top = committed(tmp_path / "r", {"main.tf": IGNORE.format(FAR) + GOOD + other})
    write(top, {"main.tf": GOOD + IGNORE.format(FAR) + other})
    assert run_of(top, "--policy-from", "main")[0] == 1


def test_an_expired_exception_that_the_change_leaves_alone_is_a_warning(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": IGNORE.format(GONE) + CLEAR})
    write(top, {"other.tf": GOOD.replace('"main"', '"other"')})
    code, run = run_of(top, "--policy-from", "main")
    assert (code, run["waivers"][0]["tolerated"]) == (0, True)
    assert run_of(top, "--since", "main")[0] == 0
    assert run_of(top)[0] == 4, "the nightly run fails"
    write(top, {"main.tf": IGNORE.format(GONE) + CLEAR.replace("postgres", "mysql")})
    assert run_of(top, "--policy-from", "main")[0] == 4, "the change touches it"


def test_a_policy_counts_only_where_it_is_protected(tmp_path: Path) -> None:
    policy = 'schema: rempart.gate/1\nexclude: ["old/**"]\n'
    top = committed(tmp_path / "r", {"old/main.tf": CLEAR})
    write(top, {"rempart.yaml": policy})
    assert run_of(top)[0] == 1
    assert run_of(top, "--policy-from", "main")[0] == 1
    git(top, "add", "-A")
    git(top, "commit", "-qm", "policy")
    code, run = run_of(top, "--policy-from", "main")
    assert [one["path"] for one in run["gate"]["left_out"]] == ["old"]
    assert not failed(run)
    assert code == 0


def test_settings_of_the_policy_are_the_gates(tmp_path: Path) -> None:
    policy = "schema: rempart.gate/1\nsettings: {iac.health_identifiers: {min_valid: 7}}\n"
    top = committed(tmp_path / "r", {"main.tf": GOOD, "rempart.yaml": policy})
    out = ("-o", str(tmp_path / "run.json"))
    gated(top, "--policy-from", "main", *out)
    told = json.loads((tmp_path / "run.json").read_text())["settings"]
    assert told["iac.health_identifiers"] == {"min_valid": 7}
    committed(top, {"rempart.yaml": policy.replace("min_valid", "min_vaild")})
    done = gated(top, "--policy-from", "main")
    assert done.returncode == 2
    assert "main:rempart.yaml:2" in done.stderr


def test_a_baseline_knows_its_findings_again(tmp_path: Path) -> None:
    top = tmp_path / "r"
    write(top, {"infra/main.tf": CLEAR})
    line = ("--baseline", "../known.txt")
    assert gated(top, *ONLY, *line).returncode == 2
    assert gated(top, *ONLY, *line, "--update-baseline").returncode == 0
    text = (tmp_path / "known.txt").read_text()
    assert text.count("\n") == 2
    assert str(tmp_path) not in text
    assert run_of(top, *line)[0] == 0
    (top / "infra").rename(top / "platform")
    write(top, {"platform/main.tf": f"\n\n{CLEAR}"})
    assert run_of(top, *line)[0] == 0, "lines and folders may change"
    write(top, {"more/main.tf": CLEAR})
    assert run_of(top, *line)[0] == 1, "one line accounts for one finding"
    gated(top, *ONLY, *line, "--update-baseline")
    again = (tmp_path / "known.txt").read_text()
    gated(top, *ONLY, *line, "--update-baseline")
    assert (tmp_path / "known.txt").read_text() == again


def test_a_baseline_follows_moves_and_indexes(tmp_path: Path) -> None:
    top = tmp_path / "r"
    counted = CLEAR.replace("{\n", "{\n  count = 2\n", 1)
    write(top, {"main.tf": counted})
    line = ("--baseline", "../known.txt")
    gated(top, *ONLY, *line, "--update-baseline")
    moved = "moved {\n  from = aws_db_instance.main\n  to   = aws_db_instance.claims\n}\n"
    write(top, {"main.tf": moved + counted.replace('"main"', '"claims"')})
    assert run_of(top, *line)[0] == 0
    write(top, {"main.tf": counted.replace('"main"', '"claims"')})
    assert run_of(top, *line)[0] == 1, "without the block it is another thing"


def test_a_damaged_baseline_is_said_with_its_line(tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": CLEAR, "known.txt": "<<<<<<< HEAD\n"})
    done = gated(tmp_path / "r", "--baseline", "known.txt")
    assert done.returncode == 2
    assert "known.txt:1: expected 7 fields" in done.stderr


def test_only_what_is_worse_than_the_revision_is_told(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": CLEAR, "README": "x"})
    write(top, {"README": "y"})
    done = gated(top, *ONLY, "--since", "main")
    assert done.returncode == 0
    assert "Nothing new since main." in done.stdout
    write(top, {"more.tf": CLEAR.replace('"main"', '"more"')})
    code, run = run_of(top, "--since", "main")
    assert code == 1
    assert [one["known"] for one in failed(run)] == ["since", None]


def test_a_changed_default_reaches_an_unchanged_file(tmp_path: Path) -> None:
    variable = 'variable "encrypt" {\n  default = true\n}\n'
    top = committed(
        tmp_path / "r",
        {"main.tf": CLEAR.replace("false", "var.encrypt"), "variables.tf": variable},
    )
    assert run_of(top, "--since", "main")[0] == 0
    write(top, {"variables.tf": variable.replace("true", "false")})
    code, run = run_of(top, "--since", "main")
    assert code == 1
    assert failed(run)[0]["where"]["source"] == "main.tf"
    write(top, {"variables.tf": variable, "main.tf": GOOD})
    assert run_of(top, "--since", "main")[1]["gate"]["gone"] == []


def test_what_is_repaired_is_counted(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": CLEAR})
    write(top, {"main.tf": GOOD})
    gone = run_of(top, "--since", "main")[1]["gate"]["gone"]
    assert [one["instance"] for one in gone] == ["aws_db_instance.main"]


def test_unknown_fails_only_when_asked(tmp_path: Path) -> None:
    write(tmp_path / "r", {"main.tf": CLEAR.replace("false", "var.nowhere")})
    assert run_of(tmp_path / "r")[0] == 0
    assert run_of(tmp_path / "r", "--strict-unknown")[0] == 1


def test_files_are_judged_with_what_stands_around_them(tmp_path: Path) -> None:
    top = tmp_path / "r"
    write(top, {"a/main.tf": CLEAR, "b/main.tf": CLEAR, "a/note.tf": "# nothing\n"})
    code, run = run_of(top, "a/note.tf")
    assert code == 1
    assert {one["where"]["source"]: one["known"] for one in failed(run)} == {
        "a/main.tf": None,
        "b/main.tf": "elsewhere",
    }


def test_exceptions_for_other_tools_are_listed_and_excuse_nothing(tmp_path: Path) -> None:
    lines = (
        "#checkov:skip=CKV_AWS_16:known\n#tfsec:ignore:aws-rds-encrypt-instance-storage-data\n"
        "#trivy:ignore:AVD-AWS-0080:exp:2027-01-31\n# kics-scan ignore-line\n"
    )
    write(tmp_path / "r", {"main.tf": lines + CLEAR, "x.yaml": "a: b # gitleaks:allow\n"})
    code, run = run_of(tmp_path / "r")
    told = {(one["tool"], one["what"], one["until"]) for one in run["gate"]["markers"]}
    assert told == {
        ("checkov", "CKV_AWS_16", ""),
        ("tfsec", "aws-rds-encrypt-instance-storage-data", ""),
        ("trivy", "AVD-AWS-0080", "2027-01-31"),
        ("kics", "ignore-line", ""),
        ("gitleaks", "", ""),
    }
    assert code == 1


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": GOOD, ".gitignore": "scratch/\n"})
    write(top, {"scratch/main.tf": CLEAR, ".terraform/modules/x/main.tf": CLEAR})
    code, run = run_of(top)
    assert {one["path"] for one in run["gate"]["left_out"]} == {"scratch", ".terraform"}
    assert code == 0
    write(tmp_path / "plain", {"scratch/main.tf": CLEAR, ".gitignore": "scratch/\n"})
    assert run_of(tmp_path / "plain")[0] == 1, "outside a checkout .gitignore says nothing"


def test_the_host_of_the_code_sees_annotations_and_a_summary(tmp_path: Path) -> None:
    write(tmp_path / "r", {"infra/main.tf": CLEAR})
    summary = tmp_path / "summary.md"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = gated(tmp_path / "r", *ONLY, **environment)
    found = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(found) == 1
    assert found[0].startswith("::error file=infra/main.tf,line=3,endLine=3,title=iac.database_enc")
    assert "`infra/main.tf:3`" in summary.read_text()


@pytest.mark.parametrize("tool", [("patch", "-p1"), ("git", "apply")])
def test_the_offered_repairs_apply_and_hold(tool: tuple[str, ...], tmp_path: Path) -> None:
    absent = CLEAR.replace("  storage_encrypted = false\n", "").replace('"main"', '"absent"')
    top = committed(
        tmp_path / "r",
        {
            "db/main.tf": CLEAR + absent,
            "ssh/sshd_config": "Port 22\r\nPermitRootLogin yes\r\nMaxAuthTries 3\r\n",
            "nginx/nginx.conf": (
                "http {\n  server {\n    listen 443 ssl;\n"
                "    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\n  }\n}"
            ),
        },
    )
    only = (
        "--only",
        "iac.database_encrypted",
        "--only",
        "ssh.root_login",
        "--only",
        "tls.versions",
    )
    assert gated(top, *only).returncode == 1
    before = {path: path.read_bytes() for path in top.rglob("*.tf")}
    made = tmp_path / "made.diff"
    with made.open("wb") as file:
        command = (sys.executable, "-m", "rempart", "gate", *only, "--fix-diff")
        subprocess.run(command, cwd=top, stdout=file, check=False, timeout=120)
    assert {path: path.read_bytes() for path in top.rglob("*.tf")} == before
    subprocess.run(tool, cwd=top, input=made.read_bytes(), check=True, capture_output=True)
    done = gated(top, *only)
    assert done.returncode == 0, done.stdout
    assert b"PermitRootLogin no\r\n" in (top / "ssh/sshd_config").read_bytes()


def test_a_setting_that_is_decided_elsewhere_is_not_repaired(tmp_path: Path) -> None:
    variable = 'variable "encrypt" {\n  default = false\n}\n'
    write(tmp_path / "r", {"main.tf": CLEAR.replace("= false", "= var.encrypt") + variable})
    assert gated(tmp_path / "r", *ONLY, "--fix-diff").stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since", "nowhere"),
        ("--policy-from", "-x"),
        ("--update-baseline",),
        ("../elsewhere/x.tf",),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    top = committed(tmp_path / "r", {"main.tf": CLEAR})
    assert gated(top, *arguments).returncode == 2
