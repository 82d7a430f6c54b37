"""The password policy PAM applies: pwquality as configured, where its refusal is final.

Sources: pwquality.conf(5) and pam_pwquality(8) of libpwquality 1.4, pam_unix(8), login.defs(5).
Drop-in files are read first, then pwquality.conf, then the module's arguments; the later word wins.
Without pwquality, pam_unix asks for a length and nothing else.
"""

from collections.abc import Iterator
from typing import Any

from rempart.check import Evidence, Observation, Seen, Unknown, unseen
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files
from rempart.collectors.host.lockout import lock, second_factor
from rempart.collectors.host.pam import Module, assignments, number, place_of, readable, stack
from rempart.collectors.host.pam_change import change, quality_settings
from rempart.collectors.host.pam_files import LOGIN_DEFS, seen_files
from rempart.collectors.host.pam_modules import QUALITY as JUDGES
from rempart.collectors.host.pam_modules import UNIX
from rempart.errors import CollectError, Unresolved
from rempart.observations.passwords import PasswordPolicy

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
    "usercheck": "1",
    "enforcing": "1",
}
NAMES = (
    *("min_length", "min_classes", "lower", "upper", "digits", "specials", "dictionary"),
    "forbids_username",
)
NEVER = 99_999  # login.defs writes "no expiry" so


def password_policy(answers: Answers) -> Iterator[Observation]:
    """The policy for local passwords; raises Unresolved on a system without PAM."""
    yield policy_of(seen_files(answers))


def policy_of(found: Files) -> PasswordPolicy:
    """The policy these files make."""
    rules, place = _rules(found)
    locked = lock(found)
    return PasswordPolicy(
        **rules,
        max_length=None,
        max_failures=locked.failures,
        unlock_seconds=locked.seconds,
        window_seconds=locked.window,
        max_age_days=_max_age(found),
        min_age_days=_age(found, "PASS_MIN_DAYS", 0),
        history=_history(found),
        second_factor=second_factor(found),
        key="pam",
        source=place.source,
        line=place.line,
        decided={"max_failures": locked.place},
    )


def known(fact: Seen[bool]) -> bool:
    """The fact, when it is one; raises Unresolved with its words when it is not known."""
    if isinstance(fact, Unknown):
        raise Unresolved(fact.detail)
    return fact is True


def _rules(found: Files) -> tuple[dict[str, Any], Evidence]:
    """The rules in force by field, and the line of the module that applies them."""
    place = place_of(found, "passwd")
    try:
        modules = stack(found, "passwd", "password")
        unix = next((item for item in modules if item.name == UNIX), None)
        judge = next((item for item in modules if item.name in JUDGES and not item.missing), None)
        place = judge.place if judge else unix.place if unix else place
        rules = _length_alone(unix)
        if judge and judge.name != "pam_pwquality.so":
            raise Unresolved(f"the rules of {judge.name} are not read")
        if judge and known(change(found).enforced):
            rules |= _quality(found, judge, rules["min_length"])
    except CollectError as error:
        rules = dict.fromkeys((*NAMES, "binds_admins"), Unknown(error.reason, str(error)))
    return rules, place


def _length_alone(unix: Module | None) -> dict[str, Any]:
    length = number(unix.options, "minlen", UNIX_LENGTH) if unix else 0
    return {**dict.fromkeys(NAMES, 0), "min_length": length, "dictionary": False} | {
        "binds_admins": False,  # pam_unix asks nothing of root
        "forbids_username": False,
    }


def _quality(found: Files, module: Module, unix: int) -> dict[str, Any]:
    """pwquality's rules; none when it only warns."""
    settings = DEFAULTS | quality_settings(found, module)
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
        "forbids_username": number(settings, "usercheck") != 0,
    }


def _history(found: Files) -> Seen[int]:
    try:
        return change(found).remembers
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _age(found: Files, name: str, default: int) -> Seen[int]:
    """Days of login.defs, for accounts made from now on."""
    try:
        readable(found, LOGIN_DEFS)
        return number(assignments(found, LOGIN_DEFS), name, default)
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _max_age(found: Files) -> Seen[int | None]:
    """Days a new account's password lives; None where it does not expire."""
    days = _age(found, "PASS_MAX_DAYS", NEVER)
    if unseen(days) or not isinstance(days, int):
        return days
    return days if 0 <= days < NEVER else None


READERS = {PasswordPolicy: password_policy}
