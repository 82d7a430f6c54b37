"""Who may write the files that decide who is let in."""

from collections.abc import Iterator
from shlex import join
from typing import Final

from rempart.check import Gap, Observation
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.homes import FIND, SHOWN, STAT, Guard, guard, homes, places
from rempart.collectors.host.keys import out_of_sight
from rempart.collectors.host.section import Section, written
from rempart.errors import CollectError, Reason
from rempart.observations.accounts import Account
from rempart.observations.people import FileGuard

ABOUT: Final = {
    "/etc/passwd": "accounts",
    "/etc/shadow": "accounts",
    "/etc/group": "accounts",
    "/etc/gshadow": "accounts",
    "/etc/sudoers": "sudo",
    "/etc/pam.d": "pam",
    "/usr/lib/pam.d": "pam",
    "/etc/security": "pam",
    "/etc/login.defs": "pam",
    "/bin/su": "su",
    "/usr/bin/su": "su",
}
_FILES: Final = (
    *("/etc/passwd", "/etc/passwd-", "/etc/shadow", "/etc/shadow-", "/etc/group", "/etc/group-"),
    *("/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/login.defs", "/etc/pam.d"),
    *("/etc/pam.d/*", "/etc/security", "/etc/security/*", "/usr/bin/su", "/bin/su"),
)
_SUDOERS: Final = (FIND, "/etc/sudoers.d", "-maxdepth", "1", "-exec", STAT, "-c", SHOWN, "{}", "+")
# What is not there is not guarded: `stat` says so with 1.
_CODE: Final = f"""guards() {{
  {STAT} -c '{SHOWN}' {" ".join(_FILES)}
  [ ! -d /etc/sudoers.d ] || as_root {join(_SUDOERS)} || echo '?/etc/sudoers.d'
}}
"""


def guards(answers: Answers) -> Iterator[Observation | Gap]:
    """Each file and folder; a gap where homes or the folder of sudo could not be looked at."""
    for row in answers.text("guards").split("\n"):
        if row == "?/etc/sudoers.d":
            yield _gap(Reason.PRIVILEGE, "/etc/sudoers.d may not be looked at", "/etc/sudoers.d")
        elif (one := guard(row)) is not None and (about := _about(one.file)):
            yield _guarded(one, about, None)
    yield from _homes(answers)


def _homes(answers: Answers) -> Iterator[Observation | Gap]:
    """Homes, the folders of keys in them and the files of authorized keys."""
    try:
        found = homes(answers)
    except CollectError as error:
        yield _gap(error.reason, str(error), "authorized keys")
        return
    people = [one for one in accounts(answers) if isinstance(one, Account) and len(one.home) > 1]
    yield from out_of_sight(people, places(answers), FileGuard)
    owners = {one.home: one.uid for one in reversed(people)}
    for one in found.guards:
        folder, _, name = one.file.rpartition("/")
        home = folder.removesuffix("/.ssh")
        if one.file in owners:
            yield _guarded(one, "keys", owners[one.file])
        elif home in owners and (name == ".ssh" or name.startswith("authorized_keys")):
            yield _guarded(one, "keys", owners[home])
        elif one.file.startswith("/etc/ssh/authorized_keys"):
            yield _guarded(one, "keys", None)


def _about(file: str) -> str:
    if file.startswith("/etc/sudoers"):
        return "sudo"
    return ABOUT.get(file.removesuffix("-")) or ABOUT.get(file.rpartition("/")[0], "")


def _guarded(one: Guard, about: str, holder: int | None) -> FileGuard:
    return FileGuard(
        about, one.mode, one.owner, one.group, one.link, holder, key=one.file, source=one.file
    )


def _gap(reason: Reason, why: str, key: str) -> Gap:
    return Gap(FileGuard.__name__, reason, why, key=key, source=key)


SECTIONS = (
    Section(
        "guards",
        "stat",
        (FileGuard,),
        (("guards",),),
        code=_CODE,
        sudo=(written(*_SUDOERS),),
    ),
)
READERS = {FileGuard: guards}
