"""SSH as an outsider meets it: the lists of its key exchange, and how one may sign in."""

from typing import TYPE_CHECKING, Any, Final

from rempart.check import Seen, Unknown
from rempart.collectors.service.door import place
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.doors import SshDoor

if TYPE_CHECKING:
    from rempart.transport.access import Access

STRICT: Final = "kex-strict-s-v00@openssh.com"
# Words in the list of key exchanges that are signals, no algorithms.
SIGNALS: Final = frozenset({STRICT, "ext-info-s", "ext-info-c", "kex-strict-c-v00@openssh.com"})


def ssh_door(subject: Any, access: "Access") -> SshDoor:  # noqa: ANN401
    """What the daemon offers. Raises CollectError."""
    from rempart.transport.ssh_exposed import key_exchange, methods

    where = place(subject)
    software, lists = key_exchange(access, where.host, where.port)
    exchanges, host_keys, ciphers, macs = lists[0], lists[1], lists[3], lists[5]
    ways: Seen[tuple[str, ...]]
    try:
        ways = tuple(clean(way) for way in methods(access, where.host, where.port))
    except CollectError as error:
        ways = Unknown(error.reason, str(error))
    return SshDoor(
        clean(software)[:120],
        tuple(clean(name) for name in exchanges if name not in SIGNALS),
        tuple(map(clean, host_keys)),
        tuple(map(clean, ciphers)),
        tuple(map(clean, macs)),
        STRICT in exchanges,
        ways,
        key="ssh",
        source=f"SSH at {where}",
    )
