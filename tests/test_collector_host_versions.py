"""Versions of Debian packages, against dpkg itself."""

import itertools
import subprocess

import pytest

from rempart.collectors.host.versions import later
from tests.lab import need

VERSIONS = (
    *("1", "1.0", "1.0-1", "1.0-1~deb12u1", "1.0-1+deb12u1", "1.0~rc1-1", "1.0+dfsg-1"),
    *("1:0.9-1", "0:1.0-1", "1.0a-1", "1.0.10-1", "1.0.9-1", "1.0-10", "1.0-2", "2025b-0+deb12u2"),
    *("1.0-1.1", "1.0-1-1", "2", "1.00-1"),
)


@pytest.mark.lab
def test_the_later_one_is_dpkgs_later_one() -> None:
    dpkg = need("dpkg", "dpkg")
    for one, other in itertools.product(VERSIONS, repeat=2):
        done = subprocess.run(
            [dpkg, "--compare-versions", one, "gt", other], check=False, capture_output=True
        )
        assert later(one, other) is (done.returncode == 0), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0-1", "1.0~rc1-1"),
        ("1:0.1", "2.0"),
        ("1.10", "1.9"),
        ("1.0+b", "1.0a"),
        ("1.0-2", "1.0"),
    ],
)
def test_later_versions(one: str, other: str) -> None:
    assert later(one, other)
    assert not later(other, one)
    assert not later(one, one)
