"""Lines of the sudoers fragment for databases that are asked by their own client on their host.

A client given `-c` or `-e` reads no standard input, so its shell escape stays out of reach; the
statements are fixed to the letter: they read settings, accounts and rules, and of a hash its kind.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from rempart.collectors.database.credentials import OWNER
from rempart.collectors.host.section import written
from rempart.errors import NoCollector
from rempart.transport.client_commands import OWNERS, as_owner, door


def lines(user: str, databases: Iterable[Any]) -> Iterator[str]:
    """One line a command, each once; a database that is reached by a driver needs none."""
    seen = set()
    for database in databases:
        try:
            place = door(database)
        except NoCollector:
            continue
        for statement in OWNER[place.dialect]:
            for command in as_owner(place, statement):
                line = f"{user} ALL = ({OWNERS[place.dialect]}) NOPASSWD: {written(*command)}"
                if line not in seen:
                    seen.add(line)
                    yield line


def asked_there(inventory: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Databases that are asked on their host, with the account that signs in there."""
    from rempart.inventory.addresses import ssh

    for subject in inventory.subjects:
        if subject.kind != "database" or not subject.on or subject.password is not None:
            continue
        host = inventory.by_id[subject.on]
        if host.ssh not in ("", "local") and host.become:
            yield ssh(host.ssh).user or "audit", subject
