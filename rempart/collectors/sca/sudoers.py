"""Lines of the sudoers fragment for a policy: its commands that only read, and read as root alone.

No shell, whatever its text; no file: what root alone may read stays unread, hashes of passwords
among it. Each line is one command with all its arguments.
"""

import re
from collections.abc import Iterable, Iterator

from rempart.collectors.host.section import written
from rempart.collectors.sca.policy import Policy
from rempart.collectors.sca.questions import ROOTS, Questions

_IN_BIN = frozenset(("passwd", "chage", "crontab", "dconf", "firewall-cmd"))
_PLAIN = re.compile(r"[\w./:=,@%+-]*")  # what sudoers reads as it is written, or escaped


def lines(user: str, policies: Iterable[Policy]) -> Iterator[str]:
    """One line a command, each once."""
    for argv in Questions.of(policies).commands:
        name = argv[0].rpartition("/")[2]
        if name in ROOTS and all(map(_PLAIN.fullmatch, argv[1:])):
            program = f"/usr/{'bin' if name in _IN_BIN else 'sbin'}/{name}"
            yield f"{user} ALL = (root) NOPASSWD: {written(program, *argv[1:])}"
