"""An organisation at Okta, from answers of its management API saved as JSON files.

Sources: Okta Policy API (PASSWORD, OKTA_SIGN_ON and ACCESS_POLICY policies and their rules) and
Apps API. Answers are told by what they hold, not by their file's name.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap, Observation, Seen, Unknown
from rempart.collectors.identity.saved import Saved, listed, part, sorted_out, whole, words
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.clients import LoginClient
from rempart.observations.identity import SelfService, SignInFlow
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn

ORGANISATION: Final = "organisation"
MINUTES_A_DAY: Final = 1_440


def organisation(path: Path) -> Iterator[Observation | Gap]:
    """What the saved answers decide; a gap for what none of them says."""
    good, unread = sorted_out(path)
    yield from unread
    factor, why, where = _factor(good)
    policies = list(_policies(good, factor))
    yield from policies
    if not policies:
        detail = "no answer of GET /api/v1/policies?type=PASSWORD"
        yield Gap(PasswordPolicy.__name__, Reason.UNRESOLVED, detail)
    source = where or (good[0] if good else Saved("export"))
    yield SignIn("factor", factor, why, **source.stamp(ORGANISATION))
    yield from _rules_without(good)
    yield from _clients(good)
    yield from _recovery(good)


def _active(saved: list[Saved], *types: str) -> Iterator[tuple[Saved, Mapping[str, Any]]]:
    """Policies and rules of these types that are in force."""
    for one in saved:
        for entry in listed(one.value):
            if entry.get("type") in types and entry.get("status", "ACTIVE") == "ACTIVE":
                yield one, entry


def _policies(saved: list[Saved], factor: Seen[bool]) -> Iterator[Observation]:
    for one, entry in _active(saved, "PASSWORD"):
        asked = part(entry, "settings", "password")
        if not isinstance(asked, dict):
            continue
        name = clean(str(entry.get("name") or ""), 80)
        attempts = whole(part(asked, "lockout", "maxAttempts"))
        minutes = whole(part(asked, "lockout", "autoUnlockMinutes"))
        groups = words(part(entry, "conditions", "people", "groups", "include"))
        yield PasswordPolicy(
            min_length=whole(part(asked, "complexity", "minLength"), 8),
            max_length=72,
            min_classes=0,
            lower=whole(part(asked, "complexity", "minLowerCase")),
            upper=whole(part(asked, "complexity", "minUpperCase")),
            digits=whole(part(asked, "complexity", "minNumber")),
            specials=whole(part(asked, "complexity", "minSymbol")),
            dictionary=part(asked, "complexity", "dictionary", "common", "exclude") is True,
            max_failures=attempts or None,
            unlock_seconds=minutes * 60 or None if attempts else None,
            window_seconds=None,
            max_age_days=whole(part(asked, "age", "maxAgeDays")) or None,
            min_age_days=whole(part(asked, "age", "minAgeMinutes")) // MINUTES_A_DAY,
            history=whole(part(asked, "age", "historyCount")),
            forbids_username=part(asked, "complexity", "excludeUsername") is True,
            binds_admins=True,
            second_factor=factor,
            bound=f"{len(groups)} groups" if groups and entry.get("system") is not True else "",
            **one.stamp(f"password policy {name}"),
        )


def _factor(saved: list[Saved]) -> tuple[Seen[bool], str, Saved | None]:
    """Whether every rule that lets people in demands a second factor."""
    for kind in ("SIGN_ON", "ACCESS_POLICY"):
        rules = [(one, rule) for one, rule in _active(saved, kind) if _lets_in(rule)]
        if rules and all(_demands(rule) for _, rule in rules):
            return True, f"every {kind} rule demands a second factor", rules[0][0]
    open_ = [(one, rule) for one, rule in _rules(saved) if not _demands(rule)]
    if open_:
        one, rule = open_[0]
        name = clean(str(rule.get("name") or ""), 60)
        return False, f"the rule {name} lets people in with one factor", one
    why = "no answer of GET /api/v1/policies/ID/rules"
    return Unknown(Reason.UNRESOLVED, why), why, None


def _rules(saved: list[Saved]) -> Iterator[tuple[Saved, Mapping[str, Any]]]:
    """Rules that let somebody in."""
    for one, rule in _active(saved, "SIGN_ON", "ACCESS_POLICY"):
        if _lets_in(rule):
            yield one, rule


def _lets_in(rule: Mapping[str, Any]) -> bool:
    """Whether a rule lets people in: policies of the same types have no actions."""
    access = part(rule, "actions", "signon", "access") or part(
        rule, "actions", "appSignOn", "access"
    )
    return str(access) == "ALLOW"


def _demands(rule: Mapping[str, Any]) -> bool:
    if part(rule, "actions", "signon", "requireFactor") is True:
        return True
    return str(part(rule, "actions", "appSignOn", "verificationMethod", "factorMode")) == "2FA"


def _rules_without(saved: list[Saved]) -> Iterator[Observation]:
    """Access rules of single applications that ask for one factor where others ask for two."""
    for one, rule in _active(saved, "ACCESS_POLICY"):
        if _lets_in(rule):
            name = clean(str(rule.get("name") or ""), 80)
            yield SignInFlow(
                "rule",
                _demands(rule),
                False,
                (name,),
                f"access rule {name}",
                **one.stamp(f"access rule {name}"),
            )


def _clients(saved: list[Saved]) -> Iterator[Observation | Gap]:
    """Applications that sign people in by OpenID Connect."""
    entries = [(one, entry) for one in saved for entry in listed(one.value)]
    if not any("signOnMode" in entry for _, entry in entries):
        why = "no answer of GET /api/v1/apps"
        yield Gap(LoginClient.__name__, Reason.UNRESOLVED, why)
    for one, entry in entries:
        asked = part(entry, "settings", "oauthClient")
        if not isinstance(asked, dict) or entry.get("status", "ACTIVE") != "ACTIVE":
            continue
        grants = words(asked.get("grant_types"))
        own = part(entry, "credentials", "oauthClient")
        name = clean(str(entry.get("label") or entry.get("name") or ""), 80)
        yield LoginClient(
            tuple(clean(each, 200) for each in words(asked.get("redirect_uris"))),
            part(own, "token_endpoint_auth_method") == "none",
            part(own, "pkce_required") is True,
            "password" in grants,
            "implicit" in grants,
            **one.stamp(f"client {name}"),
        )


def _recovery(saved: list[Saved]) -> Iterator[Observation]:
    """Whether a forgotten password is renewed by mail or telephone alone."""
    found = [
        (one, factors)
        for one, entry in _active(saved, "PASSWORD")
        if isinstance(factors := part(entry, "settings", "recovery", "factors"), dict)
    ]
    if found:
        resets = any(
            part(factors, name, "status") == "ACTIVE"
            for _, factors in found
            for name in ("okta_email", "okta_sms", "okta_call")
        )
        yield SelfService(False, resets, True, **found[0][0].stamp(ORGANISATION))
