"""What a command of sudoers leaves to the caller. Source: sudoers(5), wildcards and quoting."""

import re
from typing import Final

# Programs that start a shell, or write any file, when the caller chooses their arguments.
ESCAPES: Final = re.compile(
    "ash|awk|bash|busybox|cat|chmod|chown|cp|csh|dash|dd|docker|ed|emacs|env|find|gdb|"
    "git|ksh|less|ln|lua|man|more|mount|mv|nano|nice|node|nsenter|perl|php|pip|podman|"
    "python|python3|rsync|ruby|scp|screen|sed|setpriv|sh|ssh|strace|su|sudo|systemd-run|"
    "tar|tcpdump|tee|tmux|unshare|vi|vim|watch|wget|xargs|zip|zsh"
)
# Programs that give a shell to whoever sits before them, whatever they were started with.
ASKING: Final = re.compile(
    "ash|bash|csh|dash|ed|emacs|ftp|gdb|ksh|less|man|mariadb|more|most|mysql|nano|pico|psql|rvim|screen|"
    "sftp|sh|sqlite3|su|tmux|vi|view|vim|vimdiff|visudo|zsh"
)
# Of those, the ones that do what an option says and end; `-Atc` is three options in one.
TOLD: Final = re.compile("ash|bash|csh|dash|ksh|mariadb|mysql|psql|sh|su|zsh")
_TELLS: Final = re.compile(r" -[A-Za-z]*[ce] ")
_QUOTED: Final = re.compile(r"\\.")
_ONE: Final = re.compile(r"\[[^\]]*\]")  # a bracket stands for one character


def leaves_open(words: str) -> bool:
    """Whether a wildcard stands for words of the caller's; a quoted one stands for itself."""
    bare = _ONE.sub("", _QUOTED.sub("", words))
    return "*" in bare or "?" in bare


def is_free(command: str) -> bool:
    """Whether the caller chooses the arguments, or the program in a folder."""
    program, _, arguments = command.partition(" ")
    return not arguments or program.endswith("/") or leaves_open(command)


def starts_shell(command: str) -> bool:
    """Whether it is a program that gives a shell, by the caller's arguments or by asking it."""
    program = command.partition(" ")[0].rpartition("/")[2]
    told = TOLD.fullmatch(program) is not None and _TELLS.search(command) is not None
    asked = ASKING.fullmatch(program) is not None and not told
    return asked or (is_free(command) and ESCAPES.fullmatch(program) is not None)
