"""Who must look: needs decide, and nothing else is collected."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.check import Observation, Result, verdict
from rempart.collectors import Collector, Probe
from rempart.declared import Check
from rempart.derive import Derivation
from rempart.errors import UsageError
from rempart.observations.tls import TlsVersion
from rempart.observations.volumes import LuksHeader, Swap, Volume
from rempart.plan import Selection, plan, selection
from rempart.signature import Answer, signature
from tests.test_verdicts import CARD


def volumes(volume: Volume) -> Result:
    return verdict(volume.encrypted, volume.cipher, volume)


def swaps(swap: Swap) -> Result:
    return verdict(swap.encrypted, swap.device, swap)


def tls(version: TlsVersion) -> Result:
    return verdict(version.offered, version.version, version)


def luks(header: LuksHeader) -> Result:
    return verdict(header.version == 2, header.cipher, header)


def check(function: Callable[..., Answer]) -> Check:
    return Check(f"x.{function.__name__}", CARD, signature(function, "check.py"), function)


def collector(kind: str, *brings: type[Observation]) -> Collector:
    return Collector(kind, kind, brings, (Probe("p", "asks", brings),), lambda *_: iter(()))


HOST = SimpleNamespace(id="claims-1", kind="host")
PORTAL = SimpleNamespace(id="pro", kind="portal")
LOOKERS = [collector("host", Volume, Swap), collector("portal", TlsVersion)]


def derivation(needs: tuple[Any, ...], brings: tuple[Any, ...]) -> Derivation:
    return Derivation("chain", needs, brings, lambda _: iter(()))


def test_a_check_applies_where_some_collector_can_bring_its_needs() -> None:
    made = plan([HOST, PORTAL], [check(volumes), check(tls)], LOOKERS, [])
    assert [[c.id for c in task.checks] for task in made.tasks] == [["x.volumes"], ["x.tls"]]


def test_nothing_is_collected_that_no_check_wants() -> None:
    made = plan([HOST, PORTAL], [check(volumes)], LOOKERS, [])
    assert made.tasks[0].wanted == {Volume}
    assert made.tasks[1].collectors == ()


def test_a_check_nobody_can_serve_applies_nowhere() -> None:
    made = plan([HOST], [check(luks)], LOOKERS, [])
    assert made.tasks[0].checks == ()


def test_a_derived_check_wakes_the_collectors_its_derivation_needs() -> None:
    made = plan([HOST], [check(luks)], LOOKERS, [derivation((Volume,), (LuksHeader,))])
    assert [c.id for c in made.derived] == ["x.luks"]
    assert made.tasks[0].wanted == {Volume}
    assert [c.id for c in made.checks] == ["x.luks"]


CHECKS, SUBJECTS = ["ssh.root_login", "tls.versions"], ["claims-1", "claims-2", "pro"]


def wanted(only: list[str], skip: list[str]) -> set[tuple[str, str]]:
    chosen = selection(only, skip, CHECKS, SUBJECTS)
    return {(c, s) for c in CHECKS for s in SUBJECTS if chosen.wants(c, s)}


def test_only_a_check_of_a_subject_is_that_one_pair() -> None:
    assert wanted(["ssh.*", "claims-1"], []) == {("ssh.root_login", "claims-1")}


def test_patterns_of_one_kind_add_up() -> None:
    assert {subject for _, subject in wanted(["claims-1", "pro"], [])} == {"claims-1", "pro"}
    assert {check for check, _ in wanted(["claims-*", "!claims-2"], [])} == set(CHECKS)
    assert {subject for _, subject in wanted(["claims-*", "!claims-2"], [])} == {"claims-1"}


def test_skip_leaves_out_checks_and_subjects() -> None:
    assert wanted([], ["ssh.*", "claims-*"]) == {("tls.versions", "pro")}


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_a_pattern_that_fits_nothing_is_refused(option: str) -> None:
    patterns = {"--only": [], "--skip": [], option: ["claims-l"]}
    with pytest.raises(UsageError, match=f'{option}: .* found "claims-l", did you mean "claims-'):
        wanted(patterns["--only"], patterns["--skip"])


def test_nothing_is_collected_that_was_not_asked_for() -> None:
    chosen = Selection(checks=("x.volumes",))
    (task,) = plan([HOST], [check(volumes), check(swaps)], LOOKERS, [], chosen).tasks
    assert task.wanted == {Volume}
    assert task.left_out == {Swap}


def test_a_derived_check_looks_at_everything_it_needs_and_at_nobody_left_out() -> None:
    checks, chain = [check(luks), check(tls)], [derivation((Volume,), (LuksHeader,))]
    other = SimpleNamespace(id="claims-2", kind="host")
    made = plan([HOST, other], checks, LOOKERS, chain, Selection(checks=("x.luks",)))
    assert [task.wanted for task in made.tasks] == [{Volume}, {Volume}]
    made = plan([HOST, other], checks, LOOKERS, chain, Selection(skip=("claims-2",)))
    assert [task.collectors == () for task in made.tasks] == [False, True]
    assert made.tasks[1].left_out == {Volume}
