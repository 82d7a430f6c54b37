"""A realm's policy text and flows, as Keycloak itself takes them."""

from typing import Any

import pytest

from rempart.check import Unknown
from rempart.collectors.keycloak.flows import demands, flows_of
from rempart.collectors.keycloak.policy import hashing, parsed
from rempart.collectors.keycloak.realm import observations, second_factor
from rempart.observations.identity import (
    OtpPolicy,
    SecurityKeys,
    SelfService,
    SignInEvents,
    SignInFlow,
)
from rempart.observations.passwords import PasswordPolicy, PasswordStorage
from rempart.observations.transit import Transit


class Place:
    """Nowhere in particular."""

    def stamp(self, key: str) -> dict[str, Any]:
        return {"key": key, "source": "realm.json", "line": None, "end_line": None}


def seen(**realm: Any) -> list[Any]:
    return list(observations({"realm": "pro", **realm}, lambda *_: Place()))


def of(found: list[Any], kind: type) -> list[Any]:
    return [one for one in found if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("length(12)", {"length": "12"}),
        ("length(12) and notUsername", {"length": "12", "notUsername": ""}),
        ("notUsername(undefined) and digits(2)", {"notUsername": "undefined", "digits": "2"}),
        ("length", {"length": ""}),
        (
            "regexPattern(^(?=.*[a-z]) and (x)$) and length(9)",
            {"regexPattern": "^(?=.*[a-z]) and (x)$", "length": "9"},
        ),
        ("length(9) and regexPattern((a)(b))", {"length": "9", "regexPattern": "(a)(b)"}),
        ("newRule(3) and length(9)", {"newRule": "3", "length": "9"}),
        ("", {}),
        (None, {}),
    ],
)
def test_a_policy_text_is_taken_apart(text: str | None, given: dict[str, str]) -> None:
    found = parsed(text)
    assert (found.fault, found.given) == ("", given)


@pytest.mark.parametrize(
    "text", ["length(8)digits(1)", "length(8", "length(8) digits(1)", "))", "length(8) and )"]
)
def test_a_malformed_policy_decides_nothing(text: str) -> None:
    found = parsed(text)
    assert found.fault
    assert isinstance(found.number("length"), Unknown)
    (policy,) = of(seen(passwordPolicy=text), PasswordPolicy)
    assert isinstance(policy.min_length, Unknown)
    assert isinstance(policy.max_age_days, Unknown)


def test_a_rule_without_its_figure_has_the_servers_own() -> None:
    found = parsed("length and passwordHistory and forceExpiredPasswordChange(x)")
    assert found.number("length") == 8
    assert found.number("passwordHistory") == 3
    assert found.number("forceExpiredPasswordChange") == 365
    assert found.number("maxLength", None) is None


@pytest.mark.parametrize(
    ("text", "version", "scheme", "cost"),
    [
        ("", "26.0.5", "argon2id", 5),
        ("", "24.0.1", "pbkdf2-sha512", 210_000),
        ("", "18.0.0", "pbkdf2-sha256", 27_500),
        ("hashIterations(1000)", "18.0.0", "pbkdf2-sha256", 1000),
        ("hashAlgorithm(pbkdf2) and hashIterations(20000)", None, "pbkdf2-sha1", 20_000),
        ("hashAlgorithm(argon2)", None, "argon2id", 5),
    ],
)
def test_new_passwords_are_hashed_as_policy_or_version_say(
    text: str, version: str | None, scheme: str, cost: int
) -> None:
    assert hashing(parsed(text), version) == (scheme, cost)


def test_without_a_version_the_hash_is_not_known() -> None:
    (storage,) = of(seen(), PasswordStorage)
    assert isinstance(storage.scheme, Unknown)


def flow(alias: str, *executions: tuple[str, str]) -> dict[str, Any]:
    """A flow of authenticators, or of flows written `>alias`."""
    return {
        "alias": alias,
        "authenticationExecutions": [
            {"flowAlias": name[1:], "requirement": word}
            if name.startswith(">")
            else {"authenticator": name, "requirement": word}
            for name, word in executions
        ],
    }


