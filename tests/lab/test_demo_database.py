"""The demonstration's database answers what the collector asks today."""

import pytest

from rempart.demo.database import recorded
from tests.lab.demo_database import answers

pytestmark = pytest.mark.lab


def test_every_statement_of_the_collector_is_recorded() -> None:
    asked = answers()
    missing = [one.asked for key, one in asked.items() if key not in recorded()]
    assert missing == [], "record anew: python -m tests.lab.demo_database"
