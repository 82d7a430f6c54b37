"""Which commands of a policy are run: those that only read, told by their whole argument list.

A policy's `c:` rules are somebody else's commands, for root to run. One that is not known here to
read and nothing else is not run: its check is not checked, and the report names the command.
"""

import re
from collections.abc import Sequence
from typing import Final

from rempart.collectors.sca.pipelines import NotPlain, segments
from rempart.collectors.sca.reading_commands import READS, Arguments

# Commands that look at devices and file systems by their names, without reading from them.
OF_DEVICES: Final = frozenset(
    (
        *("ls", "stat", "df", "du", "lsblk", "blkid", "findmnt", "find", "readlink", "realpath"),
        "test",
        "[",
        "lsof",
        "namei",
        "sshd",
        "ss",
    )
)
PROGRAMMED: Final = frozenset(("awk", "gawk", "mawk", "sed", "grep", "egrep", "fgrep"))
PLAIN: Final = re.compile(
    r"/(?:etc|usr|lib|lib64|bin|sbin|var|boot|run|opt|home|root|srv|sys|tmp)(?:/|$)|/dev/null$|/$"
    r"|/proc/(?:sys|net|self|1|\d+)/|/proc/(?:cmdline|cpuinfo|mounts|meminfo|modules|swaps|version"
    r"|filesystems|partitions|loadavg|uptime|devices|crypto)$"
)
FOLDERS: Final = ("", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


def refusal(argv: Sequence[str]) -> str:
    """Why a command is not run; empty where it only reads."""
    if not argv:
        return "the command is empty"
    folder, _, name = argv[0].rpartition("/")
    if folder not in FOLDERS:
        return f"{argv[0][:60]} is not on the list of commands that only read"
    if name in ("sh", "bash", "dash"):
        return _shell(tuple(argv[1:]))
    return _program(name, tuple(argv[1:]))


def _program(name: str, arguments: Arguments) -> str:
    reads = READS.get(name)
    if reads is None:
        return f"{name[:60]} is not on the list of commands that only read"
    if not reads(arguments):
        return f"{name} with these arguments may do more than read"
    if name in PROGRAMMED:  # a program is no path, and no path looks like one
        arguments = tuple(one for one in arguments if not re.search(r"[{}()$^\\;]", one))
    odd = "" if name in OF_DEVICES else next(filter(_odd, arguments), "")
    return f"{name} would open {odd[:60]}, which is no plain file" if odd else ""


def _shell(arguments: Arguments) -> str:
    """A shell's own words: simple commands that only read, joined by pipes and the like."""
    if len(arguments) != 2 or arguments[0] != "-c":
        return "a shell is only given one text"
    try:
        found = segments(arguments[1])
    except NotPlain as fault:
        return f"the shell's text is not plain: {fault}"
    for words in found:
        if words[0] in ("sh", "bash", "dash"):
            return "a shell within a shell"
        if why := refusal(words):
            return why
    return ""


def _odd(argument: str) -> bool:
    """Whether a path leads, or may lead, to a device or to what reading consumes."""
    path = argument.partition("=")[2] if argument.startswith("--") else argument
    if ".." in path.split("/"):
        return True
    return path.startswith("/") and not PLAIN.match(path)
