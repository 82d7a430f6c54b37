"""The files PAM and its modules are told what to do by, asked for once for all who read them."""

from typing import Final

from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.host.pam import FOLDER, FOLDERS
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import Unresolved
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
    found = files(answers.text("pam"), partial=answers.captured)
    if not any(file.startswith(FOLDERS) for file in found.lines) and not found.hides(FOLDER):
        raise Unresolved(f"{FOLDER} is not there: no PAM")
    return found


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
SECTIONS = (Section("pam", FOLDER.rstrip("/"), _BRINGS, paths=_PATHS),)
