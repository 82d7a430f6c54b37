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

from rempart.collectors.host.script import AWK, CRYPTSETUP, CVTSUDOERS, REDUCE, SSHD
from rempart.errors import UsageError

DEVICES = (
    "/dev/[hsv]d[a-z]",
    "/dev/[hsv]d[a-z][0-9]",
    "/dev/[hsv]d[a-z][0-9][0-9]",
    "/dev/xvd[a-z]",
    "/dev/xvd[a-z][0-9]",
    "/dev/nvme[0-9]n[0-9]",
    "/dev/nvme[0-9]n[0-9]p[0-9]",
    "/dev/md[0-9]",
    "/dev/md[0-9][0-9][0-9]",
    "/dev/dm-[0-9]",
    "/dev/dm-[0-9][0-9]",
)
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SPECIAL = re.compile(r"([\\,:=*?\[\]!#])")


def commands() -> Iterator[str]:
    """Every command line of the collector that needs root, as sudoers writes it."""
    yield _written(SSHD, "-T")
    yield _written(AWK, "-F:", REDUCE, "/etc/shadow")
    yield _written(CVTSUDOERS, "-e", "-f", "sudoers", "/etc/sudoers")
    for device in DEVICES:
        yield f"{CRYPTSETUP} luksDump {device}"


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


def _written(*command: str) -> str:
    """A command line in sudoers' own escapes: it matches these words and no others."""
    program, *arguments = command
    return " ".join([program, *(_SPECIAL.sub(r"\\\1", argument) for argument in arguments)])
