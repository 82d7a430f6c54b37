"""GitLab's schemas are in no package: the parts these reports use are written down here."""

import json
import re
from typing import Any
from uuid import UUID

import pytest

from rempart.check import Outcome
from rempart.export import codequality, gitlab_sast
from rempart.results import Place, ResultRecord
from tests.exports import HARMFUL, WAIVED, declared, every, hostile, walked
from tests.samples import result, sample_run

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def sast(*results: ResultRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gitlab_sast.export(sample_run(results=results)))
    return found


def quality(*results: ResultRecord) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(codequality.export(sample_run(results=results)))
    return found


def well_formed_scan(document: dict[str, Any]) -> None:
    assert document.keys() == {"version", "scan", "vulnerabilities"}
    assert re.fullmatch(r"15\.\d+\.\d+", document["version"])
    scan = document["scan"]
    assert scan.keys() >= {"analyzer", "scanner", "type", "start_time", "end_time", "status"}
    for tool in (scan["analyzer"], scan["scanner"]):
        assert all((tool["id"], tool["name"], tool["version"], tool["vendor"]["name"]))
    assert TIME.fullmatch(scan["start_time"])
    assert TIME.fullmatch(scan["end_time"])
    assert (scan["type"], scan["status"]) == ("sast", "success")
    for message in scan.get("messages", ()):
        assert message.keys() == {"level", "value"}
        assert message["level"] in {"info", "warn", "fatal"}
    ids = [one["id"] for one in document["vulnerabilities"]]
    assert len(ids) == len(set(map(UUID, ids)))
    for one in document["vulnerabilities"]:
        assert one.keys() == {
            "id", "name", "description", "severity", "solution", "location", "identifiers",
        }  # fmt: skip
        assert 0 < len(one["name"]) <= 255
        assert len(one["solution"]) <= 7000
        assert one["severity"] in {"Critical", "High", "Medium", "Low", "Info", "Unknown"}
        assert one["location"].keys() <= {"file", "start_line", "end_line"}
        assert one["location"]["file"]
        assert one["identifiers"]
        for identifier in one["identifiers"]:
            assert all((identifier["type"], identifier["name"], identifier["value"]))


def well_formed_issues(issues: list[dict[str, Any]]) -> None:
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints))
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        path = issue["location"]["path"]
        assert not path.startswith(("/", "./", "../"))
        assert issue["location"]["lines"]["begin"] >= 1


def test_what_comes_out_is_what_gitlab_reads() -> None:
    for run in (every(), sample_run(results=()), *hostile()):
        scan, issues = json.loads(gitlab_sast.export(run)), json.loads(codequality.export(run))
        well_formed_scan(scan)
        well_formed_issues(issues)
        for text in (one for one in walked([scan, issues]) if isinstance(one, str)):
            assert not set(text) & HARMFUL


def test_a_declared_failure_points_at_its_lines() -> None:
    (found,) = sast(declared())["vulnerabilities"]
    assert found["location"] == {
        "file": "terraform/database.tf", "start_line": 12, "end_line": 31,
    }  # fmt: skip
    (issue,) = quality(declared())
    assert issue["location"] == {"path": "terraform/database.tf", "lines": {"begin": 12}}


@pytest.mark.parametrize(
    "other",
    [
        result(),
        declared(waiver=WAIVED),
        declared(outcome=Outcome.PASS),
        declared(binding=False),
        declared(where=Place("/etc/passwd")),
        declared(where=Place("../secrets.tf")),
    ],
)
def test_nothing_else_is_among_them(other: ResultRecord) -> None:
    assert sast(other)["vulnerabilities"] == []
    assert quality(other) == []


def test_what_a_repository_leaves_undecided_is_a_warning_of_the_scan() -> None:
    (message,) = sast(declared(outcome=Outcome.NOTCHECKED))["scan"]["messages"]
    assert message["level"] == "warn"
    assert "aws_db_instance.main" in message["value"]


def test_the_same_thing_found_twice_is_two_issues() -> None:
    first, second = quality(declared(), declared())
    assert second["fingerprint"] == f"{first['fingerprint']}-2"
