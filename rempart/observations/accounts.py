"""Who may sign in to a system, with what kind of secret, and who may become root."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class Account(Observation):
    """One local account; key: its name.

    `hash_scheme` is crypt(5)'s name of the scheme (yescrypt, sha512crypt, bcrypt, md5crypt,
    descrypt ...) and None where no password can match. `hash_cost` is rounds for sha*crypt and the
    base-2 logarithm of the work for bcrypt and yescrypt. The hash itself never leaves the host.
    `can_sign_in` is false for shells such as nologin. An account may be locked and still hold a
    hash.
    """

    uid: int
    shell: str
    can_sign_in: bool
    hash_scheme: Seen[str | None]
    hash_cost: Seen[int | None]
    locked: Seen[bool]
    empty_password: Seen[bool]
    hash_in_passwd: bool = False


@dataclass(frozen=True, slots=True)
class SudoRule(Observation):
    """Commands some people may run as somebody else; key: who, and as whom.

    Names, groups (`%admin`) and commands are sudoers' own words, aliases replaced by their members.
    `nopasswd` is true where sudo asks for no password, by a tag or by `Defaults !authenticate`.
    """

    who: str
    run_as: str
    commands: tuple[str, ...]
    nopasswd: Seen[bool]


@dataclass(frozen=True, slots=True)
class LoginDefaults(Observation):
    """What new local accounts get, from login.defs and useradd; key: `new accounts`.

    `inactive_days` after its password expired an account is closed; None where it never is.
    `uid_min` and `uid_max` bound the accounts of people; below them are those of the system.
    """

    inactive_days: Seen[int | None]
    uid_min: Seen[int]
    uid_max: Seen[int]
