"""What only a Windows host has."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class WindowsAccount(Observation):
    """One local account; key: its name.

    `rid` is the end of its SID: 500 is the built-in administrator, 501 the guest. Days are counted
    from 1970-01-01; `password_expires` is None for never, `last_sign_in` for never seen.
    """

    rid: int
    enabled: bool
    password_required: bool
    administrator: Seen[bool]
    password_set: int | None
    password_expires: int | None
    last_sign_in: int | None


@dataclass(frozen=True, slots=True)
class WindowsSignIn(Observation):
    """How Windows lets people in over the network; key: `windows`.

    `managed_password` is whether LAPS changes the local administrator's password and keeps it in a
    directory, `managed_days` how often. `lan_manager` is LmCompatibilityLevel: 5 takes NTLMv2 alone
    (3 where nobody set it). `remote_desktop` is whether it is on, `first_sign_in` whether it asks
    who comes before it shows a desktop. `domain_controller` has no local accounts.
    """

    managed_password: Seen[bool]
    managed_days: Seen[int | None]
    lan_manager: Seen[int]
    smb1: Seen[bool]
    smb_signing: Seen[bool]
    remote_desktop: Seen[bool]
    first_sign_in: Seen[bool]
    domain_controller: bool = False
