"""What a command of sudoers leaves to the caller. Source: sudoers(5), wildcards and quoting."""

import re
from typing import Final

# Programs that start a shell, or write any file, when the caller chooses their arguments.
ESCAPES: Final = re.compile(
    "aa-exec|ansible|ansible-playbook|apk|apt|apt-get|aptitude|ash|at|awk|bash|batch|busybox|capsh|"
    "cat|chmod|chown|chpasswd|chroot|cp|crontab|csh|ctr|curl|dash|dd|debugfs|dmsetup|dnf|doas|docker|"
    "dpkg|ed|emacs|env|ex|expect|find|flock|gawk|gcc|gdb|git|gpasswd|groupadd|insmod|install|ionice|"
    "journalctl|kmod|ksh|kubectl|ldconfig|less|ln|logrotate|lua|lxc|mail|make|man|mawk|modprobe|more|"
    "mount|mv|nano|nc|ncat|newusers|nice|nmap|node|nohup|npm|nsenter|openssl|passwd|patch|perl|php|pip|"
    "pkexec|podman|puppet|python|rpm|rsync|ruby|run-parts|runuser|salt-call|scp|screen|script|sed|"
    "service|setarch|setcap|setfacl|setpriv|setsid|sg|sh|snap|socat|ssh|ssh-keygen|start-stop-daemon|"
    "stdbuf|strace|su|sudo|systemctl|systemd-run|tar|tclsh|tcpdump|tee|time|timeout|tmux|unshare|unzip|"
    "useradd|usermod|vi|vigr|vim|vipw|watch|wget|xargs|yum|zip|zsh|zypper"
)
# A program of one release or build: `python3.11`, `vim.basic`, `perl5.36-x86_64-linux-gnu`.
_BUILD: Final = re.compile(r"(?:\d[\d.]*)?(?:-[a-z0-9_]+-linux-gnu)?(?:\.(?:basic|tiny|nox|gtk3))?")
# Programs that give a shell to whoever sits before them, whatever they were started with.
ASKING: Final = re.compile(
    "ash|bash|csh|dash|ed|emacs|ex|ftp|gdb|ksh|less|man|mariadb|more|most|mysql|nano|pico|psql|rvim|"
    "screen|sftp|sh|sqlite3|su|tmux|vi|view|vigr|vim|vimdiff|vipw|visudo|zsh"
)
# Of those, the ones that do what an option says and end; `-Atc` is three options in one.
TOLD: Final = re.compile("ash|bash|csh|dash|ksh|mariadb|mysql|psql|sh|su|zsh")
ROOTS: Final = frozenset({"root", "ALL", "#0", "%root", "%#0"})
_TELLS: Final = re.compile(r" -[A-Za-z]*[ce] ")
_QUOTED: Final = re.compile(r"\\.")
_ANY: Final = re.compile(r"\.[*+?{]|\[\^[^\]]*\]")
_ONE: Final = re.compile(r"\[[^\]]*\]")  # a bracket stands for one character


def becomes_root(run_as: str) -> bool:
    """Whether a run-as list lets its user become root: by name, number or group."""
    return not ROOTS.isdisjoint(run_as.partition(":")[0].split(","))


def leaves_open(words: str) -> bool:
    """Whether a wildcard stands for words of the caller's; a quoted one stands for itself.

    In a regular expression a dot, or all but some characters, stand for a blank and for `..` too.
    """
    plain, _, pattern = f" {words}".partition(" ^")
    bare = _ONE.sub("", _QUOTED.sub("", plain))
    return "*" in bare or "?" in bare or _ANY.search(_QUOTED.sub("", pattern)) is not None


def is_free(command: str) -> bool:
    """Whether the caller chooses the arguments, or the program in a folder."""
    program, _, arguments = command.partition(" ")
    return not arguments or program.endswith("/") or leaves_open(command)


def starts_shell(command: str) -> bool:
    """Whether it is a program that gives a shell, by the caller's arguments or by asking it."""
    program = _named(command.partition(" ")[0].rpartition("/")[2])
    told = TOLD.fullmatch(program) is not None and _TELLS.search(command) is not None
    asked = ASKING.fullmatch(program) is not None and not told
    return asked or (is_free(command) and ESCAPES.fullmatch(program) is not None)


def _named(program: str) -> str:
    """The name of a program without what tells one of its releases from another."""
    known = re.match(rf"({ESCAPES.pattern}|{ASKING.pattern})(?={_BUILD.pattern}$)", program)
    return known[1] if known else program
