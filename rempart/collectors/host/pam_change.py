"""How a new password is set: who judges it, and whether a refusal is final.

Sources: pam_unix(8), pam_pwhistory(8) of Linux-PAM 1.5, pam_pwquality(8) of libpwquality 1.4,
pam_passwdqc(8). Tried on Debian 12: a module that comes after a refusal and has no `use_authtok`
asks for another password, and sets that one, whatever PAM answers in the end.
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Evidence, Gap, Observation, Seen, Unknown, negated
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import (
    Module,
    Stack,
    assignments,
    file_of,
    number,
    place_of,
    readable,
    stack,
)
from rempart.collectors.host.pam_control import actions
from rempart.collectors.host.pam_files import HISTORY, LOGIN_DEFS, QUALITY, seen_files
from rempart.collectors.host.pam_modules import (
    LOCAL,
    UNIX,
    VERIFIERS,
    Scene,
    leads,
    passwords,
)
from rempart.collectors.host.pam_modules import (
    QUALITY as JUDGES,
)
from rempart.collectors.host.pam_stack import Ending
from rempart.errors import CollectError, Privilege, Unresolved
from rempart.observations.pam import PamChange

ASKERS: Final = VERIFIERS | {"pam_pwhistory.so"}
SERVICE: Final = "passwd"
DOORS: Final = ("login", "sshd", "cockpit", "gdm-password", "lightdm", "sddm", "su", "sudo")
REMEMBERED: Final = 10  # pam_pwhistory's own figure
SCHEMES: Final = {
    "yescrypt": "yescrypt",
    "gost_yescrypt": "gost-yescrypt",
    "blowfish": "bcrypt",
    "bcrypt": "bcrypt",
    "sha512": "sha512crypt",
    "sha256": "sha256crypt",
    "md5": "md5crypt",
    "bigcrypt": "descrypt",
    "des": "descrypt",
}


def changes(answers: Answers) -> Iterator[Observation | Gap]:
    """How `passwd` sets a password, and each door that does it otherwise when one has expired.

    Raises Unresolved where the stack of `passwd` was not seen whole; for a door that is a gap.
    """
    found = seen_files(answers)
    usual = change(found)
    yield usual
    for service in DOORS:
        if not file_of(found, service):
            continue
        try:
            modules = stack(found, service, "password")
            told = tuple(str(one) for one in modules if not one.silent)
            if told != usual.modules and any(one.name in LOCAL for one in modules):
                yield change(found, service)
        except CollectError as error:
            place = place_of(found, service).source
            yield Gap(PamChange.__name__, error.reason, str(error), key=service, source=place)


def change(found: Files, service: str = SERVICE) -> PamChange:
    """What the files make of it; raises Privilege or Unresolved where the stack was not seen."""
    modules = stack(found, service, "password")
    judge = next((one for one in modules if one.name in JUDGES and not one.missing), None)
    unix = next((one for one in modules if one.name == UNIX), None)
    enforced, way = _enforced(modules, judge)
    scheme, rounds, told = _scheme(found, unix)
    place = place_of(found, service)
    decided = {
        "enforced": judge.place if judge else None,
        "token_reused": _asking_again(modules, judge),
        "scheme": told,
    }
    return PamChange(
        modules=tuple(str(one) for one in modules if not one.silent),
        quality=judge.name if judge else "",
        enforced=enforced,
        **_told(found, judge),
        remembers=_remembers(found, modules),
        token_reused=(decided["token_reused"] is None) if judge else None,
        scheme=scheme,
        rounds=rounds,
        refusal_counts=_refuses(judge),
        way=way,
        decided={name: at for name, at in decided.items() if at},
        key=service,
        source=place.source,
        line=place.line,
    )


def quality_settings(found: Files, module: Module) -> dict[str, str]:
    """What pam_pwquality is told, the last word last: drop-ins, its file, its arguments."""
    hidden = found.hides(f"{QUALITY}.d/") or found.hides(QUALITY)
    if hidden:
        raise Privilege(f"{hidden} may not be read")
    places = [*found.matching(f"{QUALITY}.d/*.conf"), QUALITY]
    if found.partial and not any(file in found.lines for file in places):
        raise Unresolved(f"{QUALITY}: not handed over")
    settings: dict[str, str] = {}
    for file in places:
        settings |= assignments(found, file)
    return settings | module.options


def _enforced(modules: Stack, judge: Module | None) -> tuple[Seen[bool], str]:
    """Whether no way sets a password the judge refused, and the words of a way that does."""
    if judge is None:
        return False, ""
    judged = modules.index(judge)
    setters = frozenset(at for at, one in enumerate(modules) if one.name in LOCAL)
    again = frozenset(
        at
        for at, one in enumerate(modules)
        if at > judged and one.name in ASKERS and "use_authtok" not in one.options
    )

    def unjudged(end: Ending) -> bool:
        set_ = end.met & setters
        return bool(set_) and (judged not in end.met or min(set_) < judged or bool(end.met & again))

    def passed_by(end: Ending) -> bool:
        return end.granted and judged not in end.met

    watched = tuple(setters | again | {judged})
    scene = Scene(refused=True)
    fact, way = leads(modules, scene, unjudged, watched, passwords)
    if fact is False:  # a module nobody described may keep a password by itself
        other, way = leads(modules, scene, passed_by, watched, passwords)
        fact = other if isinstance(other, Unknown) else False
    return negated(fact), way if fact is not False else ""


def _refuses(judge: Module | None) -> bool:
    """Whether PAM refuses where this module does."""
    deeds = actions(judge.control) if judge else {}
    return all(deeds.get(code) in ("bad", "die") for code in ("authtok_err", "maxtries"))


def _told(found: Files, judge: Module | None) -> dict[str, Any]:
    """Whom the judge binds, and whether it only warns."""
    nobody: dict[str, Any] = {"binds_root": False, "warns_only": False, "local_only": False}
    if judge is None:
        return nobody
    if judge.name == "pam_passwdqc.so":
        bound = judge.options.get("enforce", "everyone")
        if "config" in judge.options:
            why = Unresolved(f"pam_passwdqc.so reads {judge.options['config']}")
            return dict.fromkeys(nobody, Unknown(why.reason, str(why)))
        return nobody | {"binds_root": bound == "everyone", "warns_only": bound == "none"}
    if judge.name == "pam_cracklib.so":
        return nobody | {"binds_root": "enforce_for_root" in judge.options}
    try:
        settings = quality_settings(found, judge)
        warns = number(settings, "enforcing", 1) == 0
    except CollectError as error:
        return dict.fromkeys(nobody, Unknown(error.reason, str(error)))
    return {
        "binds_root": "enforce_for_root" in settings and not warns,
        "warns_only": warns,
        "local_only": "local_users_only" in settings,
    }


def _asking_again(modules: Stack, judge: Module | None) -> Evidence | None:
    """The first module after the judge that may ask for another password."""
    after = modules[modules.index(judge) + 1 :] if judge else ()
    return next(
        (one.place for one in after if one.name in ASKERS and "use_authtok" not in one.options),
        None,
    )


def _remembers(found: Files, modules: Stack) -> Seen[int]:
    """How many earlier passwords are refused by a module whose refusal counts."""
    figures = [0]
    try:
        for one in modules:
            if one.name == UNIX:
                figures.append(number(one.options, "remember", 0))
            elif one.name == "pam_pwhistory.so" and actions(one.control)["authtok_err"] in (
                "bad",
                "die",
            ):
                readable(found, HISTORY)
                settings = assignments(found, HISTORY) | one.options
                figures.append(number(settings, "remember", REMEMBERED))
    except CollectError as error:
        return Unknown(error.reason, str(error))
    return max(figures)


def _scheme(
    found: Files, unix: Module | None
) -> tuple[Seen[str], Seen[int | None], Evidence | None]:
    """The scheme of new hashes: pam_unix's word, else login.defs', else traditional DES."""
    if unix is None:
        return Unknown(Unresolved.reason, "pam_unix.so is not in the stack"), None, None
    rounds: Seen[int | None] = None
    try:
        rounds = number(unix.options, "rounds") if "rounds" in unix.options else None
    except CollectError as error:
        rounds = Unknown(error.reason, str(error))
    said = next((SCHEMES[word] for word in unix.options if word in SCHEMES), None)
    if said:
        return said, rounds, unix.place
    try:
        readable(found, LOGIN_DEFS)
    except CollectError as error:
        return Unknown(error.reason, str(error)), rounds, None
    word = assignments(found, LOGIN_DEFS).get("ENCRYPT_METHOD", "DES").lower()
    if word not in SCHEMES:
        return Unknown(Unresolved.reason, f"ENCRYPT_METHOD {word[:20]}"), rounds, None
    return SCHEMES[word], rounds, Evidence(LOGIN_DEFS)


READERS = {PamChange: changes}
