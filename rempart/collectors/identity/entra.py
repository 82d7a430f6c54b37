"""A tenant of Entra ID, from answers of Microsoft Graph saved as JSON files.

Sources: Microsoft Graph v1.0 reference (authorizationPolicy, groupSettings "Password Rule
Settings", domains, conditionalAccessPolicy, identitySecurityDefaultsEnforcementPolicy,
authenticationMethodsPolicy); the password policy of cloud accounts is Microsoft's own: 8 to 256
characters of three of four classes, a list of refused ones, a lock after ten failures.
Answers are told by what they hold, not by their file's name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.identity.device_codes import device_codes
from rempart.collectors.identity.saved import Saved, listed, part, sorted_out, whole, words
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.clients import LoginClient
from rempart.observations.identity import SelfService, SignInFlow
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn

NEVER: Final = 2_147_483_647
EVERYBODY: Final = "All"
FACTOR: Final = "mfa"
LEGACY: Final = frozenset({"exchangeActiveSync", "other"})
TENANT: Final = "tenant"
DAYS: Final = "passwordValidityPeriodInDays"


def tenant(path: Path) -> Iterator[Observation | Gap]:
    """What the saved answers decide; a gap for what none of them says."""
    good, unread = sorted_out(path)
    yield from unread
    yield _policy(good)
    yield from _factor(good)
    yield from _registration(good)
    yield from _applications(good)
    for one in good:
        yield from device_codes(one)


def _policy(saved: list[Saved]) -> PasswordPolicy:
    """Microsoft's rules with what the tenant may set of them."""
    where, settings = _rules(saved)
    domains, ages = _ages(saved)
    source = where or domains or (saved[0] if saved else Saved("export"))
    failures, seconds = _lock(saved, settings)
    return PasswordPolicy(
        min_length=8,
        max_length=256,
        min_classes=3,
        lower=0,
        upper=0,
        digits=0,
        specials=0,
        dictionary=True,  # the global list, which nobody can turn off for cloud accounts
        max_failures=failures,
        unlock_seconds=seconds,
        window_seconds=None,
        max_age_days=ages,
        min_age_days=0,
        history=1,
        forbids_username=True,
        binds_admins=True,
        second_factor=_demanded(saved)[0],
        **source.stamp(f"{TENANT} cloud accounts"),
    )


def _lock(
    saved: list[Saved], settings: Mapping[str, str]
) -> tuple[Seen[int | None], Seen[int | None]]:
    """Failures and seconds of the lock: the tenant's, Microsoft's own where it set none."""
    asked = any("ettings" in str(part(one.value, "@odata.context") or "") for one in saved)
    if not settings and not asked:
        unseen = Unknown(Reason.UNRESOLVED, "no answer of GET /groupSettings")
        return unseen, unseen
    failures = whole(settings.get("LockoutThreshold"), 10)
    return failures or None, whole(settings.get("LockoutDurationInSeconds"), 60) or None


def _rules(saved: list[Saved]) -> tuple[Saved | None, Mapping[str, str]]:
    """The setting "Password Rule Settings" as names and values."""
    for one in saved:
        for entry in listed(one.value):
            values = entry.get("values")
            if entry.get("displayName") == "Password Rule Settings" and isinstance(values, list):
                named = [each for each in values if isinstance(each, dict)]
                return one, {str(each.get("name")): str(each.get("value")) for each in named}
    return None, {}


def _ages(saved: list[Saved]) -> tuple[Saved | None, Seen[int | None]]:
    """Days a password of the tenant's domains lives; the shortest of them."""
    found: list[int | None] = []
    where = None
    for one in saved:
        for entry in listed(one.value):
            if DAYS in entry:
                where = one
                found.append(None if entry[DAYS] == NEVER else whole(entry[DAYS], 90))
    if where is None:
        return None, Unknown(Reason.UNRESOLVED, "no answer of GET /domains")
    limited = [days for days in found if days]
    return where, min(limited) if limited else None


def _factor(saved: list[Saved]) -> Iterator[Observation]:
    demanded, why, where = _demanded(saved)
    source = where or (saved[0] if saved else Saved("export"))
    yield SignIn("factor", demanded, why, **source.stamp(TENANT))
    for one in saved:
        for policy in _conditional(one):
            if _blocks_legacy(policy):
                name = clean(str(policy.get("displayName") or ""), 80)
                yield SignInFlow(
                    "rule", True, True, (), name, **one.stamp(f"{TENANT} legacy sign-in")
                )
                return
    if any(list(_conditional(one)) for one in saved):
        defaults = _security_defaults(saved)[0]
        yield SignInFlow(
            "rule",
            defaults,
            defaults,
            ("legacy clients",),
            "no policy blocks legacy authentication",
            **source.stamp(f"{TENANT} legacy sign-in"),
        )


