"""Accounts of a domain whose export leaves out what tells of them."""

from pathlib import Path

import pytest

from rempart.check import Gap, Unknown
from rempart.collectors.directory import ldif, read
from rempart.observations.directories import AccountFlag

DOMAIN = """dn: DC=payer,DC=example
objectClass: domainDNS
minPwdLength: 8

"""
SETTINGS = """dn: CN=Password Settings Container,CN=System,DC=payer,DC=example
objectClass: msDS-PasswordSettingsContainer

dn: CN=lax,CN=Password Settings Container,CN=System,DC=payer,DC=example
objectClass: msDS-PasswordSettings
cn: lax
msDS-PasswordSettingsPrecedence: 1
msDS-PSOAppliesTo: CN=bert,CN=Users,DC=payer,DC=example

"""
SHOWN = """dn: CN=alba,CN=Users,DC=payer,DC=example
objectClass: user
userAccountControl: 512

"""
HALF = SHOWN + "dn: CN=bert,CN=Users,DC=payer,DC=example\nobjectClass: user\n"


@pytest.mark.parametrize("people", ["", HALF])
def test_flags_nobody_was_seen_without_stay_open(tmp_path: Path, people: str) -> None:
    file = tmp_path / "payer.ldif"
    file.write_text(DOMAIN + SETTINGS + people, encoding="utf-8")

    found = list(read(ldif.read(file), "DC=payer,DC=example", here=True))

    flags = [one for one in found if isinstance(one, AccountFlag)]
    assert flags
    assert all(isinstance(one.accounts, Unknown) for one in flags)
    assert "PolicyReach" in {one.type for one in found if isinstance(one, Gap)}


def test_a_disabled_account_alone_shows_that_none_is_flagged(tmp_path: Path) -> None:
    file = tmp_path / "payer.ldif"
    file.write_text(DOMAIN + SHOWN.replace("512", "514"), encoding="utf-8")

    found = list(read(ldif.read(file), "DC=payer,DC=example", here=True))

    assert {one.accounts for one in found if isinstance(one, AccountFlag)} == {0}
