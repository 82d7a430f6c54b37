import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rempart.demo import readings
from rempart.inventory.values import Ceiling
from rempart.observations.identifiers.french import nir
from rempart.observations.reading import AccountReading, AlarmTrial, LogCoverage
from tests.read_logs import one, seen, subject

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("readings") / "access.jsonl"
    readings.write(path, NOW)
    return path


def test_every_number_has_a_right_key_and_belongs_to_nobody(log: Path) -> None:
    numbers = {json.loads(line)["nir"] for line in log.read_text().splitlines()}
    assert len(numbers) > 5000
    assert all(nir(number) and number[10:13] == "000" for number in numbers)


def test_sixty_accounts_read_for_half_a_year_in_order_of_time(log: Path) -> None:
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    moments = [line["ts"] for line in lines]
    assert moments == sorted(moments)
    assert moments[0] < "2026-05-10"
    assert "2026-11-25T12" < moments[-1] < "2026-11-25T14"
    assert len(Counter(line["user"] for line in lines)) == 60
    assert 20_000 < len(lines) < 30_000


def test_the_same_moment_gives_the_same_log_for_its_owner_alone(log: Path, tmp_path: Path) -> None:
    again = tmp_path / "access.jsonl"
    readings.write(again, NOW)
    readings.write(again, NOW)
    assert again.read_bytes() == log.read_bytes()
    assert stat.S_IMODE(again.stat().st_mode) == 0o600


@pytest.mark.parametrize("earlier", [0, 3, 4, 5])  # Wednesday, a weekend, Friday
def test_one_account_stands_out_whatever_day_it_is(tmp_path: Path, earlier: int) -> None:
    path = tmp_path / "access.jsonl"
    readings.write(path, NOW - timedelta(days=earlier))
    alarm = Ceiling.parse("1000 people/hour")
    found = seen(subject(path, account="$.user", person="$.nir", time="$.ts", alarm=(alarm,)))
    outliers = [o for o in found if isinstance(o, AccountReading) and "outlier" in o.why]
    (outlier,) = outliers
    assert 4320 <= outlier.people < 4330
    assert outlier.new_networks == 1
    assert one(found, LogCoverage).silences == ()
    trial = one(found, AlarmTrial)
    assert (trial.fired, trial.trials[0].minutes) == (0, None)
