"""Servers that several modules of the lab share, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import hosts
from tests.lab.databases import SERVERS, Served


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of a Debian 12 with sshd; see `tests.lab.hosts.running`."""
    return hosts.debian(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session", params=list(SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A database server; who fills it empties it again."""
    with SERVERS[request.param]() as running:
        yield running
