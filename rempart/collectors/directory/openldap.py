"""The password policies of an LDAP directory with the ppolicy overlay (OpenLDAP and its kin).

Sources: slapo-ppolicy(5) of OpenLDAP 2.5, draft-behera-ldap-password-policy. Spans are seconds.
With `pwdCheckQuality: 0` no length is asked, whatever `pwdMinLength` says. What a check module
demands is its own.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.directory import ppm
from rempart.collectors.directory.entries import Directory, Entry, first, folded, short
from rempart.collectors.directory.schemes import restored, scheme_of
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.directories import DirectoryPolicies
from rempart.observations.passwords import NO_RULES, PasswordPolicy, PasswordStorage

CONTROL: Final = b"1.3.6.1.4.1.42.2.27.8.5.1"  # password policy, answered where the overlay is
CONFIG: Final = "cn=config"
OVERLAY: Final = ("objectClass", "olcOverlay", "olcPPolicyDefault")
RULES: Final = (
    *("objectClass", "cn", "pwdMinLength", "pwdMaxLength", "pwdCheckQuality", "pwdCheckModule"),
    *(
        "pwdUseCheckModule",
        "pwdCheckModuleArg",
        "pwdMaxAge",
        "pwdMinAge",
        "pwdInHistory",
        "pwdLockout",
    ),
    *("pwdMaxFailure", "pwdLockoutDuration", "pwdFailureCountInterval"),
)
PRODUCT: Final = "OpenLDAP"
DAY: Final = 86_400
HELD: Final = "(userPassword=*)"


def policies(directory: Directory, base: str) -> Iterator[Observation | Gap]:
    """Whether policies are applied, which is the default, and what each asks."""
    found = tuple(directory.entries(base, ("pwdPolicy",), RULES))
    overlays = _overlays(directory)
    applied = _applied(directory, overlays)
    default = _default(directory, overlays, applied)
    key = clean(base, 80)
    source = f"{directory.source}: {key}"
    named: Seen[str] = clean(default, 120) if isinstance(default, str) else default
    yield DirectoryPolicies(PRODUCT, applied, named, len(found), key=key, source=source)
    nothing = isinstance(default, str) and not default and not found
    if applied is False or (applied is True and nothing):
        yield replace(NO_RULES, key=f"{key} no policy", source=source)
        return
    for entry in found:
        yield _policy(entry, directory.source, _is(entry, default))
    if not found:
        words = "no policy entry is shown to this account"
        yield Gap(PasswordPolicy.__name__, Reason.PRIVILEGE, words, source=source)


def storage(directory: Directory, base: str, *, here: bool) -> Iterator[Observation | Gap]:
    """How passwords are kept, scheme by scheme; `here` is whether their values may be asked for."""
    own = _new_ones(directory)
    if own is not None:
        yield own
    if not here:
        words = (
            "only counts may cross the network (transit: counts), and the scheme stands in the "
            "value itself: audit on the directory's own machine, hand over an LDIF file, or agree "
            "on transit: sample"
        )
        yield Gap(PasswordStorage.__name__, Reason.NOT_AUTHORISED, words)
        return
    counts: dict[tuple[str, int | None], int] = {}
    cut: CollectError | None = None
    try:
        for entry in directory.entries(base, (), ("objectClass", "userPassword"), HELD):
            for value in entry.values.get("userpassword", ()):
                kind = restored(value) if directory.offline else scheme_of(value)
                counts[kind] = counts.get(kind, 0) + 1
    except CollectError as error:  # what came until then is as true
        cut = error
    for (scheme, cost), number in sorted(counts.items(), key=lambda one: str(one[0])):
        if scheme != "elsewhere":
            yield _kept(scheme, cost, number, base, directory.source)
    if cut is not None:
        raise cut
    if not counts and own is None:
        words = "no userPassword is shown to this account"
        yield Gap(PasswordStorage.__name__, Reason.PRIVILEGE, words)


def _kept(scheme: str, cost: int | None, number: int, base: str, source: str) -> PasswordStorage:
    told: Seen[str] = scheme
    if scheme == "unknown":
        told = Unknown(Reason.UNRESOLVED, "a scheme nobody here knows")
    words = scheme if cost is None else f"{scheme} {cost}"
    return PasswordStorage(
        told,
        cost,
        number,
        key=f"{clean(base, 80)} {words}",
        source=f"{source}: {HELD}",
    )


def _new_ones(directory: Directory) -> PasswordStorage | None:
    """The scheme of new passwords, where the server's configuration may be read."""
    try:
        attributes = ("objectClass", "olcPasswordHash")
        found = first(
            one
            for one in directory.entries(CONFIG, ("olcGlobal", "olcFrontendConfig"), attributes)
            if one.text("olcpasswordhash")
        )
    except CollectError:
        return None
    if found is None:
        return None
    words = found.text("olcpasswordhash")
    scheme, _ = scheme_of(words.encode())
    source = f"{directory.source}: {CONFIG} olcPasswordHash {clean(words, 40)}"
    cost = Unknown(Reason.UNRESOLVED, "the cost stands in the module's own configuration")
    costly: Seen[int | None] = cost if scheme.startswith("pbkdf2") else None
    if scheme in ("unknown", "descrypt"):  # {CRYPT} follows olcPasswordCryptSaltFormat
        return PasswordStorage(
            Unknown(Reason.UNRESOLVED, clean(words, 40)), key="new passwords", source=source
        )
    return PasswordStorage(scheme, costly, key="new passwords", source=source)


