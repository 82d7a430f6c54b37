"""Modules by whatever name a task calls them: full, short, or one they once had."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from rempart.documents import decode
from rempart.documents.kept import kept

TABLE: Final = Path(__file__).parents[1] / "tables" / "ansible_names.yaml"
# Collections whose short names were Ansible's own once, and are no other collection's.
SHORT: Final = frozenset(
    (
        "ansible.builtin",
        "ansible.legacy",
        "ansible.posix",
        "ansible.windows",
        "community.windows",
        "community.general",
        "community.aws",
        "amazon.aws",
        "azure.azcollection",
        "google.cloud",
        "community.postgresql",
        "community.mysql",
        "community.mongodb",
        "community.docker",
        "community.rabbitmq",
        "containers.podman",
        "community.crypto",
    )
)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    table = decode(kept(TABLE), dict[str, list[str]])
    return {old: name for name, olds in table.items() for old in olds}


def canonical(module: str) -> str:
    """The short name of a module, or the full one where a short one is not enough."""
    collection, _, name = module.rpartition(".")
    short = name if collection in SHORT else module
    return _names().get(short, short)
