"""Windows hosts, from the bundle a script of ours makes there."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rempart.check import Gap, Reason, Unknown
from rempart.cli.collect import command
from rempart.collectors import host, windows
from rempart.errors import Unreachable
from rempart.inventory import Host
from rempart.observations.hosts import HostFacts
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.services import Listener
from rempart.observations.volumes import Volume
from rempart.observations.windows import WindowsAccount, WindowsSignIn

# In the form `secedit /export` has on Windows Server 2022.
SECEDIT = r"""[Unicode]
Unicode=yes
[System Access]
MinimumPasswordAge = 1
MaximumPasswordAge = 42
MinimumPasswordLength = 14
PasswordComplexity = 1
PasswordHistorySize = 24
LockoutBadCount = 10
ResetLockoutCount = 10
LockoutDuration = 10
AllowAdministratorLockout = 1
RequireLogonToChangePassword = 0
ForceLogoffWhenHourExpire = 0
NewAdministratorName = "Administrator"
NewGuestName = "Guest"
ClearTextPassword = 0
LSAAnonymousNameLookup = 0
EnableAdminAccount = 1
EnableGuestAccount = 0
[Event Audit]
AuditSystemEvents = 0
[Registry Values]
MACHINE\System\CurrentControlSet\Control\Lsa\LimitBlankPasswordUse=4,1
[Privilege Rights]
SeNetworkLogonRight = *S-1-1-0,*S-1-5-32-544
[Version]
signature="$CHICAGO$"
Revision=1
"""
WANTED = frozenset(host.BRINGS)
SECTIONS: dict[str, Any] = {
    "windows": {
        "caption": "Microsoft Windows Server 2022 Standard",
        "version": "10.0.20348",
        "domain_role": 3,
        "elevated": True,
    },
    "secedit": SECEDIT,
    "bitlocker": [
        {
            "mount": "C:",
            "type": "OperatingSystem",
            "status": "FullyEncrypted",
            "protection": "On",
            "method": "XtsAes256",
            "percent": 100,
            "protectors": ["Tpm", "RecoveryPassword"],
        },
        {
            "mount": "D:",
            "type": "Data",
            "status": "FullyEncrypted",
            "protection": "Off",
            "method": "XtsAes128",
            "percent": 100,
            "protectors": [],
        },
        {"mount": "E:", "status": "FullyDecrypted", "protection": "Off", "method": "None"},
    ],
    "laps": {"directory": 2, "days": 30, "length": 14, "legacy": None, "legacy_days": None},
    "accounts": [
        {
            "name": "Administrator",
            "rid": 500,
            "enabled": True,
            "password_required": True,
            "administrator": True,
            "password_set": 20700,
            "password_expires": None,
        },
        {
            "name": "Guest",
            "rid": 501,
            "enabled": False,
            "password_required": False,
            "administrator": None,
        },
    ],
    "listeners": [
        {"address": "0.0.0.0", "port": 3389, "program": "svchost"},  # noqa: S104
        {"address": "::", "port": 445, "program": "System"},
        {"address": "127.0.0.1", "port": 1433, "program": None},
        {"address": "fe80::1%12", "port": 139, "program": "System"},
        {"address": "::", "port": 445, "program": "System"},
        {"address": "::", "port": 99_999, "program": "x"},
    ],
    "network": {
        "smb1": False,
        "signing": True,
        "lan_manager": None,
        "remote_desktop_off": 0,
        "first_sign_in": 1,
    },
}


def bundle(**changed: Any) -> bytes:
    """A bundle as the script frames one; a number is the status of a section that failed."""
    text = "\n==rempart 0123456789abcdef start 1\n"
    for name, value in {**SECTIONS, **changed}.items():
        status = value if isinstance(value, int) else 0
        said = "" if status else value if isinstance(value, str) else json.dumps(value)
        said = said.rstrip("\n")
        digest = hashlib.sha256(said.encode()).hexdigest()
        text += f"==rempart 0123456789abcdef begin {name}\n{said}\n"
        text += f"==rempart 0123456789abcdef end {name} {status} sha256 {digest} "
        text += f"{len(said.encode())}\n"
    return f"{text}==rempart 0123456789abcdef done {len(SECTIONS)}\n".encode()


def seen(tmp_path: Path, raw: bytes) -> list[Any]:
    file = tmp_path / "win.bundle"
    file.write_bytes(raw)
    subject = Host(id="win-1", bundle=file)
    return list(host.collect(subject, None, WANTED))  # type: ignore[arg-type]


def of(found: list[Any], kind: type[Any]) -> list[Any]:
    return [one for one in found if isinstance(one, kind)]


def test_a_bundle_says_what_the_host_is(tmp_path: Path) -> None:
    found = seen(tmp_path, bundle())
    assert not of(found, Gap)
    (facts,) = of(found, HostFacts)
    assert (facts.system, facts.version) == ("windows", "10.0.20348")
    (policy,) = of(found, PasswordPolicy)
    assert (policy.min_length, policy.min_classes, policy.history) == (14, 3, 24)
    assert (policy.max_failures, policy.unlock_seconds, policy.window_seconds) == (10, 600, 600)
    assert (policy.max_age_days, policy.binds_admins, policy.forbids_username) == (42, True, True)
    (sign_in,) = of(found, WindowsSignIn)
    assert (sign_in.managed_password, sign_in.managed_days) == (True, 30)
    assert (sign_in.lan_manager, sign_in.remote_desktop, sign_in.first_sign_in) == (3, True, True)


def test_bitlocker_protects_only_where_its_key_is_not_beside_it(tmp_path: Path) -> None:
    found = {one.key: one for one in of(seen(tmp_path, bundle()), Volume)}
    assert (found["C:"].encrypted, found["C:"].cipher) == (True, "XtsAes256")
    assert found["C:"].blocks == ("Tpm", "RecoveryPassword")
    assert (found["D:"].encrypted, found["D:"].format) == (False, "BitLocker")  # suspended
    assert (found["E:"].encrypted, found["E:"].format) == (False, None)


def test_what_listens_is_told_once_a_place(tmp_path: Path) -> None:
    found = {one.key: one for one in of(seen(tmp_path, bundle()), Listener)}
    assert len(found) == 4
    assert (found["tcp 1433 127.0.0.1"].reach, found["tcp 445 ::"].reach) == ("host", "network")
    assert isinstance(found["tcp 1433 127.0.0.1"].program, Unknown)


def test_accounts_keep_what_was_not_told(tmp_path: Path) -> None:
    found = {one.key: one for one in of(seen(tmp_path, bundle()), WindowsAccount)}
    assert found["Administrator"].administrator is True
    assert isinstance(found["Guest"].administrator, Unknown)


def test_a_redirected_bundle_of_powershell_5_is_read(tmp_path: Path) -> None:
    text = bundle().decode().replace("\n", "\r\n")
    found = seen(tmp_path, b"\xff\xfe" + text.encode("utf-16-le"))
    assert not of(found, Gap)
    assert of(found, PasswordPolicy)[0].min_length == 14
    assert not of(seen(tmp_path, b"\xef\xbb\xbf" + bundle()), Gap)


@pytest.mark.parametrize(
    ("changed", "kind", "reason"),
    [
        ({"secedit": 77, "bitlocker": 77}, {"PasswordPolicy", "Volume"}, Reason.PRIVILEGE),
        ({"bitlocker": 127}, {"Volume"}, Reason.UNRESOLVED),
        ({"accounts": "{"}, {"WindowsAccount"}, Reason.TRUNCATED),
        ({"listeners": [{"port": "x"}]}, {"Listener"}, Reason.TRUNCATED),
        ({"secedit": "[Other]\nMinimumPasswordLength = 8"}, {"PasswordPolicy"}, Reason.TRUNCATED),
        ({"bitlocker": "[" * 5000}, {"Volume"}, Reason.TRUNCATED),
    ],
)
def test_what_was_not_seen_is_a_gap(
    tmp_path: Path, changed: dict[str, Any], kind: set[str], reason: Reason
) -> None:
    gaps = of(seen(tmp_path, bundle(**changed)), Gap)
    assert {gap.type for gap in gaps} == kind
    assert {gap.reason for gap in gaps} == {reason}


def test_a_bundle_that_was_cut_or_changed_is_no_evidence(tmp_path: Path) -> None:
    whole = bundle()
    cut = of(seen(tmp_path, whole[: whole.index(b"begin bitlocker")]), Gap)
    assert {"Volume", "Listener"} <= {gap.type for gap in cut}
    forged = whole.replace(b"MinimumPasswordLength = 14", b"MinimumPasswordLength = 99")
    assert [gap.type for gap in of(seen(tmp_path, forged), Gap)] == ["PasswordPolicy"]


def test_other_bundles_are_read_as_those_of_other_hosts(tmp_path: Path) -> None:
    file = tmp_path / "linux.bundle"
    file.write_bytes(b"\n==rempart 0123456789abcdef start 1\n")
    found = list(host.collect(Host(id="a", bundle=file), None, WANTED))  # type: ignore[arg-type]
    assert len(of(found, Gap)) > 10
    assert "WindowsSignIn" not in {one.type for one in found if isinstance(one, Gap)}
    with pytest.raises(Unreachable):
        list(host.collect(Host(id="a", bundle=tmp_path / "none"), None, WANTED))  # type: ignore[arg-type]


def test_the_script_is_printed_and_only_reads() -> None:
    printed = CliRunner().invoke(command, ["--windows"]).stdout_bytes
    assert printed == windows.script()
    text = printed.decode("ascii")
    called = set(re.findall(r"\b(?:Set|New|Remove|Add|Enable|Disable|Start|Stop|Invoke)-\w+", text))
    # its own temporary file is removed; objects of .NET are made in memory
    assert called == {"New-Object", "Remove-Item", "Set-StrictMode"}
    assert "RecoveryPassword" not in text
    assert all(f"Section '{name}' " in text for name in windows.SECTIONS)
