"""Answers that a person saved from Entra ID, Okta and AWS."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Reason, Unknown
from rempart.errors import Unreachable
from rempart.inventory.subjects import Identity
from rempart.observations.clients import LoginClient
from rempart.observations.identity import KeyAge, SelfService, SignInFlow
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from tests.test_collector_identity import gaps, looked_at, of

GRAPH = "https://graph.microsoft.com/v1.0/$metadata#"


def everybody(**more: Any) -> dict[str, Any]:
    """A policy that demands a second factor of everybody everywhere."""
    conditions = {
        "users": {"includeUsers": ["All"], "excludeUsers": ["break-glass-1"]},
        "applications": {"includeApplications": ["All"]},
        "clientAppTypes": ["all"],
        **more,
    }
    return {
        "displayName": "MFA",
        "state": "enabled",
        "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }


def tenant(folder: Path, **answers: Any) -> list[Any]:
    for name, value in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8-sig")
    return looked_at(Identity(id="tenant", entra=folder))


def test_a_tenant_of_entra_id_is_read_from_saved_answers(tmp_path: Path) -> None:
    found = tenant(
        tmp_path,
        domains={"value": [{"id": "payer.example", "passwordValidityPeriodInDays": 2147483647}]},
        settings={
            "@odata.context": f"{GRAPH}groupSettings",
            "value": [
                {
                    "displayName": "Password Rule Settings",
                    "values": [
                        {"name": "LockoutThreshold", "value": "5"},
                        {"name": "LockoutDurationInSeconds", "value": "900"},
                    ],
                }
            ],
        },
        policies={"value": [everybody()]},
        authorization={"allowedToUseSSPR": True},
    )
    (policy,) = of(found, PasswordPolicy)
    assert (policy.min_length, policy.min_classes, policy.max_length) == (8, 3, 256)
    assert (policy.max_failures, policy.unlock_seconds, policy.max_age_days) == (5, 900, None)
    assert policy.second_factor is True
    (factor,) = of(found, SignIn)
    assert (factor.guarded, factor.setting) == (True, "MFA demands a second factor")
    (legacy,) = of(found, SignInFlow)
    assert (legacy.closed, legacy.clients) == (False, ("legacy clients",))
    assert of(found, SelfService)[0].resets is True
    assert gaps(found) == {"LoginClient": Reason.UNRESOLVED}


@pytest.mark.parametrize(
    "policy",
    [
        everybody(users={"includeUsers": ["All"], "excludeGroups": ["doctors"]}),
        everybody(users={"includeRoles": ["admin"]}),
        everybody(applications={"includeApplications": ["portal"]}),
        everybody(locations={"excludeLocations": ["AllTrusted"]}),
        everybody(signInRiskLevels=["high"]),
        {**everybody(), "state": "enabledForReportingButNotEnforced"},
        {
            **everybody(),
            "grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]},
        },
        {**everybody(), "conditions": {"users": 3, "applications": [], "clientAppTypes": 4}},
    ],
)
def test_a_policy_with_exceptions_is_no_factor_for_everybody(
    tmp_path: Path, policy: dict[str, Any]
) -> None:
    (factor,) = of(tenant(tmp_path, policies={"value": [policy]}), SignIn)
    assert factor.guarded is False


def test_what_no_answer_says_stays_open(tmp_path: Path) -> None:
    found = tenant(tmp_path, organization={"value": [{"id": "x"}]})
    (policy,) = of(found, PasswordPolicy)
    assert isinstance(policy.max_failures, Unknown)
    assert isinstance(policy.second_factor, Unknown)
    assert set(gaps(found)) == {"SelfService", "LoginClient"}


def test_security_defaults_demand_a_factor(tmp_path: Path) -> None:
    found = tenant(tmp_path, a={"displayName": "Security Defaults", "isEnabled": True})
    assert of(found, SignIn)[0].guarded is True


def test_codes_of_devices_are_policies_of_their_own(tmp_path: Path) -> None:
    found = tenant(
        tmp_path,
        devices={
            "value": [
                {
                    "@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration",
                    "displayName": "Phones",
                    "passcodeMinimumLength": 4,
                    "passcodeSignInFailureCountBeforeWipe": 3,
                },
                {
                    "@odata.type": "#microsoft.graph.windowsHelloForBusinessConfiguration",
                    "pinMinimumLength": 6,
                },
            ]
        },
    )
    codes = [one for one in of(found, PasswordPolicy) if one.on_device]
    assert (codes[0].min_length, codes[0].max_failures) == (4, 3)
    assert isinstance(codes[1].max_failures, Unknown)


def test_an_organisation_at_okta_is_read_from_saved_answers(tmp_path: Path) -> None:
    policy = {
        "type": "PASSWORD",
        "status": "ACTIVE",
        "name": "Staff",
        "conditions": {"people": {"groups": {"include": ["00g1"]}}},
        "settings": {
            "password": {
                "complexity": {
                    "minLength": 12,
                    "minLowerCase": 1,
                    "minSymbol": 1,
                    "excludeUsername": True,
                    "dictionary": {"common": {"exclude": True}},
                },
                "age": {"maxAgeDays": 90, "minAgeMinutes": 1440, "historyCount": 4},
                "lockout": {"maxAttempts": 10, "autoUnlockMinutes": 30},
            },
            "recovery": {"factors": {"okta_email": {"status": "ACTIVE"}}},
        },
    }
    rules = [
        {
            "type": "ACCESS_POLICY",
            "name": name,
            "actions": {
                "appSignOn": {"access": "ALLOW", "verificationMethod": {"factorMode": mode}}
            },
        }
        for name, mode in (("Catch-all", "1FA"), ("Portal", "2FA"))
    ]
    app = {
        "label": "Portal",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "oauthClient": {"token_endpoint_auth_method": "none", "pkce_required": True}
        },
        "settings": {
            "oauthClient": {
                "redirect_uris": ["https://portal.payer.example/cb"],
                "grant_types": ["authorization_code", "password"],
            }
        },
    }
    for name, value in (("policies", [policy]), ("rules", rules), ("apps", [app])):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    found = looked_at(Identity(id="okta", okta=tmp_path))
    (read,) = of(found, PasswordPolicy)
    assert (read.min_length, read.lower, read.specials, read.history) == (12, 1, 1, 4)
    assert (read.max_failures, read.unlock_seconds, read.max_age_days) == (10, 1800, 90)
    assert (read.dictionary, read.bound, read.second_factor) == (True, "1 groups", False)
    assert {one.key: one.factor for one in of(found, SignInFlow)} == {
        "access rule Catch-all": False,
        "access rule Portal": True,
    }
    (client,) = of(found, LoginClient)
    assert (client.public, client.pkce, client.password_grant) == (True, True, True)
    assert of(found, SelfService)[0].resets is True


KEY1 = ("access_key_1_active", "access_key_1_last_rotated")
HEAD = ("user", "password_enabled", "mfa_active", *KEY1, "access_key_2_active")
REPORT = f"""{",".join(HEAD)}
<root_account>,not_supported,false,false,N/A,false
anna,true,false,true,2020-01-01T00:00:00+00:00,false
batch,false,false,true,N/A,false
"""


def test_an_account_at_aws_is_read_from_saved_answers(tmp_path: Path) -> None:
    policy = {"PasswordPolicy": {"MinimumPasswordLength": 14, "RequireSymbols": True}}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    packed = base64.b64encode(REPORT.encode()).decode()
    report = {"Content": packed, "ReportFormat": "text/csv"}
    (tmp_path / "report.json").write_text(json.dumps(report))
    found = looked_at(Identity(id="aws", aws=tmp_path))
    (read,) = of(found, PasswordPolicy)
    assert (read.min_length, read.specials, read.max_age_days) == (14, 1, None)
    assert read.second_factor is False
    told = {one.key: one.guarded for one in of(found, SignIn)}
    assert told == {"IAM account root": False, "IAM account console users": False}
    ages = {one.key: one.days for one in of(found, KeyAge)}
    assert ages["anna key 1"] > 2000
    assert isinstance(ages["batch key 1"], Unknown)
    (tmp_path / "report.json").unlink()
    (tmp_path / "report.csv").write_text(REPORT)
    assert len(of(looked_at(Identity(id="aws", aws=tmp_path)), KeyAge)) == 2


def test_saved_answers_that_are_none_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("[" * 50_000)
    for subject in (
        Identity(id="x", entra=tmp_path),
        Identity(id="x", okta=tmp_path),
        Identity(id="x", aws=tmp_path),
    ):
        found = looked_at(subject)
        assert gaps(found)["PasswordPolicy"] in (Reason.TRUNCATED, Reason.UNRESOLVED)
    with pytest.raises(Unreachable):
        looked_at(Identity(id="x", okta=tmp_path / "none"))
