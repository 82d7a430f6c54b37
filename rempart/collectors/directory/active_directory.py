"""The password policies of an Active Directory domain: the default, and the fine-grained ones.

Sources: MS-ADTS 3.1.1.5 (domain policy), MS-SAMR 2.2.3 (pwdProperties), MS-ADTS 3.1.1.4.5.36
(which settings object decides). Spans are negative hundreds of nanoseconds. Password filters on
the domain controllers cannot be seen over LDAP.
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.directory.entries import Directory, Entry, first, short, ticks
from rempart.collectors.directory.members import PRIVILEGED, rid
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.directories import DirectoryPolicies, MachineQuota
from rempart.observations.passwords import PasswordPolicy, PasswordStorage

DOMAIN: Final = (
    *("objectClass", "minPwdLength", "pwdProperties", "pwdHistoryLength", "maxPwdAge", "minPwdAge"),
    *(
        "lockoutThreshold",
        "lockoutDuration",
        "lockOutObservationWindow",
        "ms-DS-MachineAccountQuota",
    ),
)
SETTINGS: Final = (
    *("objectClass", "cn", "msDS-PasswordSettingsPrecedence", "msDS-PSOAppliesTo"),
    *("msDS-PasswordReversibleEncryptionEnabled", "msDS-PasswordHistoryLength"),
    *("msDS-PasswordComplexityEnabled", "msDS-MinimumPasswordLength", "msDS-MinimumPasswordAge"),
    *("msDS-MaximumPasswordAge", "msDS-LockoutThreshold", "msDS-LockoutObservationWindow"),
    "msDS-LockoutDuration",
)
CONTAINER: Final = "msDS-PasswordSettingsContainer"
COMPLEX, REVERSIBLE = 1, 16
FILTERS: Final = Unknown(
    Reason.UNRESOLVED, "a password filter on the domain controllers is not visible over LDAP"
)
PRODUCT: Final = "Active Directory"


def domain_of(directory: Directory, base: str) -> Entry | None:
    """The entry of the domain, where it is one of Active Directory's."""
    entries = directory.entries(base, ("domainDNS",), DOMAIN)
    return first(one for one in entries if one.number("minpwdlength") is not None)


def default_policy(directory: Directory, domain: Entry) -> Iterator[Observation]:
    """What the domain itself asks of everybody without settings of their own."""
    properties = domain.number("pwdproperties") or 0
    failures = domain.number("lockoutthreshold") or None
    key = f"{clean(short_domain(domain.dn), 80)} default"
    yield PasswordPolicy(
        **_figures(
            domain.number("minpwdlength"),
            bool(properties & COMPLEX),
            failures,
            ticks(domain.number("lockoutduration")),
            ticks(domain.number("lockoutobservationwindow")),
            ticks(domain.number("maxpwdage")),
            ticks(domain.number("minpwdage")),
            domain.number("pwdhistorylength"),
        ),
        key=key,
        source=f"{directory.source}: {clean(domain.dn, 120)}",
        line=domain.line,
    )
    if properties & REVERSIBLE:
        yield _reversible(directory, domain, key)


def fine_grained(directory: Directory, base: str) -> tuple[Entry, ...] | Unknown:
    """The settings objects in the order of their claim; Unknown where they may not be read."""
    found = tuple(directory.entries(base, ("msDS-PasswordSettings",), SETTINGS))
    if not found and first(directory.entries(base, (CONTAINER,), ("objectClass", "cn"))) is None:
        words = "the container of fine-grained policies is not shown to this account"
        return Unknown(Reason.PRIVILEGE, f"{directory.source}: {words}")
    return tuple(sorted(found, key=lambda one: (precedence(one), one.dn)))


def settings_policy(
    directory: Directory, settings: Entry, targets: dict[str, Entry]
) -> Iterator[Observation]:
    """What one settings object asks of those it is given to."""
    key = f"PSO {clean(settings.text('cn') or short(settings.dn), 80)}"
    yield PasswordPolicy(
        **_figures(
            settings.number("msds-minimumpasswordlength"),
            settings.true("msds-passwordcomplexityenabled"),
            settings.number("msds-lockoutthreshold") or None,
            ticks(settings.number("msds-lockoutduration")),
            ticks(settings.number("msds-lockoutobservationwindow")),
            ticks(settings.number("msds-maximumpasswordage")),
            ticks(settings.number("msds-minimumpasswordage")),
            settings.number("msds-passwordhistorylength"),
        ),
        bound=", ".join(clean(short(one), 60) for one in settings.texts("msds-psoappliesto")),
        privileged=_privileged(settings, targets),
        key=key,
        source=f"{directory.source}: {clean(settings.dn, 120)}",
        line=settings.line,
    )
    if settings.true("msds-passwordreversibleencryptionenabled"):
        yield _reversible(directory, settings, key)