def _overlays(directory: Directory) -> tuple[Entry, ...] | None:
    """The ppolicy overlays of the configuration; None where that may not be read."""
    try:
        found = tuple(directory.entries(CONFIG, ("olcPPolicyConfig",), OVERLAY))
        readable = found or first(directory.entries(CONFIG, ("olcGlobal",), ("objectClass",)))
    except CollectError:
        return None
    return found if readable else None


def _applied(directory: Directory, overlays: tuple[Entry, ...] | None) -> Seen[bool]:
    if overlays is not None:
        return bool(overlays)
    controls = directory.root.values.get("supportedcontrol")
    if controls is None:
        words = "neither the configuration nor the server's own words are in the file"
        if not directory.offline:
            words = "the server does not say which controls it knows"
        return Unknown(Reason.PRIVILEGE, f"{directory.source}: {words}")
    return CONTROL in controls


def _default(
    directory: Directory, overlays: tuple[Entry, ...] | None, applied: Seen[bool]
) -> Seen[str]:
    if applied is False:
        return ""
    if overlays is None:
        why = "is not in the file" if directory.offline else "may not be read"
        words = f"{CONFIG} {why}, so which policy is the default is not known"
        return Unknown(Reason.PRIVILEGE, f"{directory.source}: {words}")
    return next((one.text("olcppolicydefault") for one in overlays), "")


def _is(entry: Entry, default: Seen[str]) -> bool:
    return isinstance(default, str) and folded(entry.dn) == folded(default)


def _policy(entry: Entry, source: str, default: bool) -> PasswordPolicy:
    judged = (entry.number("pwdcheckquality") or 0) > 0
    checked = bool(entry.text("pwdcheckmodule")) or entry.true("pwdusecheckmodule")
    module = ppm.demanded(entry.text("pwdcheckmodulearg")) if judged and checked else ppm.NOTHING
    failures = entry.number("pwdmaxfailure") if entry.true("pwdlockout") else None
    name = clean(entry.text("cn") or short(entry.dn), 80)
    age, young = entry.number("pwdmaxage"), entry.number("pwdminage")
    longest = entry.number("pwdmaxlength")
    return PasswordPolicy(
        min_length=max(0, entry.number("pwdminlength") or 0) if judged else 0,
        max_length=longest or None if judged else None,
        **module,
        max_failures=failures or None,
        unlock_seconds=(entry.number("pwdlockoutduration") or None) if failures else None,
        window_seconds=(entry.number("pwdfailurecountinterval") or None) if failures else None,
        max_age_days=max(1, age // DAY) if age else None,
        min_age_days=(young or 0) // DAY,
        history=max(0, entry.number("pwdinhistory") or 0),
        forbids_username=False,
        binds_admins=True,
        second_factor=False,
        bound="" if default else name,
        key=f"ppolicy {name}",
        source=f"{source}: {clean(entry.dn, 120)}",
        line=entry.line,
    )