def _demanded(saved: list[Saved]) -> tuple[Seen[bool], str, Saved | None]:
    """Whether everybody shows a second factor: defaults, or a policy for all."""
    defaults, where = _security_defaults(saved)
    if defaults is True:
        return True, "security defaults are on", where
    known = False
    nearly = ""
    for one in saved:
        for policy in _conditional(one):
            known, where = True, where or one
            if not _asks_factor(policy):
                continue
            name = clean(str(policy.get("displayName") or ""), 80)
            left = _left_out(policy)
            if not left:
                return True, f"{name} demands a second factor", one
            nearly = f"{name} leaves out {left}"
    if known:
        return False, nearly or "no policy demands a second factor of everybody", where
    why = "no answer of GET /identity/conditionalAccess/policies"
    return Unknown(Reason.UNRESOLVED, why), why, where


def _security_defaults(saved: list[Saved]) -> tuple[bool, Saved | None]:
    for one in saved:
        for entry in listed(one.value):
            context = str(part(one.value, "@odata.context") or "")
            named = entry.get("displayName") == "Security Defaults"
            if "isEnabled" in entry and (named or "SecurityDefaults" in context):
                return entry["isEnabled"] is True, one
    return False, None


def _conditional(one: Saved) -> Iterator[Mapping[str, Any]]:
    """The conditional access policies in an answer."""
    for entry in listed(one.value):
        if "grantControls" in entry and isinstance(entry.get("conditions"), dict):
            yield entry


def _asks_factor(policy: Mapping[str, Any]) -> bool:
    """Whether an enabled policy makes a second factor a must."""
    chosen = words(part(policy, "grantControls", "builtInControls"))
    strength = part(policy, "grantControls", "authenticationStrength")
    either = str(part(policy, "grantControls", "operator") or "OR").upper() == "OR"
    asked = bool(strength) or (FACTOR in chosen and (len(chosen) == 1 or not either))
    return policy.get("state") == "enabled" and asked


def _left_out(policy: Mapping[str, Any]) -> str:
    """Whom or what a policy leaves out, in words; empty where it holds for everybody."""
    conditions = policy["conditions"]
    users = conditions.get("users")
    found = []
    if EVERYBODY not in words(part(users, "includeUsers")):
        found.append("users")
    if EVERYBODY not in words(part(conditions, "applications", "includeApplications")):
        found.append("applications")
    if part(conditions, "applications", "excludeApplications"):
        found.append("excluded applications")
    groups = part(users, "excludeGroups") or part(users, "excludeRoles")
    people = words(part(users, "excludeUsers"))
    if groups or len(people) > 2:  # two accounts for emergencies are usual
        found.append("excluded people")
    for name in ("locations", "platforms", "devices"):
        if part(conditions, name):
            found.append(name)
    types = words(part(conditions, "clientAppTypes")) or ("all",)
    if "all" not in types and not {"browser", "mobileAppsAndDesktopClients"} <= set(types):
        found.append("client types")
    if part(conditions, "userRiskLevels") or part(conditions, "signInRiskLevels"):
        found.append("low risk")
    return ", ".join(found)


def _blocks_legacy(policy: Mapping[str, Any]) -> bool:
    conditions = policy["conditions"]
    types = set(words(part(conditions, "clientAppTypes")))
    controls = words(part(policy, "grantControls", "builtInControls"))
    everybody = EVERYBODY in words(part(conditions, "users", "includeUsers"))
    enabled = policy.get("state") == "enabled"
    return enabled and "block" in controls and types >= LEGACY and everybody


def _applications(saved: list[Saved]) -> Iterator[Observation | Gap]:
    """Applications registered in the tenant that sign people in."""
    seen = False
    for one in saved:
        for entry in listed(one.value):
            if "appId" not in entry or not isinstance(entry.get("web"), dict):
                continue
            seen = True
            web = words(part(entry, "web", "redirectUris"))
            browser = words(part(entry, "spa", "redirectUris"))
            installed = words(part(entry, "publicClient", "redirectUris"))
            implicit = part(entry, "web", "implicitGrantSettings", "enableAccessTokenIssuance")
            yield LoginClient(
                tuple(clean(each, 200) for each in (*web, *browser, *installed)),
                bool(browser or installed) or entry.get("isFallbackPublicClient") is True,
                bool(browser) and not installed,  # the platform demands it of browsers alone
                entry.get("isFallbackPublicClient") is True,
                implicit is True,
                **one.stamp(f"client {clean(str(entry.get('displayName') or ''), 80)}"),
            )
    if not seen:
        why = "no answer of GET /applications"
        yield Gap(LoginClient.__name__, Reason.UNRESOLVED, why)


def _registration(saved: list[Saved]) -> Iterator[Observation | Gap]:
    """What people may do alone, from the authorization policy."""
    for one in saved:
        for entry in listed(one.value):
            if "allowedToUseSSPR" in entry:
                yield SelfService(
                    entry.get("allowEmailVerifiedUsersToJoinOrganization") is True
                    or entry.get("allowedToSignUpEmailBasedSubscriptions") is True,
                    entry.get("allowedToUseSSPR") is True,
                    True,
                    **one.stamp(TENANT),
                )
                return
    why = "no answer of GET /policies/authorizationPolicy"
    yield Gap(SelfService.__name__, Reason.UNRESOLVED, why)
