"""Whether a flow of a realm lets anybody pass without a second factor.

Source: server administration guide, authentication flows; DefaultAuthenticationFlow.java. On one
level, where something is required or conditional, alternatives do not count; else one of them is
enough. A conditional part runs for whom its conditions hold, and not at all without a condition.
"""

from collections.abc import Mapping
from typing import Any, Final

from rempart.check import Fact, Unknown, all_of, any_of
from rempart.collectors.text import clean
from rempart.errors import Reason

DEEPEST: Final = 12
CONDITION: Final = "conditional-"
# Conditions that choose some people: who set a factor up, a role, an attribute, an application.
PICKS: Final = frozenset(
    {
        *("conditional-user-configured", "conditional-user-role", "conditional-user-attribute"),
        *("conditional-client-scope", "conditional-user-group"),
    }
)
HARMLESS: Final = (CONDITION, "registration-", "idp-")
CLOSED: Final = "deny-access-authenticator"
CONDITIONAL_OTP: Final = "auth-conditional-otp-form"
FACTORS: Final = frozenset(
    {
        *("auth-otp-form", "webauthn-authenticator", "webauthn-authenticator-passwordless"),
        *("auth-recovery-authn-code-form", "direct-grant-validate-otp", "basic-auth-otp"),
        *("auth-x509-client-username-form", "direct-grant-auth-x509-username", "passkey"),
    }
)
PLAIN: Final = frozenset(
    {
        *("auth-username-password-form", "auth-username-form", "auth-password-form"),
        *("auth-spnego", "basic-auth", "http-basic-authenticator", "no-cookie-redirect"),
        *("direct-grant-validate-username", "direct-grant-validate-password"),
        *("reset-credentials-choose-user", "reset-credential-email", "reset-password"),
        *("reset-otp", "allow-access-authenticator", CONDITIONAL_OTP),
        *("console-username-password", "docker-http-basic-authenticator", "magic-link"),
    }
)
# Ways that lead to where somebody signed in before, or elsewhere: judged there.
ELSEWHERE: Final = frozenset({"auth-cookie", "identity-provider-redirector", "organization"})
Flows = Mapping[str, Mapping[str, Any]]


def flows_of(realm: Mapping[str, Any]) -> Flows | None:
    """A realm's flows by alias; None where it gives none."""
    given = realm.get("authenticationFlows")
    if not isinstance(given, list):
        return None
    return {str(one.get("alias")): one for one in given if isinstance(one, dict)}


def demands(flows: Flows | None, alias: str) -> Fact:
    """Whether everybody who passes a flow shows a second factor."""
    if flows is None:
        return Unknown(Reason.UNRESOLVED, "no authentication flow here")
    return _flow(flows, alias, DEEPEST)


def closed(flows: Flows | None, alias: str) -> Fact:
    """Whether a flow lets nobody pass at all."""
    if flows is None or alias not in flows:
        return demands(flows, alias)
    return any(
        one.get("authenticator") == CLOSED for one in _executions(flows, alias, {"REQUIRED"})
    )


def offers(flows: Flows | None, alias: str) -> bool:
    """Whether those who have set up a factor are asked for it: a condition guards it."""
    if flows is None or alias not in flows:
        return False
    return _offered(flows, alias, DEEPEST)


def uses(flows: Flows | None, alias: str, authenticator: str, depth: int = DEEPEST) -> Fact:
    """Whether an authenticator stands anywhere in a flow that is not turned off."""
    if flows is None or alias not in flows or depth == 0:
        return Unknown(Reason.UNRESOLVED, f"the flow {clean(alias, 40)} is not here")
    parts = _executions(flows, alias, {"REQUIRED", "CONDITIONAL", "ALTERNATIVE"})
    return any_of(
        *(one.get("authenticator") == authenticator for one in parts),
        *(
            uses(flows, str(one["flowAlias"]), authenticator, depth - 1)
            for one in parts
            if one.get("flowAlias")
        ),
    )


def _flow(flows: Flows, alias: str, depth: int) -> Fact:
    if depth == 0:
        return Unknown(Reason.UNRESOLVED, "flows that lead into each other")
    if alias not in flows:
        return Unknown(Reason.UNRESOLVED, f"the flow {clean(alias, 40)} is not here")
    must = _executions(flows, alias, {"REQUIRED", "CONDITIONAL"})
    if must:
        return any_of(*(_one(flows, one, depth) for one in must))
    ways = [
        one
        for one in _executions(flows, alias, {"ALTERNATIVE"})
        if not _leads_elsewhere(flows, one, depth)
    ]
    return all_of(*(_one(flows, one, depth) for one in ways)) if ways else False


def _leads_elsewhere(flows: Flows, execution: Mapping[str, Any], depth: int) -> bool:
    """Whether nobody is let in by an execution itself: a cookie, another provider, their flows."""
    inner = str(execution.get("flowAlias") or "")
    if not inner:
        return execution.get("authenticator") in ELSEWHERE
    if inner not in flows or depth == 0:
        return False
    parts = _executions(flows, inner, {"REQUIRED", "CONDITIONAL", "ALTERNATIVE"})
    return bool(parts) and all(
        str(one.get("authenticator") or "").startswith(CONDITION)
        or _leads_elsewhere(flows, one, depth - 1)
        for one in parts
    )


def _one(flows: Flows, execution: Mapping[str, Any], depth: int) -> Fact:
    """Whether whoever passes one execution showed a factor there."""
    inner = execution.get("flowAlias")
    if inner and execution.get("requirement") == "CONDITIONAL":
        return _conditional(flows, str(inner), depth - 1)
    if inner:
        return _flow(flows, str(inner), depth - 1)
    name = str(execution.get("authenticator") or "")
    if name in FACTORS or name == CLOSED:
        return True
    if name in PLAIN or name in ELSEWHERE or name.startswith(HARMLESS):
        return False
    return Unknown(Reason.UNRESOLVED, f"what {clean(name, 60) or 'an execution'} asks is not known")


def _conditional(flows: Flows, alias: str, depth: int) -> Fact:
    """Whether a conditional part asks everybody: not where it picks people, nor without condition.

    Conditions that follow from what came before (another part ran, a credential was shown) can
    make two parts that ask everybody between them: that is not known here.
    """
    required = _executions(flows, alias, {"REQUIRED"}) if alias in flows else []
    conditions = {
        name for one in required if (name := str(one.get("authenticator"))).startswith(CONDITION)
    }
    if not conditions or conditions & PICKS:
        return False
    if _flow(flows, alias, depth) is False:
        return False
    return Unknown(Reason.UNRESOLVED, f"{clean(', '.join(sorted(conditions)), 80)} decides who")


def _offered(flows: Flows, alias: str, depth: int) -> bool:
    for one in _executions(flows, alias, {"REQUIRED", "CONDITIONAL", "ALTERNATIVE"}):
        inner = str(one.get("flowAlias") or "")
        if inner in flows and depth and _offered(flows, inner, depth - 1):
            return True
        if one.get("authenticator") in FACTORS or one.get("authenticator") == CONDITIONAL_OTP:
            return True
    return False


def _executions(flows: Flows, alias: str, wanted: set[str]) -> list[Mapping[str, Any]]:
    given = flows[alias].get("authenticationExecutions")
    listed = given if isinstance(given, list) else []
    return [one for one in listed if isinstance(one, dict) and one.get("requirement") in wanted]
