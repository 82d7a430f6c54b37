"""What a check's parameters mean."""

import pytest

from rempart.check import Result, Yardstick, verdict
from rempart.errors import ContentError
from rempart.judge.yardsticks import TlsVersions
from rempart.observations.tls import TlsVersion
from rempart.observations.volumes import Volume
from rempart.signature import signature


def one(volume: Volume, *, at_least: int = 3) -> Result:
    return verdict(at_least > 1, volume.cipher, volume)


def every(
    volumes: tuple[Volume, ...], versions: tuple[TlsVersion, ...], rule: TlsVersions
) -> Result:
    return verdict(bool(volumes and versions), rule.authority, "x")


def free(volume: Volume, text: str) -> Result:
    return verdict(bool(text), volume.cipher, volume)


def unset(volume: Volume, *, at_least: int) -> Result:
    return verdict(at_least > 1, volume.cipher, volume)


def blind(*, at_least: int = 3) -> Result:
    return verdict(at_least > 1, "x", "y")


def test_reads_needs_and_settings() -> None:
    read = signature(one, "check.py")
    assert [(need.name, need.type, need.every) for need in read.needs] == [
        ("volume", Volume, False)
    ]
    assert [(each.name, each.type, each.default) for each in read.settings] == [
        ("at_least", int, 3)
    ]
    assert read.yardstick is None


def test_reads_tuples_and_the_yardstick() -> None:
    read = signature(every, "check.py")
    assert [need.every for need in read.needs] == [True, True]
    assert read.yardstick == ("rule", TlsVersions)
    assert issubclass(TlsVersions, Yardstick)


@pytest.mark.parametrize(("function", "words"), [(free, "text"), (unset, "at_least")])
def test_refuses_a_parameter_nobody_can_fill(function: object, words: str) -> None:
    with pytest.raises(ContentError, match=f"check.py:\\d+: parameter {words}"):
        signature(function, "check.py")  # type: ignore[arg-type]


def test_refuses_a_check_that_looks_at_nothing() -> None:
    with pytest.raises(ContentError, match="at least one observation"):
        signature(blind, "check.py")
