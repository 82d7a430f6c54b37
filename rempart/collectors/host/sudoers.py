"""The sudoers fragment for the account that audits: full command lines, and nothing beside them.

Why each is safe to hand to an account that must not become root by it:

- `sshd -T` prints the configuration and ends; no `-f`, so it reads no file of the caller's choice.
- `awk` runs one program, fixed to the letter, on /etc/shadow; it calls no command, opens no other
  file, and prints neither salt nor hash. Another program is another command line, and refused.
- `cvtsudoers` prints sudoers merged; no `-o`, so it writes nothing, no other input file.
- `cryptsetup luksDump` prints a header: no `--dump-volume-key`, no passphrase is asked. A device is
  one of a bounded set: each bracket stands for one character, so no blank, slash or option fits.

No shell, editor, pager or interpreter of the caller's words, no `*`, no command that writes.
"""

import re
from collections.abc import Iterator

from rempart.collectors.host.script import SECTIONS
from rempart.errors import UsageError

_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def commands() -> Iterator[str]:
    """Every command line of the collector that needs root, as sudoers writes it, once each."""
    yield from dict.fromkeys(one for section in SECTIONS for one in section.privileged())


def fragment(user: str) -> str:
    """A file for /etc/sudoers.d that lets one account run them; check it with `visudo -cf FILE`.

    Raises UsageError for a name that is no plain account name.
    """
    if not _ACCOUNT.fullmatch(user):
        raise UsageError(f"expected an account name such as audit, found {user[:40]!r}")
    lines = [
        "# Read-only commands of the rempart host collector. Install as root, mode 0440.",
        f"Defaults:{user} !requiretty",
        *(f"{user} ALL = (root) NOPASSWD: {command}" for command in commands()),
    ]
    return "\n".join(lines) + "\n"
