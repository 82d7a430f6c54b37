"""HDF as written; `tests/lab/test_hdf_reader.py` holds it to MITRE's own reader."""

import json
from typing import Any

import pytest

from rempart.check import Outcome, Severity
from rempart.export.hdf import export
from rempart.results import ResultRecord
from tests.exports import WAIVED, every, hostile
from tests.samples import result, sample_run

# What exec-json demands, by kind of object.
DEMANDED = {
    "document": {"platform", "profiles", "statistics", "version"},
    "profile": {"name", "sha256", "supports", "attributes", "groups", "controls"},
    "control": {"id", "impact", "refs", "tags", "source_location", "results"},
    "result": {"code_desc", "start_time", "status"},
}
STATES = {"passed", "failed", "skipped", "error"}


def well_formed(document: dict[str, Any]) -> None:
    assert document.keys() >= DEMANDED["document"]
    for profile in document["profiles"]:
        assert profile.keys() >= DEMANDED["profile"]
        grouped = [control for group in profile["groups"] for control in group["controls"]]
        assert sorted(grouped) == sorted(control["id"] for control in profile["controls"])
        for control in profile["controls"]:
            assert control.keys() >= DEMANDED["control"]
            assert 0.0 <= control["impact"] <= 1.0
            assert control["tags"]["nist"]
            for found in control["results"]:
                assert found.keys() >= DEMANDED["result"]
                assert found["status"] in STATES
                assert (found["status"] == "skipped") == ("skip_message" in found) or (
                    found["status"] == "error"
                )


def control(*results: ResultRecord) -> dict[str, Any]:
    document = json.loads(export(sample_run(results=results), language="en"))
    (found,) = document["profiles"][0]["controls"]
    return dict(found)


def test_what_comes_out_is_hdf() -> None:
    well_formed(json.loads(export(every())))
    well_formed(json.loads(export(sample_run(results=()))))
    for run in hostile():
        well_formed(json.loads(export(run)))


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.PASS, "passed"),
        (Outcome.FAIL, "failed"),
        (Outcome.NOTCHECKED, "skipped"),
        (Outcome.NOTAPPLICABLE, "skipped"),
        (Outcome.ERROR, "error"),
    ],
)
def test_only_a_pass_passes(outcome: Outcome, status: str) -> None:
    assert control(result(outcome=outcome))["results"][0]["status"] == status


def test_the_impact_is_that_of_the_worst_failure() -> None:
    mixed = control(
        result(severity=Severity.LOW),
        result(instance="b", outcome=Outcome.PASS, severity=Severity.CRITICAL),
    )
    assert mixed["impact"] == 0.3


def test_nothing_to_judge_is_not_applicable() -> None:
    assert control(result(outcome=Outcome.NOTAPPLICABLE))["impact"] == 0.0
    assert control(result(outcome=Outcome.NOTCHECKED))["impact"] > 0


def test_a_waiver_covers_a_control_only_when_it_covers_all_of_it() -> None:
    waived = result(waiver=WAIVED)
    assert control(waived)["waiver_data"]["expiration_date"] == "2026-12-31"
    assert "waiver_data" not in control(waived, result(instance="b"))
    assert control(waived)["results"][0]["status"] == "failed"
