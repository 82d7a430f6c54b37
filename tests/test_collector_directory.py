"""Directories out of files, and servers that do not behave like one."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.directory import ldif, ppm, read
from rempart.collectors.directory.entries import Entry, below, folded, ticks
from rempart.collectors.directory.schemes import reduced, restored, scheme_of
from rempart.errors import CollectError, Limited, Truncated
from rempart.observations.directories import AccountFlag, DirectoryPolicies, PolicyReach
from rempart.observations.passwords import PasswordPolicy, PasswordStorage

DOMAIN = """dn: DC=payer,DC=example
objectClass: top
objectClass: domain
objectClass: domainDNS
minPwdLength: 8
pwdProperties: 17
pwdHistoryLength: 12
maxPwdAge: -9223372036854775808
minPwdAge: -864000000000
lockoutThreshold: 5
lockoutDuration: -18000000000
lockOutObservationWindow: -18000000000
ms-DS-MachineAccountQuota: 0

dn: CN=Password Settings Container,CN=System,DC=payer,DC=example
objectClass: msDS-PasswordSettingsContainer
"""
SID = base64.b64encode(b"\x01\x05" + bytes(22) + (513).to_bytes(4, "little")).decode()
PEOPLE = f"""
dn: CN=Staff,CN=Users,DC=payer,DC=example
objectClass: group
objectSid:: {SID}

dn: CN=Nurses,CN=Users,DC=payer,DC=example
objectClass: group
memberOf: CN=Care,CN=Users,DC=payer,DC=example

dn: CN=Care,CN=Users,DC=payer,DC=example
objectClass: group

dn: CN=strict,CN=Password Settings Container,CN=System,DC=payer,DC=example
objectClass: msDS-PasswordSettings
cn: strict
msDS-PasswordSettingsPrecedence: 5
msDS-MinimumPasswordLength: 15
msDS-PasswordComplexityEnabled: TRUE
msDS-PasswordReversibleEncryptionEnabled: FALSE
msDS-PasswordHistoryLength: 24
msDS-LockoutThreshold: 0
msDS-PSOAppliesTo: CN=Care,CN=Users,DC=payer,DC=example

dn: CN=lax,CN=Password Settings Container,CN=System,DC=payer,DC=example
objectClass: msDS-PasswordSettings
cn: lax
msDS-PasswordSettingsPrecedence: 20
msDS-MinimumPasswordLength: 4
msDS-PasswordHistoryLength: 0
msDS-PSOAppliesTo: CN=Staff,CN=Users,DC=payer,DC=example

dn: CN=anna,CN=Users,DC=payer,DC=example
objectClass: user
userAccountControl: 512
memberOf: CN=Nurses,CN=Users,DC=payer,DC=example
primaryGroupID: 513

dn: CN=bert,CN=Users,DC=payer,DC=example
objectClass: user
userAccountControl: 4260352
adminCount: 1
servicePrincipalName: HTTP/bert
primaryGroupID: 513

dn: CN=carl,CN=Users,DC=payer,DC=example
objectClass: user
userAccountControl: 514
primaryGroupID: 513