def policies(
    directory: Directory, domain: Entry, settings: tuple[Entry, ...] | Unknown
) -> Iterator[Observation | Gap]:
    """That a domain always applies policies, how many, and the quota of machines."""
    key = clean(short_domain(domain.dn), 80)
    count: Seen[int] = settings if isinstance(settings, Unknown) else len(settings) + 1
    source = f"{directory.source}: {clean(domain.dn, 120)}"
    yield DirectoryPolicies(PRODUCT, True, f"{key} default", count, key=key, source=source)
    quota = domain.number("ms-ds-machineaccountquota")
    machines: Seen[int] = quota if quota is not None else Unknown(Reason.PRIVILEGE, "no such value")
    yield MachineQuota(machines, key=key, source=f"{source} ms-DS-MachineAccountQuota")


def precedence(settings: Entry) -> int:
    """The claim of a settings object: the lower, the stronger."""
    return settings.number("msds-passwordsettingsprecedence") or 0


def short_domain(dn: str) -> str:
    """A domain's name as people write it: payer.example for dc=payer,dc=example."""
    labels = [part.partition("=")[2].strip() for part in dn.split(",")]
    return ".".join(label for label in labels if label) or dn


def targets_of(directory: Directory, base: str, settings: tuple[Entry, ...]) -> dict[str, Entry]:
    """The groups and accounts that settings are given to, by name."""
    names = {one for each in settings for one in each.texts("msds-psoappliesto")}
    found: dict[str, Entry] = {}
    if names:
        attributes = ("objectClass", "objectSid", "adminCount", "cn")
        try:
            for entry in directory.entries(base, ("group", "user"), attributes, _named(names)):
                if entry.dn in names:
                    found[entry.dn] = entry
        except CollectError:
            return found
    return found


def _named(names: set[str]) -> str:
    return "(|" + "".join(f"(distinguishedName={_escaped(one)})" for one in sorted(names)) + ")"


def _escaped(text: str) -> str:
    for sign in ("\\", "*", "(", ")", "\0"):
        text = text.replace(sign, f"\\{ord(sign):02x}")
    return text


def _privileged(settings: Entry, targets: dict[str, Entry]) -> Seen[bool]:
    """Whether all whom settings are given to are administrators."""
    names = settings.texts("msds-psoappliesto")
    if not names:
        return False
    facts = []
    for name in names:
        entry = targets.get(name)
        if entry is None:
            return Unknown(Reason.PRIVILEGE, f"{clean(short(name), 60)} is not shown")
        facts.append(entry.number("admincount") == 1 or rid(entry) in PRIVILEGED)
    return all(facts)


def _figures(  # noqa: PLR0917  (the eight rules of a policy, in the order of the schema)
    length: int | None,
    complex_: bool,
    failures: int | None,
    unlock: int | None,
    window: int | None,
    oldest: int | None,
    youngest: int | None,
    history: int | None,
) -> dict[str, Any]:
    hidden = Unknown(Reason.PRIVILEGE, "not shown to this account")
    return {
        "min_length": hidden if length is None else max(0, length),
        "max_length": None,
        "min_classes": 3 if complex_ else 0,
        **dict.fromkeys(("lower", "upper", "digits", "specials"), 0),
        "dictionary": FILTERS,
        "max_failures": failures,
        "unlock_seconds": unlock if failures else None,
        "window_seconds": window if failures else None,
        "max_age_days": None if oldest is None else oldest // 86_400,
        "min_age_days": (youngest or 0) // 86_400,
        "history": hidden if history is None else max(0, history),
        "forbids_username": complex_,
        "binds_admins": True,
        "second_factor": False,
    }


def _reversible(directory: Directory, entry: Entry, key: str) -> PasswordStorage:
    source = f"{directory.source}: {clean(entry.dn, 120)}"
    return PasswordStorage("reversible", key=f"{key} reversible", source=source, line=entry.line)