REQ = "REQUIRED"
FORMS = flow(
    "forms",
    ("auth-username-password-form", "REQUIRED"),
    ("auth-otp-form", "REQUIRED"),
)
CONDITIONAL = [
    flow("forms", ("auth-username-password-form", "REQUIRED"), (">otp", "CONDITIONAL")),
    flow("otp", ("conditional-user-configured", "REQUIRED"), ("auth-otp-form", "REQUIRED")),
]


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([flow("browser", ("auth-cookie", "ALTERNATIVE"), (">forms", "ALTERNATIVE")), FORMS], True),
        ([flow("browser", (">forms", "ALTERNATIVE")), *CONDITIONAL], False),
        # another alternative asks for the password alone
        (
            [
                flow("browser", (">forms", "ALTERNATIVE"), (">old", "ALTERNATIVE")),
                FORMS,
                flow("old", ("auth-username-password-form", "REQUIRED")),
            ],
            False,
        ),
        # alternatives do not count beside what is required
        (
            [flow("browser", ("auth-spnego", "ALTERNATIVE"), (">forms", "REQUIRED")), FORMS],
            True,
        ),
        # what the server brings since 26 for organisations lets nobody in by itself
        (
            [
                flow("browser", (">org", "ALTERNATIVE"), (">forms", "ALTERNATIVE")),
                FORMS,
                flow("org", (">org if", "CONDITIONAL")),
                flow(
                    "org if",
                    ("conditional-user-configured", "REQUIRED"),
                    ("organization", "ALTERNATIVE"),
                ),
            ],
            True,
        ),
        # two parts that may ask everybody between them
        (
            [
                flow("browser", ("auth-password-form", "REQUIRED"), (">later", "CONDITIONAL")),
                flow(
                    "later", ("conditional-credential", "REQUIRED"), ("auth-otp-form", "REQUIRED")
                ),
            ],
            None,
        ),
        # a conditional part without a condition runs for nobody
        (
            [
                flow("browser", ("auth-password-form", "REQUIRED"), (">later", "CONDITIONAL")),
                flow("later", ("auth-otp-form", "REQUIRED")),
            ],
            False,
        ),
        ([flow("browser", ("auth-username-password-form", "REQUIRED"))], False),
        ([flow("browser", ("auth-otp-form", "DISABLED"))], False),
        ([flow("browser", ("webauthn-authenticator", "REQUIRED"))], True),
        ([flow("browser", ("deny-access-authenticator", "REQUIRED"))], True),
        ([flow("browser")], False),
        ([], None),
        ([flow("browser", (">gone", "REQUIRED"))], None),
        ([flow("browser", ("sms-of-our-own", "REQUIRED"))], None),
        ([flow("browser", (">browser", "REQUIRED"))], None),
    ],
)
def test_a_flow_demands_a_factor_where_nobody_passes_without(
    flows: list[Any], expected: bool | None
) -> None:
    found = demands(flows_of({"authenticationFlows": flows}), "browser")
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_a_factor_everybody_sets_up_counts_where_it_is_asked_for() -> None:
    action = [{"alias": "CONFIGURE_TOTP", "enabled": True, "defaultAction": True}]
    browser = flow("browser", (">forms", "ALTERNATIVE"))
    asked = {"requiredActions": action, "authenticationFlows": [browser, *CONDITIONAL]}
    assert second_factor(asked)[0] is True
    plain = flow("browser", ("auth-username-password-form", "REQUIRED"))
    assert second_factor({**asked, "authenticationFlows": [plain]})[0] is False
    direct = [
        flow("direct grant", ("direct-grant-validate-password", "REQUIRED"), (">d", "CONDITIONAL")),
        flow("d", ("conditional-user-configured", "REQUIRED"), ("direct-grant-validate-otp", REQ)),
    ]
    clients = [{"clientId": "batch", "directAccessGrantsEnabled": True}]
    whole = {**asked, "authenticationFlows": [browser, *CONDITIONAL, *direct], "clients": clients}
    ways = {one.way: one.factor for one in of(seen(**whole), SignInFlow)}
    assert ways["direct grant"] is True  # whoever set the code up is asked for it there too
    off = [{**action[0], "enabled": False}]
    assert second_factor({**asked, "requiredActions": off})[0] is False


