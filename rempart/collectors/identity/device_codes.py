"""Codes that open telephones and computers, from answers of the device management API.

Source: Microsoft Graph v1.0 deviceManagement: device configurations and compliance policies of
iOS and Android, and Windows Hello for Business (PIN).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.identity.saved import Saved, listed, whole
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.passwords import PasswordPolicy

LENGTHS: Final = ("pinMinimumLength", "passcodeMinimumLength", "passwordMinimumLength")
FAILURES: Final = (
    *("passcodeSignInFailureCountBeforeWipe", "passwordSignInFailureCountBeforeFactoryReset"),
    "passwordSignInFailureCountBeforeWipe",
)
DEVICE: Final = ("windowsHello", "ios", "android", "aosp", "macOS")


def device_codes(saved: Saved) -> Iterator[Observation]:
    """One policy a device configuration that sets a code's length."""
    for entry in listed(saved.value):
        kind = str(entry.get("@odata.type") or "").rpartition(".")[2]
        length = next((entry[name] for name in LENGTHS if entry.get(name) is not None), None)
        if length is None or not any(kind.lower().startswith(one.lower()) for one in DEVICE):
            continue
        name = clean(str(entry.get("displayName") or kind), 80)
        yield PasswordPolicy(
            min_length=whole(length),
            max_length=whole(entry.get("pinMaximumLength")) or None,
            min_classes=0,
            lower=_required(entry, "pinLowercaseCharactersUsage"),
            upper=_required(entry, "pinUppercaseCharactersUsage"),
            digits=0,
            specials=_required(entry, "pinSpecialCharactersUsage"),
            dictionary=False,
            max_failures=_failures(entry, kind),
            unlock_seconds=None,
            max_age_days=whole(entry.get("pinExpirationInDays")) or None,
            min_age_days=0,
            history=whole(entry.get("pinPreviousBlockCount")),
            forbids_username=False,
            binds_admins=True,
            second_factor=True,  # the device itself is the other one
            bound=clean(kind, 60),
            on_device=True,
            **saved.stamp(f"device {name}"),
        )


def _required(entry: Mapping[str, Any], name: str) -> int:
    """Whether Windows Hello demands a class; other systems name a kind, counted as digits."""
    return int(entry.get(name) == "required")


def _failures(entry: Mapping[str, Any], kind: str) -> Seen[int | None]:
    """Wrong codes until the device wipes itself; a security chip blocks on its own figure."""
    for name in FAILURES:
        if entry.get(name) is not None:
            return whole(entry[name]) or None
    if kind.lower().startswith("windowshello"):
        return Unknown(Reason.UNRESOLVED, "the computer's security chip decides when it blocks")
    return None
