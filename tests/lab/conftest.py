"""Servers that several modules of the lab share, built once."""

from pathlib import Path

import pytest

from tests.lab import hosts


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of a Debian 12 with sshd; see `tests.lab.hosts.running`."""
    return hosts.debian(tmp_path_factory.mktemp("tree"))
