"""What stands beside the password at the doors of a host: a lock after failures, a second factor.

Sources: faillock.conf(5) and pam_faillock(8) of Linux-PAM 1.5. The weakest door counts.
"""

from rempart.check import Evidence, Fact, Seen, Unknown, all_of
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import (
    FOLDER,
    Stack,
    assignments,
    denies,
    file_of,
    known,
    number,
    reached,
    refuses_at_once,
    stack,
)
from rempart.errors import CollectError, Privilege, Unresolved

FAILLOCK = "/etc/security/faillock.conf"
DOORS = ("sshd", "login")  # services a person signs in through with a password
# Modules that ask for the password: when one fails, the failure must still come to be counted.
VERIFIERS = ("pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so")
TALLIES = ("pam_tally2.so", "pam_tally.so")  # gone since Linux-PAM 1.4; their rules are not read
SECOND_FACTORS = (
    "pam_google_authenticator.so",
    "pam_oath.so",
    "pam_u2f.so",
    "pam_duo.so",
    "pam_yubico.so",
)


def lock(found: Files) -> tuple[Seen[int | None], Seen[int | None], Evidence]:
    """Failures until an account locks, the seconds it stays so, and the weakest door's file.

    None failures: it never locks. None seconds beside failures: an administrator unlocks.
    """
    weakest, place = (0, 0), _place(found, _doors(found)[0])
    try:
        for door in _doors(found):
            locked = _lock(found, stack(found, door, "auth"))
            if locked is None:
                return None, None, _place(found, door)
            if locked > weakest:
                weakest, place = locked, _place(found, door)
    except CollectError as error:
        unknown = Unknown(error.reason, str(error))
        return unknown, unknown, place
    return weakest[0], weakest[1] or None, place


def second_factor(found: Files) -> Fact:
    """Whether every door demands one; a module that lets those without one through does not."""
    try:
        return all_of(*(_demands(stack(found, door, "auth")) for door in _doors(found)))
    except CollectError as error:
        return Unknown(error.reason, str(error))


def _doors(found: Files) -> tuple[str, ...]:
    return tuple(door for door in DOORS if file_of(found, door)) or ("other",)


def _place(found: Files, door: str) -> Evidence:
    return Evidence(file_of(found, door) or FOLDER + door)


def _lock(found: Files, modules: Stack) -> tuple[int, int] | None:
    """pam_faillock counts when its authfail is told, and refuses at preauth or after success."""
    if any(module.name in TALLIES for module in modules):
        raise Unresolved("the rules of pam_tally are not read")
    ours = [module for module in modules if module.name == "pam_faillock.so"]
    counts = any(
        module in ours and "authfail" in module.options and _told(modules[:index])
        for index, module in enumerate(modules)
    )
    refuses = any(
        ("preauth" in module.options and known(denies(module.control)))
        or "authsucc" in module.options
        for module in ours
    )
    if not counts or not refuses:
        return None
    hidden = found.hides(FAILLOCK)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    said = any("deny" in module.options for module in ours)
    if found.partial and not said and FAILLOCK not in found.lines:
        raise Unresolved(f"{FAILLOCK}: not handed over")
    settings = assignments(found, FAILLOCK)
    for module in ours:
        settings |= module.options
    if settings.get("unlock_time") == "never":
        settings["unlock_time"] = "0"
    failures = number(settings, "deny", 3)
    return (failures, number(settings, "unlock_time", 600)) if failures > 0 else None


def _told(before: Stack) -> bool:
    """Whether a failure comes past the modules that may refuse the password."""
    return not any(one.name in VERIFIERS and refuses_at_once(one.control) for one in before)


def _demands(modules: Stack) -> Fact:
    for index, module in enumerate(modules):
        if module.name in SECOND_FACTORS and "nullok" not in module.options:
            return all_of(denies(module.control), reached(modules, index))
    return False
