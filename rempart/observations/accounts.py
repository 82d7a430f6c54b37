"""Who may sign in to a system, with what kind of secret, and who may become root."""

from dataclasses import dataclass

from rempart.check import Observation, Reason, Seen, Unknown

# What older versions did not ask for.
UNASKED = Unknown(Reason.UNRESOLVED, "the version that looked did not ask")


@dataclass(frozen=True, slots=True)
class Account(Observation):
    """One local account; key: its name.

    `hash_scheme` is crypt(5)'s name of the scheme (yescrypt, sha512crypt, bcrypt, md5crypt,
    descrypt ...) and None where no password can match. `hash_cost` is rounds for sha*crypt and the
    base-2 logarithm of the work for bcrypt and yescrypt. The hash itself never leaves the host.
    `can_sign_in` is false for shells such as nologin. An account may be locked and still hold a
    hash.

    `kind` is root, system (a number outside those of people), service (a person's number, but no
    shell, or a name made of a service's words) or person. `groups` are all it belongs to, its own
    first. `admin`: it may become root by sudo with any command, or is root. Days are counted from
    1970-01-01: `password_set` (0: to be changed at the next sign-in, None where nobody recorded
    it), `expires` (None: never), `last_sign_in` (None: never seen). `min_days`, `max_days` and
    `inactive_days` are shadow(5)'s ages, None where they set no limit. `keys` is how many public
    keys open it.
    """

    uid: int
    shell: str
    can_sign_in: bool
    hash_scheme: Seen[str | None]
    hash_cost: Seen[int | None]
    locked: Seen[bool]
    empty_password: Seen[bool]
    hash_in_passwd: bool = False
    gid: Seen[int] = UNASKED
    home: str = ""
    kind: Seen[str] = UNASKED
    groups: Seen[tuple[str, ...]] = UNASKED
    admin: Seen[bool] = UNASKED
    password_set: Seen[int | None] = UNASKED
    min_days: Seen[int | None] = UNASKED
    max_days: Seen[int | None] = UNASKED
    inactive_days: Seen[int | None] = UNASKED
    expires: Seen[int | None] = UNASKED
    last_sign_in: Seen[int | None] = UNASKED
    keys: Seen[int] = UNASKED


@dataclass(frozen=True, slots=True)
class Group(Observation):
    """One local group; key: its name. `members` are those it lists, without primary members."""

    gid: int
    members: tuple[str, ...]


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
class SudoSettings(Observation):
    """What `Defaults` lines of sudoers say for everybody; key: `Defaults`.

    `asks`: a password is asked for (`authenticate`); `exempt` are those for whom it is not, in
    sudoers' own words. `timeout_minutes` is how long one answer holds: negative until the session
    ends, 0 each time; `widest_minutes` is the longest that any scoped line allows. `own_terminal`
    is `use_pty`, `log_file` the file, empty where none is named; `log_io`: what is typed or shown
    is kept; `syslog`: messages go to the system's log.
    """

    asks: Seen[bool]
    exempt: tuple[str, ...]
    timeout_minutes: Seen[int]
    widest_minutes: Seen[int]
    own_terminal: Seen[bool]
    log_file: Seen[str]
    log_io: Seen[bool]
    syslog: Seen[bool]


@dataclass(frozen=True, slots=True)
class LoginDefaults(Observation):
    """What new local accounts get, from login.defs and useradd; key: `new accounts`.

    `inactive_days` after its password expired an account is closed; None where it never is.
    `uid_min` and `uid_max` bound the accounts of people; below them are those of the system.
    """

    inactive_days: Seen[int | None]
    uid_min: Seen[int]
    uid_max: Seen[int]
