"""The sections of a Windows bundle as observations; pure.

Sources: secedit /export (INF), Get-BitLockerVolume, Get-LocalUser, Get-NetTCPConnection,
Get-SmbServerConfiguration, registry values of LSA, Terminal Server and LAPS.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.text import clean
from rempart.errors import CollectError, Truncated
from rempart.observations.hosts import HostFacts
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.services import Listener
from rempart.observations.volumes import Volume
from rempart.observations.windows import WindowsAccount, WindowsSignIn

T = TypeVar("T")
_VALUE: Final = re.compile(r"^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$")
NEVER: Final = -1
CONTROLLERS: Final = (4, 5)  # Win32_ComputerSystem.DomainRole
LAN_MANAGER: Final = 3  # what Windows does where nobody set it


class _System(msgspec.Struct):
    caption: str = ""
    version: str = ""
    domain_role: int = 0


class _Disk(msgspec.Struct):
    mount: str
    status: str
    protection: str
    method: str = ""
    type: str = ""
    protectors: tuple[str, ...] = ()


class _User(msgspec.Struct):
    name: str
    rid: int
    enabled: bool
    password_required: bool
    administrator: bool | None = None
    password_set: int | None = None
    password_expires: int | None = None
    last_sign_in: int | None = None


class _Socket(msgspec.Struct):
    address: str
    port: int
    program: str | None = None


class _Laps(msgspec.Struct):
    directory: int | None = None
    days: int | None = None
    legacy: int | None = None
    legacy_days: int | None = None


class _Network(msgspec.Struct):
    smb1: bool | None = None
    signing: bool | None = None
    lan_manager: int | None = None
    remote_desktop_off: int | None = None
    first_sign_in: int | None = None


def _read(answers: Answers, name: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answers.text(name), type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Truncated(f"{name}: not what the script writes") from None


def facts(answers: Answers) -> Iterator[Observation]:
    """Which Windows it is."""
    system = _read(answers, "windows", _System)
    yield HostFacts(
        "windows",
        clean(system.version, 60),
        clean(system.caption, 120),
        source="Win32_OperatingSystem",
    )


def _policy(answers: Answers) -> dict[str, int]:
    """Figures of [System Access]; what is no figure is left out."""
    found: dict[str, int] = {}
    section = ""
    for line in answers.text("secedit").splitlines():
        if line.lstrip().startswith("["):
            section = line.strip()
        match = _VALUE.match(line)
        if match and section == "[System Access]" and re.fullmatch(r"-?\d{1,9}", match[2]):
            found[match[1]] = int(match[2])
    if "MinimumPasswordLength" not in found:
        raise Truncated("secedit: no [System Access] with MinimumPasswordLength")
    return found


def passwords(answers: Answers) -> Iterator[Observation]:
    """The rules for local passwords, or the domain's where it is a domain controller.

    Complexity asks for three of four kinds of characters, and refuses parts of the name. The
    built-in administrator is locked only where AllowAdministratorLockout says so.
    """
    found = _policy(answers)
    complex_, failures = found.get("PasswordComplexity", 0), found.get("LockoutBadCount", 0)
    duration = found.get("LockoutDuration", NEVER)
    oldest = found.get("MaximumPasswordAge", NEVER)
    yield PasswordPolicy(
        found["MinimumPasswordLength"],
        None,
        3 if complex_ else 0,
        *(0, 0, 0, 0),
        dictionary=False,
        max_failures=failures or None,
        unlock_seconds=None if duration in (NEVER, 0) else duration * 60,
        max_age_days=None if oldest in (NEVER, 0) else oldest,
        binds_admins=not failures or found.get("AllowAdministratorLockout", 0) == 1,
        second_factor=False,
        key="windows",
        source="secedit /export",
        window_seconds=found.get("ResetLockoutCount", 0) * 60 if failures else None,
        min_age_days=max(0, found.get("MinimumPasswordAge", 0)),
        history=max(0, found.get("PasswordHistorySize", 0)),
        forbids_username=bool(complex_),
    )


def volumes(answers: Answers) -> Iterator[Observation]:
    """Volumes and BitLocker: one whose protection is off holds its key in clear beside it."""
    for disk in _read(answers, "bitlocker", list[_Disk]):
        whole = disk.status == "FullyEncrypted" and disk.protection == "On"
        yield Volume(
            whole,
            clean(disk.method, 60) if whole else None,
            "host" if whole else None,
            "BitLocker" if disk.status != "FullyDecrypted" else None,
            blocks=tuple(clean(one, 60) for one in disk.protectors[:20]),
            key=clean(disk.mount, 120),
            source="Get-BitLockerVolume",
        )


def listeners(answers: Answers) -> Iterator[Observation]:
    """What waits for connections; a port is told once a place."""
    seen: set[tuple[int, str]] = set()
    for one in _read(answers, "listeners", list[_Socket]):
        address = clean(one.address, 60)
        if (one.port, address) in seen or not 0 < one.port < 65_536:
            continue
        seen.add((one.port, address))
        unnamed = Unknown(Reason.PRIVILEGE, "the process is not shown to this account")
        yield Listener(
            "tcp",
            one.port,
            address,
            "host" if _loopback(address) else "network",
            clean(one.program, 60) if one.program else unnamed,
            key=f"tcp {one.port} {address}",
            source="Get-NetTCPConnection",
        )


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def accounts(answers: Answers) -> Iterator[Observation]:
    """Local accounts."""
    for one in _read(answers, "accounts", list[_User]):
        hidden = Unknown(Reason.PRIVILEGE, "the group of administrators may not be read")
        yield WindowsAccount(
            one.rid,
            one.enabled,
            one.password_required,
            hidden if one.administrator is None else one.administrator,
            one.password_set,
            one.password_expires,
            one.last_sign_in,
            key=clean(one.name, 120),
            source="Get-LocalUser",
        )


def sign_in(answers: Answers) -> Iterator[Observation]:
    """How it lets people in over the network."""
    network = _read(answers, "network", _Network)
    managed, days = _managed(answers)
    role = _read(answers, "windows", _System).domain_role
    yield WindowsSignIn(
        managed,
        days,
        LAN_MANAGER if network.lan_manager is None else network.lan_manager,
        _told(network.smb1, "Get-SmbServerConfiguration"),
        _told(network.signing, "Get-SmbServerConfiguration"),
        network.remote_desktop_off == 0,
        network.first_sign_in == 1,
        role in CONTROLLERS,
        key="windows",
        source="registry",
    )


def _managed(answers: Answers) -> tuple[Seen[bool], Seen[int | None]]:
    """Windows LAPS where it keeps passwords in a directory (1 Entra ID, 2 AD), or the older one."""
    try:
        laps = _read(answers, "laps", _Laps)
    except CollectError as error:
        unseen = Unknown(error.reason, str(error))
        return unseen, unseen
    if laps.directory in (1, 2):
        return True, laps.days if laps.days is not None else 30
    if laps.legacy == 1:
        return True, laps.legacy_days if laps.legacy_days is not None else 30
    return False, None


def _told(value: Any, command: str) -> Any:  # noqa: ANN401
    return Unknown(Reason.PRIVILEGE, f"{command} did not answer") if value is None else value
