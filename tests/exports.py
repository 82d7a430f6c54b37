"""What tests of several formats share: runs worth writing, and a walk through what was written."""

from collections.abc import Iterator
from typing import Any

from rempart.accepted import Waived
from rempart.check import Outcome, Vantage
from rempart.results import Place, ResultRecord, Run
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run

WAIVED = Waived("W-7", "Replaced in January", "Operations", "CISO", "2026-12-31")
HARMFUL = set("\x00\x1b\x9b\x07\u202e\u200b\u2028\ufffe")


def declared(**changes: Any) -> ResultRecord:
    """A failure on a line of the sample's repository."""
    defaults = {
        "subject": "infra", "instance": "aws_db_instance.main", "vantage": Vantage.DECLARED,
        "where": Place("terraform/database.tf", 12, 31), "seen": "storage_encrypted absent",
    }  # fmt: skip
    return result(**{**defaults, **changes})


def every() -> Run:
    """A run with every outcome, a waiver and a declared thing."""
    results = (
        *(result(instance=f"/srv/{one}", outcome=one) for one in Outcome),
        result(instance="waived", waiver=WAIVED),
        declared(),
        declared(),  # the same thing twice
        *sample_run().results,
    )
    return sample_run(results=results)


def hostile() -> Iterator[Run]:
    """The same run with an attacker's text after, and before, every text."""
    for payload in PAYLOADS:
        yield infected(every(), payload)
        yield infected(every(), payload, before=True)


def walked(value: Any) -> Iterator[Any]:
    """Every value of a JSON document, keys of objects included."""
    yield value
    if isinstance(value, dict):
        yield from value
    inner = value.values() if isinstance(value, dict) else value
    for item in inner if isinstance(value, dict | list) else ():
        yield from walked(item)