def test_side_doors_are_told_with_those_who_may_use_them() -> None:
    direct = flow(
        "direct grant",
        ("direct-grant-validate-username", "REQUIRED"),
        ("direct-grant-validate-password", "REQUIRED"),
    )
    shut = {**flow("shut", ("deny-access-authenticator", "REQUIRED")), "id": "77"}
    clients = [
        {"clientId": "batch", "directAccessGrantsEnabled": True},
        {"clientId": "web", "authenticationFlowBindingOverrides": {"browser": "77"}},
        {"clientId": "off", "enabled": False, "directAccessGrantsEnabled": True},
    ]
    found = of(seen(authenticationFlows=[direct, shut], clients=clients), SignInFlow)
    told = {one.way: (one.factor, one.closed, one.clients) for one in found}
    assert told["direct grant"] == (False, False, ("batch",))
    assert told["client"] == (True, True, ("web",))
    assert told["reset"][2] == ()


def test_switches_codes_and_events_are_read() -> None:
    found = seen(
        registrationAllowed=True,
        resetPasswordAllowed=True,
        otpPolicyDigits=8,
        otpPolicyCodeReusable=True,
        eventsEnabled=True,
        eventsExpiration=86400,
        failureFactor=True,
        bruteForceProtected=True,
    )
    (alone,) = of(found, SelfService)
    assert (alone.registers, alone.resets, alone.verified_mail) == (True, True, False)
    (codes,) = of(found, OtpPolicy)
    assert (codes.digits, codes.algorithm, codes.reusable) == (8, "HmacSHA1", True)
    (events,) = of(found, SignInEvents)
    assert (events.sign_ins, events.admin, events.kept_seconds) == (True, False, 86400)
    (policy,) = of(found, PasswordPolicy)
    assert policy.max_failures == 30  # a truth value is no figure


def test_directories_a_realm_takes_people_from_are_told() -> None:
    stores = [
        {"name": "a", "providerId": "ldap", "config": {"connectionUrl": ["ldaps://a ldaps://b"]}},
        {"name": "b", "providerId": "ldap", "config": {"connectionUrl": ["ldap://b"]}},
        {"name": "c", "providerId": "ldap", "config": {"startTls": ["true"]}},
        {"name": "d", "providerId": "ldap", "config": {"enabled": ["false"]}},
        {"name": "e", "providerId": "kerberos"},
        3,
    ]
    found = seen(components={"org.keycloak.storage.UserStorageProvider": stores})
    told = {one.key: one.enforced for one in of(found, Transit)}
    assert told == {
        "realm pro": True,
        "realm pro federation a": True,
        "realm pro federation b": False,
        "realm pro federation c": True,
    }
    assert of(found, PasswordPolicy)[0].bound == "accounts of its own"
    assert of(seen(components=3), PasswordPolicy)[0].bound == ""


def test_keys_that_stand_for_the_password_are_told_with_what_they_ask() -> None:
    browser = [
        flow("browser", ("auth-cookie", "ALTERNATIVE"), (">in", "ALTERNATIVE")),
        flow("in", ("webauthn-authenticator-passwordless", "ALTERNATIVE"), (">off", "DISABLED")),
    ]
    (keys,) = of(seen(authenticationFlows=browser), SecurityKeys)
    assert (keys.alone, keys.verification) == (True, "not specified")
    asked = {"webAuthnPolicyPasswordlessUserVerificationRequirement": "required"}
    (keys,) = of(seen(authenticationFlows=[flow("browser")], **asked), SecurityKeys)
    assert (keys.alone, keys.verification) == (False, "required")
    (keys,) = of(seen(), SecurityKeys)
    assert isinstance(keys.alone, Unknown)
