"""The password policies of FreeIPA (Red Hat IdM): a global one, and those of groups.

Source: FreeIPA 4.9, ipa-pwpolicy(1) and the schema 60kerberos.ldif, 60ipapwpolicy: spans are
seconds, `krbPwdMinDiffChars` counts classes, a length of zero or a lock of zero failures is none.
"""

from collections.abc import Iterator
from typing import Final

from rempart.check import Observation
from rempart.collectors.directory.entries import Directory, Entry, short
from rempart.collectors.text import clean
from rempart.observations.directories import DirectoryPolicies
from rempart.observations.passwords import PasswordPolicy

RULES: Final = (
    *("objectClass", "cn", "krbPwdMinLength", "krbPwdMinDiffChars", "krbPwdHistoryLength"),
    *("krbMaxPwdLife", "krbMinPwdLife", "krbPwdMaxFailure", "krbPwdFailureCountInterval"),
    *("krbPwdLockoutDuration", "ipaPwdDictCheck", "ipaPwdUserCheck"),
)
PRODUCT: Final = "FreeIPA"
GLOBAL: Final = "global_policy"
DAY: Final = 86_400


def policies_of(directory: Directory, base: str) -> tuple[Entry, ...]:
    """The policies of a FreeIPA domain; none of another directory."""
    return tuple(directory.entries(base, ("krbPwdPolicy",), RULES))


def policies(directory: Directory, base: str, found: tuple[Entry, ...]) -> Iterator[Observation]:
    """That policies are applied, and what each asks."""
    key = clean(base, 80)
    names = [_name(one) for one in found]
    default = GLOBAL if GLOBAL in names else ""
    source = f"{directory.source}: {key}"
    yield DirectoryPolicies(PRODUCT, True, default, len(found), key=key, source=source)
    for entry, name in zip(found, names, strict=True):
        yield _policy(entry, name, directory.source)


def _name(entry: Entry) -> str:
    return clean(entry.text("cn") or short(entry.dn), 80)


def _policy(entry: Entry, name: str, source: str) -> PasswordPolicy:
    failures = entry.number("krbpwdmaxfailure") or None
    oldest = entry.number("krbmaxpwdlife")
    return PasswordPolicy(
        min_length=max(0, entry.number("krbpwdminlength") or 0),
        max_length=None,
        min_classes=min(4, max(0, entry.number("krbpwdmindiffchars") or 0)),
        lower=0,
        upper=0,
        digits=0,
        specials=0,
        dictionary=entry.true("ipapwddictcheck"),
        max_failures=failures,
        unlock_seconds=(entry.number("krbpwdlockoutduration") or None) if failures else None,
        max_age_days=max(1, oldest // DAY) if oldest else None,
        binds_admins=True,
        second_factor=False,
        window_seconds=(entry.number("krbpwdfailurecountinterval") or None) if failures else None,
        min_age_days=(entry.number("krbminpwdlife") or 0) // DAY,
        history=max(0, entry.number("krbpwdhistorylength") or 0),
        forbids_username=entry.true("ipapwdusercheck"),
        bound="" if name == GLOBAL else name,
        key=f"pwpolicy {name}",
        source=f"{source}: {clean(entry.dn, 120)}",
        line=entry.line,
    )
