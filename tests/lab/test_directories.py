"""Directories as they run: OpenLDAP guarded and bare, and a domain of Active Directory's kind."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.directory import BRINGS, collect
from rempart.errors import Refused
from rempart.inventory import load
from rempart.observations.directories import (
    AccountFlag,
    DirectoryAccess,
    DirectoryPolicies,
    MachineQuota,
    PolicyReach,
)
from rempart.observations.passwords import PasswordPolicy, PasswordStorage
from rempart.scope import Scope
from rempart.transport.access import Access
from tests.lab.directories import PASSWORD, Served, domain_controller, slapd

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with slapd(tmp_path_factory.mktemp("guarded"), policy=True, tls=True) as served:
        yield served


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with slapd(tmp_path_factory.mktemp("bare"), policy=False, tls=False) as served:
        yield served


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with domain_controller(tmp_path_factory.mktemp("domain")) as served:
        yield served


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)


def looked_at(inventory: Any, wanted: Sequence[type[Observation]] = BRINGS) -> list[Any]:
    """What the collector brings of the inventory's directory, within its mandate."""
    subject = inventory.by_id["dir"]
    scope = Scope.of(inventory.authorisation)
    with Access.open(subject, inventory, scope) as access:
        return list(collect(subject, access, frozenset(wanted)))


def of(found: list[Any], kind: type[Observation]) -> list[Any]:
    return [one for one in found if isinstance(one, kind)]


def gaps(found: list[Any]) -> list[Gap]:
    return [one for one in found if isinstance(one, Gap)]


def test_a_guarded_directory_shows_its_policy(guarded: Served, tmp_path: Path) -> None:
    found = looked_at(guarded.inventory(tmp_path, ca=True))
    assert gaps(found) == []
    (doors,) = of(found, DirectoryAccess)
    assert (doors.product, doors.anonymous, doors.clear_password) == ("OpenLDAP", False, False)
    (policies,) = of(found, DirectoryPolicies)
    assert policies.applied is True
    assert policies.default == "cn=default,ou=policies,dc=payer,dc=example"
    by_name = {one.key: one for one in of(found, PasswordPolicy)}
    kept = by_name["ppolicy default"]
    assert (kept.min_length, kept.max_failures, kept.unlock_seconds) == (16, 10, 900)
    assert (kept.history, kept.min_age_days, kept.bound) == (5, 1, "")
    paper = by_name["ppolicy paper"]  # a length that nothing checks, a lock that is off
    assert (paper.min_length, paper.max_failures, paper.bound) == (0, None, "paper")


def test_passwords_are_told_by_their_scheme_and_by_nothing_else(
    guarded: Served, tmp_path: Path
) -> None:
    found = of(looked_at(guarded.inventory(tmp_path, ca=True)), PasswordStorage)
    told = {(one.scheme, one.cost, one.accounts) for one in found if one.accounts is not None}
    assert told == {("ssha", None, 1), ("clear", None, 2), ("sha512crypt", 5000, 1)}
    assert "in-clear-2026" not in repr(found)
    assert "0XpeUTUkgk2" not in repr(found)


def test_a_bare_directory_asks_nothing_and_shows_itself(bare: Served, tmp_path: Path) -> None:
    found = looked_at(bare.inventory(tmp_path))
    (doors,) = of(found, DirectoryAccess)
    assert (doors.anonymous, doors.clear_password) == (True, True)
    (policies,) = of(found, DirectoryPolicies)
    assert (policies.applied, policies.default) == (False, "")
    (policy,) = of(found, PasswordPolicy)
    assert (policy.min_length, policy.max_failures, policy.history) == (0, None, 0)


def test_an_account_that_may_not_read_the_configuration_leaves_the_default_open(
    guarded: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_PASSWORD", "in-clear-2026")
    bind = "uid=bert,ou=people,dc=payer,dc=example"
    found = looked_at(guarded.inventory(tmp_path, ca=True, bind=bind))
    (policies,) = of(found, DirectoryPolicies)
    assert policies.applied is True  # its control says so
    assert isinstance(policies.default, Unknown)
    assert [one.type for one in gaps(found)] == ["PasswordStorage"]


def test_a_size_limit_ends_a_search_and_is_said(
    guarded: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_PASSWORD", "seen-one-by-one")
    bind = "uid=dora,ou=people,dc=payer,dc=example"
    found = looked_at(guarded.inventory(tmp_path, ca=True, bind=bind))
    told = {one.type: one.reason for one in gaps(found)}
    assert told["PasswordPolicy"] == told["DirectoryPolicies"] == "limit"


def test_a_wrong_password_and_an_unknown_authority_are_refused(
    guarded: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="nothing secret is sent"):
        looked_at(guarded.inventory(tmp_path))
    monkeypatch.setenv("LAB_PASSWORD", "wrong")
    with pytest.raises(Refused, match="does not accept"):
        looked_at(guarded.inventory(tmp_path, ca=True))


def test_a_domain_tells_its_policies_and_whom_they_bind(domain: Served, tmp_path: Path) -> None:
    found = looked_at(domain.inventory(tmp_path, ca=True))
    by_name = {one.key: one for one in of(found, PasswordPolicy)}
    default = by_name["lab.example default"]
    assert (default.min_length, default.min_classes, default.max_failures) == (7, 3, None)
    assert (default.history, default.max_age_days, default.min_age_days) == (24, 42, 1)
    admins = by_name["PSO admins"]
    assert (admins.min_length, admins.max_failures, admins.unlock_seconds) == (16, 5, 1800)
    assert (admins.bound, admins.privileged) == ("Domain Admins", True)
    reach = {one.key: (one.accounts, one.admins) for one in of(found, PolicyReach)}
    assert reach == {"PSO admins": (1, 1), "lab.example default": (3, 0)}  # dns-vm is one
    (quota,) = of(found, MachineQuota)
    assert quota.machines == 10


def test_a_domain_counts_its_weakened_accounts(domain: Served, tmp_path: Path) -> None:
    found = looked_at(domain.inventory(tmp_path, ca=True))
    flags = {one.flag: one.accounts for one in of(found, AccountFlag)}
    assert flags == {
        "no_password_needed": 1,
        "no_preauth": 1,
        "reversible": 1,
        "never_expires": 1,
        "delegation": 0,
        "des_only": 0,
        "service_admin": 0,
    }
    (doors,) = of(found, DirectoryAccess)
    assert (doors.product, doors.anonymous, doors.clear_password) == (
        "Active Directory",
        False,
        False,
    )
    assert "svc-legacy" not in repr(found)


def test_the_same_directory_is_read_from_its_ldif(guarded: Served, tmp_path: Path) -> None:
    text = """
schema: rempart.inventory/1
organisation: Payer
language: en
authorisation: {reference: M, granted_by: D, contact: a@b.example, scope: ["127.0.0.0/8"],
  valid: {from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
subjects:
  directories: [{id: dir, ldif: "file:FILE"}]
"""
    file = tmp_path / "inventory.yaml"
    file.write_text(text.replace("FILE", str(guarded.folder / "people.ldif")))
    inventory = load(file)
    found = looked_at(inventory)
    names = {one.key for one in of(found, PasswordPolicy)}
    assert names == {"ppolicy default", "ppolicy paper"}
    (policies,) = of(found, DirectoryPolicies)
    assert isinstance(policies.applied, Unknown)
    schemes = {one.scheme for one in of(found, PasswordStorage)}
    assert schemes == {"ssha", "clear", "sha512crypt"}
