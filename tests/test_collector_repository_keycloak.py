"""Realms of Keycloak as they are exported."""

import json
from typing import Any

import pytest

from rempart.check import Observation, Unknown
from rempart.collectors.repository.keycloak import keycloak
from rempart.errors import ContentErrors
from rempart.observations.clients import LoginClient
from rempart.observations.exposure import LiteralSecret
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit


def seen(**realm: Any) -> list[Observation]:
    whole = {"realm": "payer", "sslRequired": "external", **realm}
    return list(keycloak("realm.json", json.dumps(whole, indent=1).encode()))


def of(found: list[Observation], type_: type[Observation]) -> list[Any]:
    return [one for one in found if isinstance(one, type_)]


def test_the_password_policy_is_read_rule_by_rule() -> None:
    text = "length(14) and digits(1) and upperCase(2) and specialChars and passwordBlacklist(x)"
    (policy,) = of(
        seen(passwordPolicy=text, bruteForceProtected=True, failureFactor=5), PasswordPolicy
    )
    assert (policy.min_length, policy.digits, policy.upper, policy.specials) == (14, 1, 2, 1)
    assert (policy.lower, policy.dictionary, policy.max_failures) == (0, True, 5)
    assert policy.unlock_seconds == 60
    (weak,) = of(seen(), PasswordPolicy)
    assert (weak.min_length, weak.max_failures, weak.max_age_days) == (0, None, None)


@pytest.mark.parametrize(("word", "good"), [("all", True), ("external", True), ("none", False)])
def test_tls_is_asked_as_the_realm_says(word: str, good: bool) -> None:
    (transit,) = of(seen(sslRequired=word), Transit)
    assert (transit.enforced, transit.kind, transit.key) == (good, "identity", "realm payer")


def flow(authenticator: str, requirement: str) -> list[dict[str, Any]]:
    inner = {"authenticator": authenticator, "requirement": requirement}
    return [
        {
            "alias": "browser",
            "authenticationExecutions": [{"flowAlias": "forms", "requirement": "ALTERNATIVE"}],
        },
        {"alias": "forms", "authenticationExecutions": [inner]},
    ]


def test_a_second_factor_is_demanded_by_a_flow_or_an_action() -> None:
    action = [{"alias": "CONFIGURE_TOTP", "defaultAction": True}]
    cases = [
        ({"requiredActions": action}, True),
        ({"authenticationFlows": flow("auth-otp-form", "REQUIRED")}, True),
        ({"authenticationFlows": flow("auth-otp-form", "DISABLED")}, False),
        ({"authenticationFlows": flow("auth-username-password-form", "REQUIRED")}, False),
    ]
    for realm, expected in cases:
        (factor,) = of(seen(**realm), SignIn)
        assert factor.guarded is expected
    (factor,) = of(seen(), SignIn)
    assert isinstance(factor.guarded, Unknown)


def test_clients_are_told_with_their_redirects_and_secrets() -> None:
    clients = [
        {"clientId": "open", "redirectUris": ["*"], "publicClient": True, "secret": "Zulu77horse"},
        {
            "clientId": "shut",
            "redirectUris": ["https://a.example/cb"],
            "publicClient": True,
            "attributes": {"pkce.code.challenge.method": "S256"},
            "secret": "**********",
        },
        {"clientId": "api", "bearerOnly": True},
        {"clientId": "off", "enabled": False, "redirectUris": ["*"]},
    ]
    found = seen(clients=clients, smtpServer={"password": "Zulu77horse"})
    told = {one.key: (one.redirects, one.pkce) for one in of(found, LoginClient)}
    assert told == {
        "realm payer client open": (("*",), False),
        "realm payer client shut": (("https://a.example/cb",), True),
    }
    assert {one.key for one in of(found, LiteralSecret)} == {
        "realm payer client open.secret",
        "realm payer.smtpServer.password",
    }
    assert "Zulu77" not in repr(found)


def test_other_json_says_nothing_and_broken_json_is_said() -> None:
    assert list(keycloak("a.json", b'{"realm": "x"}')) == []
    assert list(keycloak("a.json", b'["realm", "sslRequired"]')) == []
    with pytest.raises(ContentErrors):
        list(keycloak("a.json", b'{"realm": "x", "sslRequired": ' + b"[" * 5_000))


def test_odd_values_are_passed_over() -> None:
    seen(authenticationFlows=[{"alias": "browser", "authenticationExecutions": 3}])
    found = seen(clients=[3, {}], authenticationFlows=[1], requiredActions=3, passwordPolicy=3)
    assert of(found, PasswordPolicy)[0].min_length == 0
