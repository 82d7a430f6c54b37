"""A policy as large as a benchmark on a clean Debian 12 over real sshd."""

import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart import policies
from rempart.check import Gap, Reason
from rempart.collectors import sca
from rempart.observations.policies import PolicyRules
from rempart.results import ResultRecord
from rempart.verdicts import Bench, Sight, verdicts
from tests.lab.hosts import DEFAULT, Lab, running
from tests.loopback import access
from tests.sca_policies import policy

pytestmark = pytest.mark.lab
MOST = 1.0  # CPU seconds, the auditor's and the host's together
BENCH: Any = Bench(SimpleNamespace(entry=lambda *_: None), ())


@pytest.fixture(scope="module")
def clean(debian: Path) -> Iterator[Lab]:
    with running(debian, "clean", DEFAULT) as lab:
        yield lab


def judged(lab: Lab, file: Path, user: str = "root") -> tuple[list[ResultRecord], float]:
    """Results of a policy, and the auditor's CPU seconds."""
    began = _cpu()
    brought = policies.read([file])
    host = lab.host(user)
    with access(host) as own:
        own.policies = brought
        seen = list(sca.collect(host, own, frozenset({PolicyRules})))
    assert own.connections == 1
    assert not [one for one in seen if isinstance(one, Gap)]
    sight = Sight.of("h", seen)
    found = policies.entries(brought)
    records = [one for entry in found.values() for one in verdicts(entry.check, sight, BENCH)]
    return records, _cpu() - began


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("version", [4, 5])
def test_every_check_has_an_outcome_and_the_host_stays_as_it_was(
    clean: Lab, tmp_path: Path, version: int
) -> None:
    file = tmp_path / "own_linux.yml"
    file.write_text(policy(version))
    records, auditor = judged(clean, file)
    counts = Counter(str(one.outcome) for one in records)
    assert sum(counts.values()) == 210  # 207 checks, 3 items left out
    open_ = {str(one.reason) for one in records if str(one.outcome) == "notchecked"}
    assert open_ <= {"no collector", "unresolved"}  # left out of the file; no systemd there
    assert min(counts["pass"], counts["fail"], counts["notapplicable"]) > 10
    assert auditor < MOST
    assert clean.written() == set()


def test_without_root_nothing_that_needs_it_passes_or_fails(clean: Lab, tmp_path: Path) -> None:
    file = tmp_path / "own_linux.yml"
    file.write_text(policy(5))
    records, _ = judged(clean, file, user="audit")
    hidden = [one for one in records if one.reason is Reason.PRIVILEGE]
    assert {one.check for one in hidden} >= {
        one.check for one in records if "sshd -T" in one.seen and "not found" in one.seen
    }
    assert len(hidden) > 5
    assert not [
        one for one in records if "f:/etc/shadow ->" in one.seen and str(one.outcome) == "pass"
    ]
