"""DefectDojo publishes no schema: what its parser takes is written down here."""

import json
from datetime import date
from typing import Any

from rempart.check import Outcome, Severity
from rempart.export.defectdojo import export
from rempart.results import ResultRecord
from tests.exports import WAIVED, declared, every, hostile
from tests.samples import result, sample_run

REQUIRED = {"title", "severity", "description"}
TAKEN = REQUIRED | {
    "active", "component_name", "date", "dynamic_finding", "effort_for_fixing", "file_path",
    "impact", "line", "mitigation", "references", "risk_accepted", "service",
    "severity_justification", "static_finding", "tags", "unique_id_from_tool", "verified",
    "vuln_id_from_tool",
}  # fmt: skip
SEVERITIES = {"Critical", "High", "Medium", "Low", "Info"}


def findings(*results: ResultRecord) -> list[dict[str, Any]]:
    run = sample_run(results=results)
    found: list[dict[str, Any]] = json.loads(export(run, language="en"))["findings"]
    return found


def test_no_finding_has_a_key_the_import_would_refuse() -> None:
    for run in (every(), *hostile()):
        document = json.loads(export(run))
        assert document.keys() == {"name", "type", "version", "description", "findings"}
        assert document["findings"]
        for finding in document["findings"]:
            assert REQUIRED <= finding.keys() <= TAKEN
            assert finding["severity"] in SEVERITIES
            assert len(finding["title"]) <= 511
            assert date.fromisoformat(finding["date"]) == run.started.date()
            assert "<" not in finding["description"]


def test_only_failures_that_bind_are_findings() -> None:
    others = [result(instance=one, outcome=one) for one in Outcome if one is not Outcome.FAIL]
    assert findings(result(binding=False), *others) == []


def test_an_accepted_failure_is_inactive() -> None:
    (finding,) = findings(result(waiver=WAIVED))
    assert (finding["active"], finding["risk_accepted"]) == (False, True)
    assert "W-7" in finding["severity_justification"]


def test_a_declared_failure_points_at_its_line() -> None:
    (finding,) = findings(declared(severity=Severity.CRITICAL))
    assert (finding["file_path"], finding["line"]) == ("terraform/database.tf", 12)
    assert (finding["static_finding"], finding["verified"]) == (True, False)
    assert finding["severity"] == "Critical"


def test_an_import_again_finds_the_same_finding() -> None:
    (before,), (after,) = findings(result(seen="yes")), findings(result(seen="still yes"))
    assert before["unique_id_from_tool"] == after["unique_id_from_tool"]