dn: CN=dora,CN=Users,DC=payer,DC=example
objectClass: user
userAccountControl: 544
"""


def written(folder: Path, text: str) -> ldif.File:
    file = folder / "payer.ldif"
    file.write_text(text, encoding="utf-8")
    return ldif.read(file)


def of(found: list[Any], kind: type[Observation]) -> dict[str, Any]:
    return {one.key: one for one in found if isinstance(one, kind)}


def test_a_domain_is_read_from_an_export(tmp_path: Path) -> None:
    found = list(read(written(tmp_path, DOMAIN + PEOPLE), "DC=payer,DC=example", here=True))
    policies = of(found, PasswordPolicy)
    default = policies["payer.example default"]
    assert (default.min_length, default.min_classes, default.max_failures) == (8, 3, 5)
    assert (default.max_age_days, default.min_age_days, default.history) == (None, 1, 12)
    assert (default.unlock_seconds, default.line) == (1800, 1)
    assert isinstance(default.dictionary, Unknown)
    assert policies["PSO lax"].min_classes == 0
    assert [one.scheme for one in of(found, PasswordStorage).values()] == ["reversible"]
    assert of(found, DirectoryPolicies)["payer.example"].entries == 3


def test_the_policy_that_decides_follows_groups_and_precedence(tmp_path: Path) -> None:
    found = list(read(written(tmp_path, DOMAIN + PEOPLE), "DC=payer,DC=example", here=True))
    reach = {key: (one.accounts, one.admins) for key, one in of(found, PolicyReach).items()}
    assert reach == {"PSO strict": (1, 0), "PSO lax": (1, 1), "payer.example default": (1, 0)}


def test_flags_of_enabled_accounts_are_counted(tmp_path: Path) -> None:
    found = list(read(written(tmp_path, DOMAIN + PEOPLE), "DC=payer,DC=example", here=True))
    flags = {one.flag: (one.accounts, one.admins) for one in of(found, AccountFlag).values()}
    assert flags["no_preauth"] == (1, 1)
    assert flags["never_expires"] == (1, 1)
    assert flags["service_admin"] == (1, 1)
    assert flags["no_password_needed"] == (1, 0)
    assert flags["des_only"] == (0, 0)
    assert "bert" not in repr([one for one in found if isinstance(one, AccountFlag)])


def test_fine_grained_policies_that_are_not_shown_are_said(tmp_path: Path) -> None:
    found = list(
        read(
            written(tmp_path, DOMAIN.split("\n\n", maxsplit=1)[0]), "DC=payer,DC=example", here=True
        )
    )
    gaps = {one.type for one in found if isinstance(one, Gap)}
    assert gaps == {"PasswordPolicy", "PolicyReach"}


@pytest.mark.parametrize(
    ("value", "scheme", "cost"),
    [
        (b"{SSHA}abc", "ssha", None),
        (b"{sha}abc", "sha1", None),
        (b"{SSHA512}abc", "ssha512", None),
        (b"{CRYPT}$6$rounds=9000$salt$x", "sha512crypt", 9000),
        (b"{CRYPT}$y$j9T$salt$x", "yescrypt", None),
        (b"{CRYPT}$2b$12$salt", "bcrypt", 12),
        (b"{CRYPT}ab01FAX.bQRSU", "descrypt", None),
        (b"{ARGON2}$argon2id$v=19$m=7168,t=5,p=1$salt$x", "argon2id", 5),
        (b"{PBKDF2-SHA512}10000$salt$x", "pbkdf2-sha512", 10000),
        (b"{SASL}anna@PAYER", "elsewhere", None),
        (b"{NEW-ONE}x", "unknown", None),
        (b"=secret", "clear", None),
        (b"", "clear", None),
    ],
)
def test_a_value_tells_its_scheme_and_loses_the_rest(
    value: bytes, scheme: str, cost: int | None
) -> None:
    assert scheme_of(value) == (scheme, cost)
    assert restored(reduced(value)) == (scheme, cost)
    assert b"salt" not in reduced(value)


def test_lines_are_unfolded_and_decoded() -> None:
    text = (
        b"version: 1\n# a comment\n that goes on\ndn:: "
        + base64.b64encode("cn=é,dc=payer".encode())
        + b"\nobjectClass: per\n son\ncn:< file:///etc/shadow\nuserPassword: {SSHA}abc\n"
        + b"jpegPhoto:: ////\n\ndn: cn=gone\nchangetype: delete\n\ndn: cn=b\r\nobjectclass: x\r\n"
    )
    found = list(ldif.entries(io.BytesIO(text)))
    assert [one.dn for one in found] == ["cn=é,dc=payer", "cn=b"]
    assert found[0].texts("objectclass") == ("person",)
    assert set(found[0].values) == {"objectclass", "userpassword"}
    assert found[0].values["userpassword"] == (b"ssha ",)
    assert found[0].line == 4


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_exports_of_windows_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "payer.ldf"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    file.write_bytes(mark + DOMAIN.replace("\n", "\r\n").encode(encoding))
    assert ldif.read(file).found[0].number("minpwdlength") == 8


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(Truncated):
        written(tmp_path, "hello\n: :\n\n\x00")
    with pytest.raises(CollectError):
        ldif.read(tmp_path / "none.ldif")


def test_an_export_without_policies_leaves_them_open(tmp_path: Path) -> None:
    found = list(read(written(tmp_path, "dn: dc=payer\nobjectClass: domain\n"), "", here=True))
    (policies,) = of(found, DirectoryPolicies).values()
    assert isinstance(policies.applied, Unknown)
    assert {one.type for one in found if isinstance(one, Gap)} == {
        "PasswordPolicy",
        "PasswordStorage",
    }


def test_names_are_compared_as_directories_do() -> None:
    assert folded("CN=A , DC = b") == "cn=a,dc=b"
    assert below("cn=x,DC=Payer", "dc=payer")
    assert not below("cn=x,dc=other-payer", "dc=payer")
    assert ticks(-(1 << 63)) is None
    assert ticks(-18_000_000_000) == 1800
    assert Entry("x", {"n": (b"9" * 40,)}).number("n") is None


PPM = """minQuality 3
useCracklib 1
class-upperCase ABCDEFGHIJKLMNOPQRSTUVWXYZ 0 1 0
class-lowerCase abcdefghijklmnopqrstuvwxyz 0 1 0
class-digit 0123456789 2 1 0
class-special <>,?;.:/! 0 1 0
class-myClass x 9 9 9
"""


def test_a_check_module_tells_its_rules_or_leaves_them_open() -> None:
    assert ppm.demanded(PPM) == {
        "min_classes": 3,
        "lower": 0,
        "upper": 0,
        "digits": 2,
        "specials": 0,
        "dictionary": True,
    }
    assert isinstance(ppm.demanded("")["min_classes"], Unknown)
    assert ppm.demanded("minQuality x\n\nclass-digit")["min_classes"] == 0


class Cut:
    """A directory whose server ends every search of accounts after the first so many."""

    root = Entry("")
    source = "server"
    offline = False

    def __init__(self, whole: ldif.File, most: int) -> None:
        self.whole, self.most = whole, most

    def entries(self, base: str, classes: Any, attributes: Any, filter_: str = "") -> Iterator[Any]:
        for number, one in enumerate(self.whole.entries(base, classes, attributes, filter_)):
            if classes == ("user",) and number >= self.most:
                raise Limited("the size limit ended the search")
            yield one


def test_what_came_before_a_limit_is_told_and_the_rest_left_open(tmp_path: Path) -> None:
    cut = Cut(written(tmp_path, DOMAIN + PEOPLE), 2)
    found = list(read(cut, "DC=payer,DC=example", here=True))
    flags = {one.flag: one.accounts for one in of(found, AccountFlag).values()}
    assert flags["no_preauth"] == 1
    assert isinstance(flags["no_password_needed"], Unknown)
    assert of(found, PolicyReach) == {}
    assert [one.reason for one in found if isinstance(one, Gap)] == ["limit"]


IPA = """dn: cn=global_policy,cn=PAYER.EXAMPLE,cn=kerberos,dc=payer,dc=example
objectClass: krbPwdPolicy
cn: global_policy
krbPwdMinLength: 8
krbPwdMinDiffChars: 3
krbPwdHistoryLength: 0
krbMaxPwdLife: 7776000
krbMinPwdLife: 3600
krbPwdMaxFailure: 6
krbPwdLockoutDuration: 600

dn: cn=admins,cn=PAYER.EXAMPLE,cn=kerberos,dc=payer,dc=example
objectClass: krbPwdPolicy
cn: admins
krbPwdMinLength: 16
ipaPwdDictCheck: TRUE
"""


def test_policies_of_freeipa_are_read(tmp_path: Path) -> None:
    found = list(read(written(tmp_path, IPA), "dc=payer,dc=example", here=True))
    by_name = of(found, PasswordPolicy)
    default, admins = by_name["pwpolicy global_policy"], by_name["pwpolicy admins"]
    assert (default.min_length, default.min_classes, default.max_failures) == (8, 3, 6)
    assert (default.max_age_days, default.min_age_days, default.unlock_seconds) == (90, 0, 600)
    assert (admins.min_length, admins.dictionary, admins.bound) == (16, True, "admins")
    (policies,) = of(found, DirectoryPolicies).values()
    assert (policies.product, policies.applied, policies.default) == (
        "FreeIPA",
        True,
        "global_policy",
    )
