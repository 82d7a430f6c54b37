"""An audit from its inventory to its run, by the command line, on files and a repository."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rempart.catalogue import built_in
from rempart.demo import data
from tests.test_cli import rempart

INVENTORY = """\
schema: rempart.inventory/1
organisation: Payer
language: en
authorisation:
  reference: T-1
  granted_by: CIO
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00Z, until: UNTIL}
  scope: ["127.0.0.1", "*.payer.example"]
subjects:
  files:
    - {id: exports, path: exports}
  repositories:
    - {id: infra, path: infra}
HOSTS
"""
HOST = """\
  hosts:
    - {id: gone, ssh: "audit@127.0.0.1:9", key: "file:key", known_hosts: "file:known"}
"""
PORTAL = """\
  portals:
    - {id: slow, url: "http://slow.payer.example/", connect: "127.0.0.1:PORT"}
"""


@pytest.fixture
def payer(tmp_path: Path) -> Path:
    data.write(tmp_path)
    shutil.copytree(built_in() / "inventories/demo/infra", tmp_path / "infra")
    return tmp_path


def written(folder: Path, *, until: str = "2046-01-01T00:00:00Z", hosts: str = "") -> Path:
    for name in ("key", "known"):
        (folder / name).touch(mode=0o600)
    file = folder / "inventory.yaml"
    file.write_text(INVENTORY.replace("UNTIL", until).replace("HOSTS", hosts))
    return file


def audit(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    state = {"XDG_STATE_HOME": str(folder / "state")}
    file = folder / "run.json"
    file.unlink(missing_ok=True)
    done = rempart("audit", *arguments, "-o", "run.json", cwd=folder, **state)
    return done.returncode, json.loads(file.read_text()) if file.exists() else {}, done.stderr


def comparable(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key not in ("started", "finished", "id")}


def test_findings_of_files_and_repository_end_with_one(payer: Path) -> None:
    written(payer)
    code, run, _ = audit(payer, "inventory.yaml")
    assert code == 1
    assert {one["subject"] for one in run["results"]} >= {"exports", "infra"}


def test_a_declared_setting_is_shown_on_the_line_that_decides_it(payer: Path) -> None:
    written(payer)
    _, run, _ = audit(payer, "inventory.yaml", "--only", "ssh.max_auth_tries")
    (record,) = [one for one in run["results"] if one["subject"] == "infra"]
    line = (payer / "infra" / record["where"]["source"]).read_text().splitlines()
    assert "MaxAuthTries" in line[record["where"]["line"] - 1]


def test_nothing_at_the_threshold_ends_with_zero(payer: Path) -> None:
    written(payer)
    code, _, _ = audit(payer, "inventory.yaml", "--only", "ssh.*", "--fail-on", "critical")
    assert code == 0


def test_an_unreachable_host_is_said_and_the_others_are_unharmed(payer: Path) -> None:
    written(payer, hosts=HOST)
    code, run, _ = audit(payer, "inventory.yaml", "--only", "gone", "--only", "exports")
    reasons = {one["reason"] for one in run["results"] if one["subject"] == "gone"}
    assert reasons == {"unreachable"}
    assert any(one["outcome"] == "fail" for one in run["results"] if one["subject"] == "exports")
    assert code in (1, 3)


def test_an_expired_window_stops_everything_with_its_line(payer: Path) -> None:
    written(payer, until="2026-02-01T00:00:00Z")
    code, run, stderr = audit(payer, "inventory.yaml")
    assert (code, run) == (2, {})
    assert "inventory.yaml:8:" in stderr


def test_a_statement_about_no_control_is_refused_with_its_line(payer: Path) -> None:
    file = written(payer)
    (payer / "proof.txt").write_text("minutes")
    with file.open("a") as text:
        text.write(
            "statements:\n"
            "  - {control: log.detct, about: [infra], says: An alarm exists., by: CISO,\n"
            "     on: 2026-11-02, evidence: 'file:proof.txt', meets: true, valid: 12 months}\n"
        )
    checked = rempart("inventory", "check", "inventory.yaml", cwd=payer)
    code, _, stderr = audit(payer, "inventory.yaml")
    assert (code, checked.returncode) == (2, 2)
    assert 'found "log.detct"' in stderr
    assert "log.detect" in stderr
    assert checked.stderr == stderr


def test_a_card_of_a_workspace_cites_only_what_there_is_with_its_line(payer: Path) -> None:
    written(payer)
    folder = payer / "mine/checks/my/swap"
    folder.mkdir(parents=True)
    words = "{title: Swap, rationale: r, remediation: r}"
    (folder / "check.yaml").write_text(
        "impact: minor\nexploitability: hard\nsince: '1'\ncontrols:\n  - exp.shh\n"
        f"refs: ['anssi-ssh:R999']\nen: {words}\nfr: {words}\nde: {words}\n"
        "expect: {Swap: {encrypted: true}}\n"
    )
    code, _, stderr = audit(payer, "inventory.yaml", "--content", "mine")
    assert code == 2
    assert 'check.yaml:5: controls[0]: expected a neutral control, found "exp.shh"' in stderr
    assert "check.yaml:6: refs[0]: expected a rule such as" in stderr


def test_patterns_that_leave_nothing_are_refused(payer: Path) -> None:
    written(payer)
    code, _, stderr = audit(payer, "inventory.yaml", "--only", "ssh.rot_login")
    assert code == 2
    assert "--only" in stderr


def test_drift_alone_looks_at_both_sides_of_it(payer: Path) -> None:
    file = written(payer)
    (payer / "host").mkdir()
    (payer / "host/sshd_config").write_text("PermitRootLogin yes\n")
    (payer / "infra/sshd_config").write_text("PermitRootLogin no\n")
    text = file.read_text().replace(
        "path: infra}", 'path: infra, declares: {box: ["sshd_config"]}}'
    )
    file.write_text(text + "  hosts:\n    - {id: box, captured: 'dir:host'}\n")
    _, run, _ = audit(payer, "inventory.yaml", "--only", "estate.drift")
    outcomes = {one["instance"]: one["outcome"] for one in run["results"]}
    assert outcomes["sshd.permit_root_login"] == "fail"
    assert {one["check"] for one in run["results"]} == {"estate.drift"}

    _, run, _ = audit(payer, "inventory.yaml", "--only", "estate.drift", "--only", "box")
    (record,) = run["results"]
    assert (record["outcome"], record["reason"]) == ("notchecked", "not authorised")
    assert "left out" in record["seen"]


def test_saved_observations_judge_to_the_same_results(payer: Path) -> None:
    written(payer)
    _, first, _ = audit(payer, "inventory.yaml", "-o", "x.observations.json")
    shutil.rmtree(payer / "exports")
    _, again, _ = audit(payer, "inventory.yaml", "--from-observations", "x.observations.json")
    assert again["results"] == first["results"]
    _, alone, _ = audit(payer, "--from-observations", "x.observations.json")
    assert [one["fingerprint"] for one in alone["results"]] == [
        one["fingerprint"] for one in first["results"]
    ]


def test_stores_copies_and_drift_are_judged_again_without_their_inventory(payer: Path) -> None:
    file = written(payer)
    (payer / "host").mkdir()
    (payer / "host/sshd_config").write_text("PermitRootLogin yes\n")
    text = file.read_text().replace(
        "path: infra}", 'path: infra, declares: {box: ["ansible/**"], claims: ["module.**"]}}'
    )
    file.write_text(
        text + "  databases:\n    - {id: claims, url: 'sqlite:///claims.sqlite', on: box}\n"
        "  backups:\n    - {id: nightly, path: exports, of: [claims]}\n"
        "  hosts:\n    - {id: box, captured: 'dir:host'}\n"
    )
    _, first, _ = audit(payer, "inventory.yaml", "-o", "x.observations.json")
    _, again, _ = audit(payer, "--from-observations", "x.observations.json")
    assert again["results"] == first["results"]
    assert again["graphs"] == first["graphs"]
    assert {"data.store_chain", "estate.drift"} <= {one["check"] for one in again["results"]}


def test_waivers_hold_when_observations_are_judged_again(payer: Path) -> None:
    file = written(payer)
    file.write_text(file.read_text() + "waivers: file:waivers.yaml\n")
    (payer / "waivers.yaml").write_text(
        "schema: rempart.waivers/1\nwaivers:\n"
        "  - {id: W-1, check: data.exports_in_clear, subject: exports, until: 2046-01-01,\n"
        "     reason: Encrypted next month., owner: IT, approver: CISO}\n"
    )
    audit(payer, "inventory.yaml", "-o", "x.observations.json")
    _, again, _ = audit(payer, "inventory.yaml", "--from-observations", "x.observations.json")
    assert [one["id"] for one in again["waivers"]] == ["W-1"]
    assert any(one["waiver"] for one in again["results"])


def test_two_audits_of_the_same_thing_are_the_same(payer: Path) -> None:
    written(payer)
    _, first, _ = audit(payer, "inventory.yaml")
    _, second, _ = audit(payer, "inventory.yaml")
    assert comparable(first) == comparable(second)


def test_nothing_to_resume_is_said(payer: Path) -> None:
    written(payer)
    _, _, stderr = audit(payer, "inventory.yaml", "--resume")
    assert "nothing to resume" in stderr


def test_a_killed_audit_is_resumed_whole(payer: Path) -> None:
    port = killed_while_a_portal_is_silent(payer)
    _, resumed, stderr = audit(payer, "inventory.yaml", "--resume", "--state", "killed")
    assert "2 subjects were done before" in stderr
    _, whole, _ = audit(payer, "inventory.yaml")
    assert str(port) in (payer / "inventory.yaml").read_text()
    assert comparable(resumed) == comparable(whole)


def test_a_changed_inventory_is_not_resumed(payer: Path) -> None:
    killed_while_a_portal_is_silent(payer)
    file = payer / "inventory.yaml"
    file.write_text(file.read_text().replace("organisation: Payer", "organisation: Another"))
    code, _, stderr = audit(payer, "inventory.yaml", "--resume", "--state", "killed")
    assert code == 2
    assert "inventory" in stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_who_is_asked_to_stop_saves_what_is_known(payer: Path, stop: signal.Signals) -> None:
    assert stopped_while_a_portal_is_silent(payer, stop) == 130
    run = json.loads((payer / "stopped.json").read_text())
    reasons = {one["reason"] for one in run["results"] if one["subject"] == "slow"}
    assert reasons == {"interrupted"}
    assert any(one["outcome"] == "fail" for one in run["results"] if one["subject"] == "exports")
    _, resumed, stderr = audit(payer, "inventory.yaml", "--resume", "--state", "killed")
    assert "2 subjects were done before" in stderr
    assert {one["subject"] for one in resumed["results"]} == {"exports", "infra", "slow"}


def killed_while_a_portal_is_silent(folder: Path) -> int:
    """The silent portal's port, after an audit was killed while it waited for it."""
    assert stopped_while_a_portal_is_silent(folder, signal.SIGKILL) == -signal.SIGKILL
    return int((folder / "port").read_text())


def stopped_while_a_portal_is_silent(folder: Path, stop: signal.Signals) -> int:
    """The exit code of an audit of two subjects and a portal that accepts and never answers.

    It is stopped while the portal keeps it waiting.
    """
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (folder / "port").write_text(str(port))
        written(folder, hosts=PORTAL.replace("PORT", str(port)))
        command = ("audit", "inventory.yaml", "--threads", "1", "--state", "killed")
        # a shell's background jobs ignore SIGINT, and their children would too
        earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            child = subprocess.Popen(
                (sys.executable, "-m", "rempart", *command, "-o", "stopped.json"),
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        finally:
            signal.signal(signal.SIGINT, earlier)
        silent.settimeout(50)
        connection, _ = silent.accept()  # both others are done: there is one thread
        child.send_signal(stop)
        code = child.wait(30)
        connection.close()
    return code
