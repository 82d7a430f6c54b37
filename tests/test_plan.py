"""Who must look: needs decide, and nothing else is collected."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from rempart.check import Observation, Result, verdict
from rempart.collectors import Collector, Probe
from rempart.declared import Check
from rempart.derive import Derivation
from rempart.observations.tls import TlsVersion
from rempart.observations.volumes import LuksHeader, Swap, Volume
from rempart.plan import plan, wants
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


def test_only_and_skip_take_checks_and_subjects() -> None:
    assert wants(["claims-*"], [], "ssh.root_login", "claims-1")
    assert not wants(["ssh.*"], ["claims-1"], "ssh.root_login", "claims-1")
    assert not wants(["tls.*"], [], "ssh.root_login", "claims-1")
