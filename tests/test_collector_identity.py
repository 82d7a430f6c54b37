"""Identity providers: a realm's export and its admin API, and answers saved from others."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Reason, Unknown
from rempart.collectors.identity import BRINGS, collect
from rempart.collectors.identity.admin_api import root
from rempart.errors import CollectError, Limited, Refused, Truncated, Unreachable
from rempart.inventory.subjects import Identity
from rempart.inventory.values import Location
from rempart.observations.clients import LoginClient
from rempart.observations.identity import SignInEvents, SignInFlow
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit
from rempart.secrets import Reference
from tests.keycloak_server import TOKEN, served
from tests.loopback import access


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALM_TOKEN", TOKEN)


def looked_at(subject: Identity) -> list[Any]:
    return list(collect(subject, access(subject), frozenset(BRINGS)))


def of(found: list[Any], kind: type[Observation]) -> list[Any]:
    return [one for one in found if isinstance(one, kind)]


def gaps(found: list[Any]) -> dict[str, Reason]:
    return {one.type: one.reason for one in found if isinstance(one, Gap)}


def export(folder: Path, content: str, name: str = "realm.json") -> Identity:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return Identity(id="realm", keycloak=Location(f"file:{file}"))


def test_a_realm_is_read_from_its_export(tmp_path: Path) -> None:
    realm = {
        "realm": "pro",
        "passwordPolicy": "length(16)",
        "users": [{"username": "anna", "credentials": [{"secretData": "hash"}]}],
        "clients": [{"clientId": "web", "redirectUris": ["*"], "secret": "s3cret"}],
    }
    found = looked_at(export(tmp_path, json.dumps(realm, indent=1)))
    (policy,) = of(found, PasswordPolicy)
    assert (policy.min_length, policy.source, policy.line) == (16, "realm.json", 3)
    assert policy.vantage == "observed"
    assert of(found, LoginClient)[0].redirects == ("*",)
    assert "s3cret" not in repr(found)
    assert "anna" not in repr(found)


def test_one_realm_of_several_is_chosen_by_its_name(tmp_path: Path) -> None:
    text = json.dumps([{"realm": "a"}, {"realm": "b", "passwordPolicy": "length(9)"}])
    subject = export(tmp_path, text)
    assert len(of(looked_at(subject), PasswordPolicy)) == 2
    one = Identity(id="realm", keycloak=subject.keycloak, realm="b")
    assert of(looked_at(one), PasswordPolicy)[0].min_length == 9
    with pytest.raises(Truncated, match="no realm c"):
        looked_at(Identity(id="realm", keycloak=subject.keycloak, realm="c"))


def test_a_folder_holds_realms_beside_their_people(tmp_path: Path) -> None:
    (tmp_path / "pro-realm.json").write_text('{"realm": "pro", "passwordPolicy": "length(9)"}')
    (tmp_path / "pro-users-0.json").write_text('{"realm": "pro", "users": [{"username": "a"}]}')
    subject = Identity(id="realm", keycloak=Location(f"file:{tmp_path}"))
    (policy,) = of(looked_at(subject), PasswordPolicy)
    assert (policy.min_length, policy.source) == (9, "pro-realm.json")


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"realm": 3}', "null", '"realm"', '{"realm": "\x80"}\x00']
)
def test_what_is_no_realm_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(Truncated):
        looked_at(export(tmp_path, text))


def test_a_file_that_is_not_there_and_a_link_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        looked_at(Identity(id="realm", keycloak=Location(f"file:{tmp_path}/none.json")))
    (tmp_path / "link.json").symlink_to("/etc/passwd")
    with pytest.raises(CollectError):
        looked_at(Identity(id="realm", keycloak=Location(f"file:{tmp_path}/link.json")))


def test_an_export_of_fifty_megabytes_is_read_in_a_moment(tmp_path: Path) -> None:
    user = json.dumps({"username": "x" * 200, "credentials": [{"secretData": "y" * 700}]})
    file = tmp_path / "large.json"
    with file.open("w") as stream:
        stream.write('{"realm": "pro", "users": [')
        stream.write(",".join([user] * 54_000))
        stream.write('], "passwordPolicy": "length(12)"}')
    assert file.stat().st_size > 50_000_000
    before = time.process_time()
    (policy,) = of(looked_at(Identity(id="r", keycloak=Location(f"file:{file}"))), PasswordPolicy)
    assert policy.min_length == 12
    assert time.process_time() - before < 3


def test_a_file_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.collectors.identity.realm_file.MOST", 10)
    with pytest.raises(Limited):
        looked_at(export(tmp_path, json.dumps({"realm": "pro"})))


def asked(url: str, realm: str = "pro", *, signed: bool = True) -> Identity:
    reference = Reference.parse("env:REALM_TOKEN") if signed else None
    return Identity(id="realm", keycloak=Location(url), realm=realm, token=reference)


def test_a_realm_is_asked_through_its_admin_api() -> None:
    clients = [{"clientId": f"c{n}", "directAccessGrantsEnabled": n == 7} for n in range(130)]
    clients[3]["secret"] = "not-to-be-kept"
    with served(clients=clients) as api:
        found = looked_at(asked(api.url))
    (policy,) = of(found, PasswordPolicy)
    assert (policy.min_length, policy.max_failures, policy.dictionary) == (16, 10, True)
    assert policy.second_factor is False  # c7 may take the password alone
    assert policy.bound == "accounts of its own"
    federated = {one.key: one.enforced for one in of(found, Transit)}
    assert federated == {"realm pro": True, "realm pro federation ad": False}
    assert len(of(found, LoginClient)) == 130
    ways = {one.way: (one.factor, one.clients) for one in of(found, SignInFlow)}
    assert ways == {"direct grant": (False, ("c7",)), "reset": (False, ("everybody",))}
    (events,) = of(found, SignInEvents)
    assert (events.sign_ins, events.admin) == (True, False)
    assert gaps(found) == {}
    assert all(line.startswith("GET /auth/admin/realms/pro") for line in api.asked)
    assert "not-to-be-kept" not in repr(found)


def test_parts_the_account_may_not_see_stay_open() -> None:
    with served(hidden=("/authentication/flows", "/clients")) as api:
        found = looked_at(asked(api.url))
    (factor,) = of(found, SignIn)
    assert isinstance(factor.guarded, Unknown)
    with served(hidden=("/clients",)) as api:
        (policy,) = of(looked_at(asked(api.url)), PasswordPolicy)
    assert isinstance(policy.second_factor, Unknown)
    assert gaps(found) == {"LoginClient": Reason.PRIVILEGE, "SignInFlow": Reason.PRIVILEGE}


def test_a_wrong_token_none_and_nonsense_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as api:
        with pytest.raises(Refused, match="write `token"):
            looked_at(asked(api.url, signed=False))
        monkeypatch.setenv("REALM_TOKEN", "old")
        with pytest.raises(Refused, match="does not take this token"):
            looked_at(asked(api.url))
    monkeypatch.setenv("REALM_TOKEN", TOKEN)
    with served(garbled=True) as api, pytest.raises(Truncated):
        looked_at(asked(api.url))


def test_a_token_never_crosses_a_network_in_clear() -> None:
    with pytest.raises(Refused, match="TLS only"):
        looked_at(asked("http://sso.payer.example/"))


@pytest.mark.parametrize(
    ("url", "realm", "expected"),
    [
        ("https://a.example/auth/realms/pro", "", "https://a.example/auth/admin/realms/pro"),
        ("https://a.example/admin/realms/pro/", "", "https://a.example/admin/realms/pro"),
        ("https://a.example", "my realm", "https://a.example/admin/realms/my%20realm"),
    ],
)
def test_any_address_of_a_realm_leads_to_its_api(url: str, realm: str, expected: str) -> None:
    assert root(url, realm) == expected


def test_an_address_without_a_realm_is_refused() -> None:
    with pytest.raises(Refused, match="names no realm"):
        root("https://a.example/", "")
