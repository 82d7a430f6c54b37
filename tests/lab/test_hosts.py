"""Whole Debian hosts over real sshd: hardened, as installed, and subtly wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.check import Gap, Observation
from rempart.collectors.host import BRINGS, collect
from rempart.observations.accounts import Account
from rempart.observations.ssh import SshdSettings
from tests.lab.hosts import DEFAULT, HARDENED, SUBTLE, Lab, running
from tests.loopback import access

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def installed(debian: Path) -> Iterator[Lab]:
    with running(debian, "installed", DEFAULT) as lab:
        yield lab


@pytest.fixture(scope="module")
def hardened(debian: Path) -> Iterator[Lab]:
    with running(debian, "hardened", HARDENED) as lab:
        yield lab


@pytest.fixture(scope="module")
def subtle(debian: Path) -> Iterator[Lab]:
    with running(debian, "subtle", SUBTLE) as lab:
        yield lab


def seen(lab: Lab, *wanted: type[Observation], user: str = "root") -> list[Observation | Gap]:
    host = lab.host(user)
    with access(host) as allowed:
        found = list(collect(host, allowed, frozenset(wanted or BRINGS)))
    assert allowed.connections == 1
    return found


def test_a_whole_collection_leaves_nothing_on_the_host(installed: Lab) -> None:
    assert seen(installed)

    assert installed.written() == set()


def test_a_match_block_that_lets_passwords_in_again_is_seen(subtle: Lab) -> None:
    found = [one for one in seen(subtle, SshdSettings) if isinstance(one, SshdSettings)]

    assert found[0].password_authentication is False
    assert any(one.password_authentication is True for one in found[1:])


def test_accounts_come_back_without_a_hash(subtle: Lab) -> None:
    found = {one.key: one for one in seen(subtle, Account) if isinstance(one, Account)}

    assert found["alice"].hash_scheme == "yescrypt"
    assert not any("$" in str(one) for one in found.values())


def test_without_root_what_needs_it_is_a_gap(hardened: Lab) -> None:
    found = seen(hardened, SshdSettings, user="audit")

    assert [str(one.reason) for one in found if isinstance(one, Gap)] == ["privilege"]
    assert not [one for one in found if isinstance(one, SshdSettings)]
