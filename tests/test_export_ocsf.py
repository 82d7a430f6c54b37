import json
from functools import lru_cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from rempart.background import FrameworkRecord
from rempart.check import Outcome
from rempart.errors import Reason
from rempart.export.ocsf import VERSION, export
from rempart.results import ResultRecord
from tests.exports import WAIVED, every, hostile
from tests.samples import result, sample_run, unseen


@lru_cache(maxsize=1)
def official() -> Draft202012Validator:
    """The schema of the class in that version, made from OCSF's own definitions."""
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    return Draft202012Validator(schema.get_class_schema("compliance_finding"))


def exported(*results: ResultRecord) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(export(sample_run(results=results), language="en"))
    return found


def test_every_event_fits_the_official_schema() -> None:
    events = json.loads(export(every()))
    assert len(events) == sum(one.binding for one in every().results)
    for event in events:
        official().validate(event)


def test_every_event_of_a_hostile_run_fits_it_too() -> None:
    for run in hostile():
        for event in json.loads(export(run)):
            official().validate(event)


def test_the_schema_refuses_what_is_no_event() -> None:
    (event,) = exported(result())
    assert not official().is_valid({**event, "colour": "red"})
    assert not official().is_valid({**event, "severity_id": 9})


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.PASS, 1),
        (Outcome.FAIL, 3),
        (Outcome.NOTCHECKED, 0),
        (Outcome.NOTAPPLICABLE, 99),
        (Outcome.ERROR, 99),
    ],
)
def test_only_a_pass_passes(outcome: Outcome, status: int) -> None:
    (event,) = exported(result(outcome=outcome))
    assert event["compliance"]["status_id"] == status
    assert event["severity_id"] == (4 if outcome is Outcome.FAIL else 1)
    assert ("status_id" in event) == (outcome is Outcome.FAIL)


def test_an_accepted_failure_is_suppressed() -> None:
    (event,) = exported(result(waiver=WAIVED))
    assert event["status_id"] == 3
    assert "W-7" in event["comment"]


def test_why_something_was_not_seen_is_said() -> None:
    (event,) = exported(unseen("ssh.root_login", "claims-1", Reason.PRIVILEGE, "no sudo"))
    assert event["compliance"]["status_details"] == ["Missing privilege", "no sudo"]


def test_times_are_milliseconds() -> None:
    (event,) = exported(result())
    assert event["time"] == 1_795_573_020_000


def test_frameworks_that_ask_are_named() -> None:
    (event,) = exported(result())
    assert event["compliance"]["standards"]
    assert all(":" in one for one in event["compliance"]["requirements"])


def test_authorities_that_inform_give_no_event() -> None:
    assert exported(result(binding=False)) == []


def test_a_framework_not_read_at_its_source_says_so() -> None:
    secondary = FrameworkRecord(
        "GDPR", "EU", "2016", "https://example.org", "verified_secondary", ()
    )
    run = sample_run(results=(result(),), frameworks={"anssi-ssh": secondary})
    (event,) = json.loads(export(run, language="en"))
    assert "anssi-ssh (secondary source)" in event["compliance"]["standards"]
