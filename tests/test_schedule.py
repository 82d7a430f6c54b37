"""Units for every night: what they say is what the schedulers understand, and nothing leaks in."""

import configparser
import fcntl
import os
import re
import stat
import subprocess
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from rempart import documents
from rempart.cli.schedule import command
from rempart.errors import UsageError
from rempart.schedule import Night, Scheduler, moment, secrets, units
from tests.lab import need

TODAY = date(2026, 11, 25)
INVENTORY = """organisation: Tiers Payant Démonstration
subjects:
  databases:
    - {id: adh, password: env:ADH}
  portals:
    - id: pro
      canaries:
        - {account: canary-a, password: env:CANARY_A, totp: env:CANARY_A_TOTP}
        - {account: canary-b, password: env:ADH, key: file:~/.ssh/audit}
"""


def night(**changed: object) -> Night:
    fields: dict[str, object] = {
        "at": time(2, 30),
        "zone": "Europe/Paris",
        "user": "rempart",
        "program": "/opt/rempart/bin/rempart",
        "inventory": "/etc/rempart/inventory.yaml",
        "secrets": ("ADH", "CANARY_A"),
        "source": "rempart-0.1.0-py3-none-any.whl",
    }
    return Night(**{**fields, **changed})  # type: ignore[arg-type]


def printed(scheduler: Scheduler, **changed: object) -> dict[str, str]:
    return units(scheduler, night(**changed), TODAY)


def settings(unit: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=["="])
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit)
    return parser


@pytest.mark.parametrize("scheduler", list(Scheduler))
def test_no_mark_of_a_template_is_left(scheduler: Scheduler) -> None:
    for name, content in printed(scheduler).items():
        assert not re.search(r"@[A-Z_]+@", content), name
        assert content.endswith("\n")


def test_the_service_is_sandboxed() -> None:
    service = settings(printed(Scheduler.SYSTEMD)["rempart-audit.service"])["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["PrivateTmp"] == "yes"
    assert service["ProtectHome"] == "yes"
    assert service["RestrictAddressFamilies"] == "AF_INET AF_INET6 AF_UNIX"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] == "rempart"


def test_secrets_go_by_reference() -> None:
    service = printed(Scheduler.SYSTEMD)["rempart-audit.service"]
    assert "LoadCredential=ADH:/etc/rempart/credentials/ADH\n" in service
    assert "LoadCredential=CANARY_A:/etc/rempart/credentials/CANARY_A\n" in service


def test_an_inventory_in_a_home_stays_readable() -> None:
    unit = printed(Scheduler.SYSTEMD, inventory="/home/claire/payer.yaml")
    assert "ProtectHome=read-only" in unit["rempart-audit.service"]


def test_the_timer_keeps_the_time_zone() -> None:
    timer = settings(printed(Scheduler.SYSTEMD)["rempart-audit.timer"])["Timer"]
    assert timer["OnCalendar"] == "*-*-* 02:30:00 Europe/Paris"
    assert timer["Persistent"] == "yes"
    assert timer["RandomizedDelaySec"] == "15min"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    need("systemd-analyze", "systemd")
    nightly = tmp_path / "nightly"
    for name, content in printed(Scheduler.SYSTEMD, user="root", nightly=str(nightly)).items():
        (tmp_path / name).write_text(content)
    nightly.chmod(0o755)
    names = [str(tmp_path / f"rempart-audit.{kind}") for kind in ("service", "timer")]
    verified = asked("systemd-analyze", "verify", "--man=no", *names)
    assert [line for line in verified.splitlines() if "rempart" in line] == []
    exposure = asked("systemd-analyze", "security", "--offline=true", names[0])
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", exposure)
    assert found is not None
    assert float(found[1]) < 3.0
    assert "Europe/Paris" in asked("systemd-analyze", "calendar", "*-*-* 02:30:00 Europe/Paris")


def asked(*words: str) -> str:
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return done.stdout + done.stderr


def cron_line(**changed: object) -> str:
    lines = printed(Scheduler.CRON, **changed)["rempart.cron"].splitlines()
    return next(line for line in lines if " * * * * " in line)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_cron_starts_at_the_right_moment_of_any_zone(zone: str) -> None:
    line = cron_line(zone=zone)
    minutes = set(map(int, line.split()[0].split(",")))
    for month in (1, 7):
        due = datetime(2026, month, 15, 2, 30, tzinfo=ZoneInfo(zone))
        assert due.astimezone(UTC).minute in minutes
    assert f"TZ={zone} date" in line
    assert re.search(r"(?<!\\)%", line) is None  # cron ends a command at a bare %


PROGRAM = """#!/bin/sh
echo "$@" >> "{log}"
echo "secret: $ADH" >> "{log}"
[ "$1" = audit ] || exit 0
for word; do case "$word" in *.json) : > "$word";; esac; done
exit {code}
"""


