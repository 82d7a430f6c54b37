"""The files PAM and its modules are told what to do by, asked for once for all who read them."""

from dataclasses import replace
from typing import Final

from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.host.pam import FOLDER, FOLDERS
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import CollectError, Unresolved
from rempart.observations.accounts import LoginDefaults
from rempart.observations.pam import PamChange, PamDoor, PamLock
from rempart.observations.passwords import PasswordPolicy

QUALITY: Final = "/etc/security/pwquality.conf"
HISTORY: Final = "/etc/security/pwhistory.conf"
LOCK: Final = "/etc/security/faillock.conf"
LOGIN_DEFS: Final = "/etc/login.defs"
USERADD: Final = "/etc/default/useradd"


def seen_files(answers: Answers) -> Files:
    """The files of one host; raises Unresolved on a system without PAM."""
    return answers.once(_seen)


def _seen(answers: Answers) -> Files:
    found = replace(
        files(answers.text("pam"), partial=answers.captured), modules=_installed(answers)
    )
    if not any(file.startswith(FOLDERS) for file in found.lines) and not found.hides(FOLDER):
        raise Unresolved(f"{FOLDER} is not there: no PAM")
    return found


def _installed(answers: Answers) -> frozenset[str]:
    """The modules that are installed; none where that was not seen."""
    try:
        return frozenset(answers.text("pam_modules").split())
    except CollectError:
        return frozenset()


_CODE: Final = """pam_modules() {
  for folder in /lib/security /lib64/security /lib/*/security /usr/lib/security \\
    /usr/lib64/security /usr/lib/*/security; do
    [ ! -d "$folder" ] || ls "$folder"
  done | awk '/^pam_.*[.]so$/ && !seen[$0]++'
}
"""
_PATHS = (
    *(f"{folder}*" for folder in FOLDERS),
    QUALITY,
    f"{QUALITY}.d/*.conf",
    HISTORY,
    LOCK,
    LOGIN_DEFS,
    USERADD,
)
_BRINGS = (PasswordPolicy, PamDoor, PamLock, PamChange, LoginDefaults, *PEOPLE)
SECTIONS = (
    Section("pam", FOLDER.rstrip("/"), _BRINGS, paths=_PATHS),
    Section("pam_modules", "ls", _BRINGS, (("pam_modules",),), code=_CODE),
)
