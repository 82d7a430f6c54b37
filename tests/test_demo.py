"""The demonstration teaches: findings of three concerns, passes, a gap, a waiver, the breach."""

import json
import re
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from rempart.cli.demo import spoken
from rempart.results import Run, load
from tests.test_cli import rempart


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("demo")
    done = rempart("demo", "--lang", "fr", cwd=folder, XDG_CACHE_HOME=str(folder / "cache"))
    assert done.returncode == 0, done.stderr
    return done, folder / "rempart-demo"


@pytest.fixture(scope="module")
def run(shown: tuple[CompletedProcess[str], Path]) -> Run:
    return load(shown[1] / "run.json")


def outcomes(run: Run, outcome: str) -> set[str]:
    return {record.check for record in run.results if record.outcome == outcome}


def test_findings_come_from_all_three_concerns_and_the_repository(run: Run) -> None:
    failed = {check.split(".")[0] for check in outcomes(run, "fail")}
    assert failed & {"portal", "tls"}
    assert failed & {"ssh", "accounts", "passwords"}
    assert failed & {"data", "storage"}
    assert "iac" in failed


def test_some_things_are_right(run: Run) -> None:
    assert len(outcomes(run, "pass")) >= 8


def test_what_was_not_seen_has_its_reason(run: Run) -> None:
    reasons = {record.reason for record in run.results if record.outcome == "notchecked"}
    assert "privilege" in reasons
    assert "unresolved" in reasons


def test_no_check_breaks_on_the_demonstration(run: Run) -> None:
    assert outcomes(run, "error") == set()


def test_one_failure_is_accepted_until_a_day(run: Run) -> None:
    (waiver,) = run.waivers
    assert (waiver.used, waiver.expired) == (1, False)
    accepted = [record for record in run.results if record.waiver]
    assert [record.check for record in accepted] == ["accounts.sudo_nopasswd"]


def test_the_breach_of_2024_is_replayed(run: Run) -> None:
    replay = next(one for one in run.replays if one.scenario == "viamedis-2024")
    assert replay.verdict != "stopped"
    assert {step.state for step in replay.steps} & {"open", "unknown"}


def test_cnil_and_nist_part_over_the_password_policy(run: Run) -> None:
    said = {r.authority: r.outcome for r in run.results if r.check == "passwords.policy"}
    assert (said["cnil"], said["nist"]) == ("pass", "fail")


def test_somebody_reads_as_in_2024_and_no_alarm_notices(run: Run) -> None:
    log = {one.check: one for one in run.results if one.subject == "pro-access"}
    assert log["reading.outliers"].facts["accounts"] == 1
    assert log["reading.detection"].outcome == log["reading.ceiling"].outcome == "fail"
    assert log["reading.retention"].outcome == log["reading.content"].outcome == "pass"


def test_the_alarm_somebody_states_is_seen_not_to_ring(run: Run) -> None:
    replay = next(one for one in run.replays if one.scenario == "viamedis-2024")
    states = {each.control: each.state for step in replay.steps for each in step.detect}
    assert [statement.meets for statement in run.statements] == [True]
    assert states["log.detect"] == "fail"


def test_sockets_were_counted(run: Run) -> None:
    assert run.connections["claims-1"] == 1
    assert 1 <= run.connections["pro"] <= 40
    assert run.connections["infra"] == 0


def test_the_report_stands_alone_and_names_the_payer(
    shown: tuple[CompletedProcess[str], Path],
) -> None:
    page = (shown[1] / "report.html").read_text()
    assert "Tiers Payant Démonstration" in page
    assert 'lang="fr"' in page
    assert "Content-Security-Policy" in page
    assert not re.search(r'(?:src|href)="https?://[^"]*\.(?:js|css|png|woff2?)"', page)


def test_the_gate_speaks_of_the_repository_alone(
    shown: tuple[CompletedProcess[str], Path],
) -> None:
    sarif: dict[str, Any] = json.loads((shown[1] / "gate.sarif").read_text())
    results = sarif["runs"][0]["results"]
    assert results
    for result in results:
        location = result["locations"][0]["physicalLocation"]
        assert location["region"]["startLine"] >= 1
        path = shown[1] / "payer" / "infra" / location["artifactLocation"]["uri"]
        assert path.is_file()


def test_no_identifier_of_a_person_and_no_secret_is_written(
    shown: tuple[CompletedProcess[str], Path],
) -> None:
    exported = (shown[1] / "payer/exports/beneficiaires-2026-10.csv").read_text("utf-8-sig")
    numbers = {line.split(";")[0].replace(" ", "") for line in exported.splitlines()[1:]}
    assert len(numbers) > 100
    reads = (shown[1] / "payer/access.jsonl").read_text().splitlines()
    numbers |= {json.loads(line)["nir"] for line in reads}
    accounts = {json.loads(line)["user"] for line in reads}
    told = [shown[0].stdout, shown[0].stderr]
    told += [(shown[1] / name).read_text() for name in ("run.json", "report.html", "gate.sarif")]
    for text in told:
        digits = set(re.findall(r"\d{13,15}", text.replace(" ", "")))
        assert not numbers & digits
        assert not {number[:13] for number in numbers} & {each[:13] for each in digits}
        assert not accounts & set(re.findall(r"ps-\d+", text))
    for path in (shown[1] / "state").rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        assert not any(name.encode() in raw for name in numbers | accounts)


def test_every_file_is_its_owners_alone(shown: tuple[CompletedProcess[str], Path]) -> None:
    for path in shown[1].rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path


def test_it_says_where_things_are_and_what_comes_next(
    shown: tuple[CompletedProcess[str], Path],
) -> None:
    assert "rempart-demo/report.html" in shown[0].stdout
    assert "rempart inventory new" in shown[0].stdout


def test_it_may_be_run_again_in_the_same_folder(shown: tuple[CompletedProcess[str], Path]) -> None:
    again = rempart("demo", "--lang", "de", cwd=shown[1].parent)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "de_CH"}, "de"),
        ({"LANG": "es_ES"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(
    environment: dict[str, str], language: str
) -> None:
    assert spoken(environment) == language