def run_nightly(folder: Path, code: int) -> tuple[int, list[str]]:
    log, program = folder / "log", folder / "rempart"
    program.write_text(PROGRAM.format(log=log, code=code))
    program.chmod(0o755)
    (folder / "ADH").write_text("s3cret\n")
    log.write_text("")
    text = printed(Scheduler.SYSTEMD, program=str(program), secrets=("ADH",))["nightly"]
    state = folder / "state"
    state.mkdir(exist_ok=True)
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(state),
            "CREDENTIALS_DIRECTORY": str(folder),
        },
    )
    return done.returncode, log.read_text().splitlines()


def test_the_nightly_script_audits_and_keeps_the_exit_code(tmp_path: Path) -> None:
    code, told = run_nightly(tmp_path, 3)
    assert code == 3
    assert told[0].startswith("audit /etc/rempart/inventory.yaml --state ")
    assert told[1] == "secret: s3cret"
    assert "s3cret" not in told[0]
    kept = list((tmp_path / "state/runs").glob("*Z.json"))
    assert len(kept) == 1
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600


def test_the_nightly_script_compares_with_the_night_before(tmp_path: Path) -> None:
    before = tmp_path / "state/runs/2026-11-24T013000Z.json"
    before.parent.mkdir(parents=True)
    before.write_text("{}")
    code, told = run_nightly(tmp_path, 1)
    assert code == 1
    assert told[2].startswith(f"history diff {before} ")


def test_the_nightly_script_never_runs_twice_at_once(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / "state/nightly.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, told = run_nightly(tmp_path, 0)
    assert code == 75
    assert told == []


def test_the_github_workflow_has_the_least_permissions() -> None:
    text = printed(Scheduler.GITHUB)["github.yml"]
    workflow = documents.parse(text).value
    job = workflow["jobs"]["rempart"]
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    assert workflow["on"]["schedule"] == [{"cron": "30 1 * * *"}]
    steps = job["steps"]
    assert steps[0]["with"]["persist-credentials"] is False
    assert steps[-1]["uses"].startswith("github/codeql-action/upload-sarif@")
    assert steps[-1]["with"]["sarif_file"] == "gate.sarif"
    assert "cancelled()" in steps[-1]["if"]
    assert steps[-2]["env"] == {
        "ADH": "${{ secrets.ADH }}",
        "CANARY_A": "${{ secrets.CANARY_A }}",
    }
    assert "rempart audit '/etc/rempart/inventory.yaml'" in steps[-2]["run"]


def test_without_an_inventory_a_pipeline_judges_its_repository() -> None:
    for scheduler, name in ((Scheduler.GITHUB, "github.yml"), (Scheduler.GITLAB, "gitlab.yml")):
        text = printed(scheduler, inventory="", secrets=())[name]
        assert "rempart gate . -o gate.sarif" in text
        assert documents.parse(text).value


def test_the_gitlab_job_keeps_what_it_found() -> None:
    text = printed(Scheduler.GITLAB)["gitlab.yml"]
    job = documents.parse(text).value["rempart"]
    assert job["resource_group"] == "rempart"
    assert job["artifacts"]["when"] == "always"
    assert "gate.sarif" in job["artifacts"]["paths"]
    assert "ADH, CANARY_A" in text
    assert "30 2 * * * in Europe/Paris" in text


@pytest.mark.parametrize(
    "changed",
    [
        {"inventory": "/etc/x.yaml'; rm -rf /'"},
        {"inventory": "/etc/$(id).yaml"},
        {"inventory": "/etc/x\nExecStart=/bin/false"},
        {"program": "/opt/`id`"},
        {"program": "/opt/%h"},
        {"user": "root -x"},
        {"user": "Root"},
        {"zone": "Europe/Paname"},
        {"zone": "../../etc/passwd"},
        {"source": "rempart; id"},
    ],
)
def test_nothing_a_shell_or_systemd_would_interpret_enters(changed: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="expected"):
        night(**changed)


@pytest.mark.parametrize("text", ["25:00", "2h30", "", "02:30:00"])
def test_a_time_of_day_is_hours_and_minutes(text: str) -> None:
    assert moment("23:05") == time(23, 5)
    with pytest.raises(UsageError, match=r"02:30"):
        moment(text)


def test_the_names_of_secrets_come_from_the_inventory(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    assert secrets(path) == ("ADH", "CANARY_A", "CANARY_A_TOTP")


def test_the_command_prints_or_writes(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    told = CliRunner().invoke(command, ["--systemd", str(path), "--at", "04:05", "--zone", "UTC"])
    assert told.exit_code == 0
    assert "OnCalendar=*-*-* 04:05:00 UTC" in told.output
    assert "LoadCredential=CANARY_A_TOTP:" in told.output
    written = CliRunner().invoke(command, ["--cron", str(path), "-o", str(tmp_path / "units")])
    assert written.exit_code == 0
    assert os.access(tmp_path / "units/nightly", os.X_OK)
    assert "rempart.cron" in {one.name for one in (tmp_path / "units").iterdir()}


def test_the_command_wants_a_scheduler() -> None:
    assert isinstance(CliRunner().invoke(command, []).exception, UsageError)
