"""The password policy PAM applies: pwquality as configured, if its module is really reached.

Sources: pwquality.conf(5) and pam_pwquality(8) of libpwquality 1.4, pam_unix(8), login.defs(5).
Drop-in files are read first, then pwquality.conf, then the module's arguments; the later word wins.
Without pwquality, pam_unix asks for a length and nothing else.
"""

from collections.abc import Iterator
from typing import Any

from rempart.check import Evidence, Observation, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files, files
from rempart.collectors.host.lockout import lock, second_factor
from rempart.collectors.host.pam import (
    FOLDER,
    FOLDERS,
    Module,
    Stack,
    assignments,
    denies,
    known,
    number,
    reached,
    stack,
)
from rempart.collectors.host.section import Section
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.observations.passwords import PasswordPolicy

QUALITY = "/etc/security/pwquality.conf"
LOGIN_DEFS = "/etc/login.defs"
UNIX_LENGTH = 6
LEAST_LENGTH = 6  # pwquality refuses to go lower
DEFAULTS = {
    "minlen": "8",
    "minclass": "0",
    "lcredit": "0",
    "ucredit": "0",
    "dcredit": "0",
    "ocredit": "0",
    "dictcheck": "1",
    "enforcing": "1",
}
UNREAD = ("pam_passwdqc.so", "pam_cracklib.so")  # modules whose rules are not read
NAMES = ("min_length", "min_classes", "lower", "upper", "digits", "specials", "dictionary")
NEVER = 99_999  # login.defs writes "no expiry" so


def password_policy(answers: Answers) -> Iterator[Observation]:
    """The policy for local passwords; raises Unresolved on a system without PAM."""
    found = files(answers.text("pam"), partial=answers.captured)
    if not any(file.startswith(FOLDERS) for file in found.lines) and not found.hides(FOLDER):
        raise Unresolved(f"{FOLDER} is not there: no PAM")
    yield policy_of(found)


def policy_of(found: Files) -> PasswordPolicy:
    """The policy these files make."""
    rules, place = _rules(found)
    failures, seconds, door = lock(found)
    return PasswordPolicy(
        **rules,
        max_length=None,
        max_failures=failures,
        unlock_seconds=seconds,
        max_age_days=_max_age(found),
        second_factor=second_factor(found),
        key="pam",
        source=place.source,
        line=place.line,
        decided={"max_failures": door},
    )


def _rules(found: Files) -> tuple[dict[str, Any], Evidence]:
    """The rules in force by field, and the line of the module that applies them."""
    place = Evidence(f"{FOLDER}passwd")
    try:
        modules = stack(found, "passwd", "password")
        unix = next((item for item in modules if item.name == "pam_unix.so"), None)
        place = unix.place if unix else place
        rules = _length_alone(unix)
        for index, module in enumerate(modules):
            if module.name in UNREAD:
                raise Unresolved(f"the rules of {module.name} are not read")
            if module.name == "pam_pwquality.so":
                place = module.place
                _after(modules[:index])
                if known(denies(module.control)) and known(reached(modules, index)):
                    rules |= _quality(found, module, rules["min_length"])
                break
    except CollectError as error:
        rules = dict.fromkeys((*NAMES, "binds_admins"), Unknown(error.reason, str(error)))
    return rules, place


def _after(before: Stack) -> None:
    """Raise Unresolved where the password is already set when its quality is looked at."""
    if any(one.name == "pam_unix.so" for one in before):
        raise Unresolved("pam_unix.so sets the password before pam_pwquality.so looks at it")


def _length_alone(unix: Module | None) -> dict[str, Any]:
    length = number(unix.options, "minlen", UNIX_LENGTH) if unix else 0
    return {**dict.fromkeys(NAMES, 0), "min_length": length, "dictionary": False} | {
        "binds_admins": False  # pam_unix asks nothing of root
    }


def _quality(found: Files, module: Module, unix: int) -> dict[str, Any]:
    """pwquality's rules; none when it only warns."""
    settings = dict(DEFAULTS)
    hidden = found.hides(f"{QUALITY}.d/") or found.hides(QUALITY)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    places = [*found.matching(f"{QUALITY}.d/*.conf"), QUALITY]
    if found.partial and not any(file in found.lines for file in places):
        raise Unresolved(f"{QUALITY}: not handed over")
    for file in places:
        settings |= assignments(found, file)
    settings |= module.options
    if number(settings, "enforcing") == 0:
        return {}
    return {
        "min_length": max(number(settings, "minlen"), LEAST_LENGTH, unix),
        "min_classes": number(settings, "minclass"),
        "lower": -number(settings, "lcredit"),
        "upper": -number(settings, "ucredit"),
        "digits": -number(settings, "dcredit"),
        "specials": -number(settings, "ocredit"),
        "dictionary": number(settings, "dictcheck") != 0,
        "binds_admins": "enforce_for_root" in settings,
    }


def _max_age(found: Files) -> Seen[int | None]:
    """Days a new account's password lives; None where it does not expire."""
    hidden = found.hides(LOGIN_DEFS)
    try:
        if hidden:
            raise Privilege(f"{hidden} may not be read")
        if found.partial and LOGIN_DEFS not in found.lines:
            raise Unresolved(f"{LOGIN_DEFS}: not handed over")
        days = number(assignments(found, LOGIN_DEFS), "PASS_MAX_DAYS", NEVER)
    except CollectError as error:
        return Unknown(error.reason, str(error))
    return days if 0 <= days < NEVER else None


_PATHS = (
    *(f"{folder}*" for folder in FOLDERS),
    QUALITY,
    f"{QUALITY}.d/*.conf",
    "/etc/security/faillock.conf",
    LOGIN_DEFS,
)
SECTIONS = (Section("pam", FOLDER.rstrip("/"), (PasswordPolicy,), paths=_PATHS),)
READERS = {PasswordPolicy: password_policy}
