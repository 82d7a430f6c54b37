"""Who else may change or read a file that decides who is let in."""

from typing import Final

from rempart.check import Fact, OneOf, Unknown, all_of
from rempart.observations.people import FileGuard

GROUP_WRITES: Final = 0o020
OTHERS_WRITE: Final = 0o002
OTHERS_READ: Final = 0o004
OTHERS_RUN: Final = 0o001


def has(file: FileGuard, bits: int) -> Fact:
    """Whether any of these permission bits is set."""
    mode = file.mode
    if isinstance(mode, Unknown):
        return mode
    return False if isinstance(mode, OneOf) else bool(mode & bits)


def owned(file: FileGuard, *others: int) -> Fact:
    """Whether it belongs to root, or to one of these accounts."""
    owner = file.owner
    if isinstance(owner, Unknown):
        return owner
    return not isinstance(owner, OneOf) and owner in (0, *others)


def only_root_writes(file: FileGuard) -> Fact:
    """Whether nobody but root can change it; root's own group may."""
    if has(file, OTHERS_WRITE) is True:
        return False
    by_group = has(file, GROUP_WRITES)
    if by_group is True:
        return all_of(owned(file), file.group == 0)
    return owned(file) if by_group is False else by_group


def shown(file: FileGuard) -> str:
    """Its mode and owner as `ls` would tell them."""
    mode = f"{file.mode:04o}" if isinstance(file.mode, int) else "mode not seen"
    return f"{mode}, owner {file.owner}, group {file.group}"
