"""Servers that several modules of the lab share, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import hosts
from tests.lab.databases import PASSWORD, SERVERS, Served


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of a Debian 12 with sshd; see `tests.lab.hosts.running`."""
    return hosts.debian(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A database server; who fills it empties it again."""
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture
def lab_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What inventories of the lab refer to."""
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.setenv("LAB_KEY", "a key of the lab, long enough")
