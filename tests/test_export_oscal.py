"""OSCAL as written. `tests/lab/test_oscal_model.py` holds it to compliance-trestle's models."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from rempart.accepted import Waived
from rempart.check import Outcome, Vantage
from rempart.errors import Reason
from rempart.export.oscal import export
from rempart.results import ResultRecord
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run, unseen


def exported(*results: ResultRecord) -> dict[str, Any]:
    run = sample_run(results=results) if results else sample_run()
    found: dict[str, Any] = json.loads(export(run, language="en"))["assessment-results"]
    return found


def target(document: dict[str, Any], control: str) -> tuple[str, str]:
    for finding in document["results"][0]["findings"]:
        if finding["target"]["target-id"] == control:
            status = finding["target"]["status"]
            return status["state"], status["reason"]
    raise AssertionError(control)


def walked(value: Any) -> Any:
    yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from walked(item)


CONTROL = "exp.ssh"
MARKUP = {"title", "description", "statement"}


@pytest.mark.parametrize("payload", ["", *PAYLOADS])
def test_everything_has_its_own_identifier_and_points_to_what_is_there(payload: str) -> None:
    document = json.loads(export(infected(sample_run(), payload)))
    uuids = [part["uuid"] for part in walked(document) if isinstance(part, dict) and "uuid" in part]
    assert len(set(uuids)) == len(uuids)
    assert {UUID(one).version for one in uuids} == {5}
    for part in walked(document):
        if isinstance(part, dict):
            cited = {value for name, value in part.items() if name.endswith("-uuid")}
            assert cited <= set(uuids)
            assert [] not in part.values()
            for name in ("target-id", "control-id"):
                assert re.fullmatch(r"[A-Za-z_][\w.-]*", part.get(name, "_"))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_becomes_markdown(payload: str) -> None:
    document = json.loads(export(infected(sample_run(), payload)))
    for part in (part for part in walked(document) if isinstance(part, dict)):
        for text in (part[name] for name in MARKUP & part.keys()):
            assert "<" not in text
            assert "](" not in re.sub(r"\\.", "", text)
            assert not set(text) & set("\x1b\x9b\u202e\n")


def test_a_control_is_satisfied_only_by_what_was_seen_to_pass() -> None:
    controls = sample_run().checks["ssh.root_login"].controls
    assert CONTROL in controls
    seen = result(outcome=Outcome.PASS)
    assert target(exported(seen), CONTROL) == ("satisfied", "pass")
    assert target(exported(seen, result(instance="b")), CONTROL) == ("not-satisfied", "fail")
    blind = unseen("ssh.root_login", "claims-1", Reason.PRIVILEGE, "sudo")
    assert target(exported(seen, blind), CONTROL) == ("not-satisfied", "other")
    nothing = result(outcome=Outcome.NOTAPPLICABLE)
    assert target(exported(nothing), CONTROL) == ("not-satisfied", "other")
    said = replace(result(outcome=Outcome.PASS, vantage=Vantage.STATED), check=f"stated.{CONTROL}")
    assert target(exported(said), CONTROL) == ("not-satisfied", "other")


def test_the_way_of_looking_is_named() -> None:
    methods = [
        exported(result(vantage=vantage))["results"][0]["observations"][0]["methods"]
        for vantage in Vantage
    ]
    assert methods == [["TEST"], ["EXAMINE"], ["INTERVIEW"]]


def test_an_accepted_failure_is_an_approved_deviation_with_its_end() -> None:
    waived = Waived("W-1", "Replaced", "Operations", "CISO", "2026-12-31")
    (risk,) = exported(result(waiver=waived))["results"][0]["risks"]
    assert risk["status"] == "deviation-approved"
    assert risk["deadline"] == "2026-12-31T23:59:59+00:00"
    (risk,) = exported(result())["results"][0]["risks"]
    assert risk["status"] == "open"
    assert "deadline" not in risk


def test_the_same_run_gives_the_same_bytes() -> None:
    assert export(sample_run()) == export(sample_run())
