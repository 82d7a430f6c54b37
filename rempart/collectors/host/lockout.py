"""What locks an account after failures, and a second factor beside the password.

Sources: faillock.conf(5) and pam_faillock(8) of Linux-PAM 1.5. The weakest door counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rempart.check import Evidence, Fact, Observation, Seen, Unknown, all_of
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import (
    FOLDER,
    Stack,
    assignments,
    file_of,
    number,
    place_of,
    readable,
    stack,
)
from rempart.collectors.host.pam_doors import door as opened
from rempart.collectors.host.pam_files import LOCK, seen_files
from rempart.collectors.host.pam_modules import FAILLOCK, TALLIES
from rempart.errors import CollectError, Unresolved
from rempart.observations.pam import PamLock

DOORS: Final = ("sshd", "login")  # services a stranger signs in through with a password
FAILURES, UNLOCK, WINDOW = 3, 600, 900  # pam_faillock's own figures


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of the weakest door; None failures: it never locks. None seconds: until opened."""

    failures: Seen[int | None]
    seconds: Seen[int | None]
    window: Seen[int | None]
    place: Evidence


def lock(found: Files) -> Lock:
    """The lock a guesser meets at the weakest door of the host."""
    weakest, place = (0, 0, 0), _place(found, _doors(found)[0])
    try:
        for name in _doors(found):
            if not _locks(found, name):
                return Lock(None, None, None, _place(found, name))
            told = figures(found, stack(found, name, "auth"))
            if told[0] <= 0:
                return Lock(None, None, None, _place(found, name))
            if told > weakest:
                weakest, place = told, _place(found, name)
    except CollectError as error:
        unknown = Unknown(error.reason, str(error))
        return Lock(unknown, unknown, unknown, place)
    return Lock(weakest[0], weakest[1] or None, weakest[2], place)


def second_factor(found: Files) -> Fact:
    """Whether every door demands one; a module that lets those without one through does not."""
    try:
        facts = []
        for name in _doors(found):
            seen = opened(found, name)
            unenrolled: Fact = seen.unenrolled_enter == False  # noqa: E712  (three-valued)
            facts += [seen.factor_demanded == True, unenrolled]  # noqa: E712  (three-valued)
        return all_of(*facts)
    except CollectError as error:
        return Unknown(error.reason, str(error))


def locks(answers: Answers) -> Iterator[Observation]:
    """The figures of pam_faillock at the first door that has it; nothing where none has."""
    found = seen_files(answers)
    for name in (*DOORS, "su", "sudo"):
        if not file_of(found, name):
            continue
        modules = [one for one in stack(found, name, "auth") if one.name == FAILLOCK]
        if modules:
            place = modules[0].place
            yield PamLock(
                **_figures_seen(found, tuple(modules)),
                key="faillock",
                source=place.source,
                line=place.line,
            )
            return


def figures(found: Files, modules: Stack) -> tuple[int, int, int]:
    """Failures, seconds of the lock (0: until opened) and seconds a failure counts."""
    settings = _settings(found, modules)
    failures = number(settings, "deny", FAILURES)
    return (
        failures,
        number(settings, "unlock_time", UNLOCK),
        number(settings, "fail_interval", WINDOW),
    )


def _figures_seen(found: Files, modules: Stack) -> dict[str, Any]:
    try:
        failures, unlock, window = figures(found, modules)
        settings = _settings(found, modules)
        root = number(settings, "root_unlock_time", unlock)
    except CollectError as error:
        why = Unknown(error.reason, str(error))
        names = ("failures", "unlock_seconds", "window_seconds", "binds_root")
        return dict.fromkeys((*names, "root_unlock_seconds", "admin_group", "local_only"), why)
    return {
        "failures": failures,
        "unlock_seconds": unlock,
        "window_seconds": window,
        "binds_root": "even_deny_root" in settings,
        "root_unlock_seconds": root,
        "admin_group": settings.get("admin_group", ""),
        "local_only": "local_users_only" in settings,
    }


def _settings(found: Files, modules: Stack) -> dict[str, str]:
    """The settings in force: the file, then the arguments, the last word last."""
    ours = [one for one in modules if one.name == FAILLOCK]
    file = next((one.options["conf"] for one in ours if "conf" in one.options), LOCK)
    if file != LOCK and file not in found.lines:
        raise Unresolved(f"{file} was not asked for")
    if found.hides(file) or not any("deny" in one.options for one in ours):
        readable(found, file)
    settings = assignments(found, file)
    for one in ours:
        settings |= one.options
    for name in ("unlock_time", "root_unlock_time"):
        if settings.get(name) == "never":
            settings[name] = "0"
    return settings


def _locks(found: Files, name: str) -> bool:
    """Whether failures are counted there and a locked account is refused.

    Raises Unresolved where that hangs on what was not seen.
    """
    if any(one.name in TALLIES for one in stack(found, name, "auth")):
        raise Unresolved("the rules of pam_tally are not read")
    seen = opened(found, name)
    for fact in (seen.counted, seen.locked_refused):
        if isinstance(fact, Unknown):
            raise Unresolved(fact.detail)
        if fact is not True:
            return False
    return True


def _doors(found: Files) -> tuple[str, ...]:
    return tuple(name for name in DOORS if file_of(found, name)) or ("other",)


def _place(found: Files, name: str) -> Evidence:
    place = place_of(found, name)
    return place if place.source != FOLDER + "other" else Evidence(FOLDER + name)


READERS = {PamLock: locks}
