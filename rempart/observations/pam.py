"""What PAM's stacks let through, found by following every way through them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rempart.check import Evidence, Observation, Seen


@dataclass(frozen=True, slots=True)
class PamDoor(Observation):
    """One service people sign in through, as its `auth` and `account` stacks decide; key: its name.

    `modules` are the lines of the auth stack in the order PAM walks them. `wrong_enters`: somebody
    with a wrong password may be let in; `empty_enters`: an account whose password field is empty
    is, without a password. `factors` are modules that ask for something the person has;
    `factor_demanded`: nobody passes on the password alone; `unenrolled_enter`: those who never
    registered a token do.

    `counted`: each wrong password comes to the module that counts failures (pam_faillock);
    `locked_refused`: a locked account is refused though the password is right; `reset`: a success
    sets the count back. All three are None where nothing counts. `right_enters` is false where a
    stack refuses even the right password, on every way. `outsider_becomes_root`, of `su`
    alone: somebody outside the group of pam_wheel may, with root's password; None elsewhere.

    `asked` is false of an sshd that takes passwords and answers from nobody: then its auth stack is
    never walked. `ways` says, for each field that shows a way past, which modules answered what on
    it. `decided` says where a field was decided.
    """

    modules: tuple[str, ...]
    wrong_enters: Seen[bool]
    empty_enters: Seen[bool]
    factors: tuple[str, ...]
    factor_demanded: Seen[bool]
    unenrolled_enter: Seen[bool]
    counted: Seen[bool | None] = None
    locked_refused: Seen[bool | None] = None
    reset: Seen[bool | None] = None
    outsider_becomes_root: Seen[bool | None] = None
    asked: Seen[bool] = True
    right_enters: Seen[bool] = True
    ways: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, Evidence] = field(default_factory=dict)

    def at(self, setting: str) -> "PamDoor":
        """The same door, standing on the line that decides this field; evidence for a result."""
        place = self.decided.get(setting)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)


@dataclass(frozen=True, slots=True)
class PamLock(Observation):
    """How pam_faillock locks at the weakest door that uses it; key: `faillock`.

    `failures` within `window_seconds` lock for `unlock_seconds` (0: until an administrator opens).
    `binds_root`: root is locked too, for `root_unlock_seconds`; `admin_group` names further
    accounts that are treated as root is. `local_only`: accounts of a directory are not counted.
    """

    failures: Seen[int]
    unlock_seconds: Seen[int]
    window_seconds: Seen[int]
    binds_root: Seen[bool]
    root_unlock_seconds: Seen[int]
    admin_group: Seen[str] = ""
    local_only: Seen[bool] = False


@dataclass(frozen=True, slots=True)
class PamChange(Observation):
    """How a new password is set, as a `password` stack decides; key: the service.

    That is `passwd`, and each door whose stack differs from it: there an expired one is changed.

    `modules` are its lines in order. `quality` names the module that judges a new password, empty
    where there is none. `enforced`: no way sets a password that module refused; `refusal_counts`:
    its control makes PAM refuse with it; `binds_root`: root is refused as well; `warns_only`: it is
    told to let everything pass. `local_only`: accounts of a
    directory are not judged. `remembers` is how many earlier passwords pam_pwhistory or pam_unix
    refuse. `token_reused`: what comes after a module that judged the password sets that one and
    asks for no other (`use_authtok`); None where nothing judges it. `scheme` is crypt(5)'s name for
    new hashes, `rounds` what it was given.

    `way` says, where `enforced` is false, how the module is passed by.
    """

    modules: tuple[str, ...]
    quality: str
    enforced: Seen[bool]
    binds_root: Seen[bool]
    warns_only: Seen[bool]
    remembers: Seen[int]
    token_reused: Seen[bool | None]
    scheme: Seen[str]
    rounds: Seen[int | None] = None
    local_only: Seen[bool] = False
    refusal_counts: Seen[bool] = True
    way: str = ""
    decided: Mapping[str, Evidence] = field(default_factory=dict)

    def at(self, setting: str) -> "PamChange":
        """The same stack, standing on the line that decides this field; evidence for a result."""
        place = self.decided.get(setting)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)
