"""What a system demands of a password, and how it keeps one, whatever the system is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rempart.check import Evidence, Observation, Reason, Seen, Unknown

UNREAD = Unknown(Reason.NO_COLLECTOR, "the reader of this source does not look at it")


@dataclass(frozen=True, slots=True)
class PasswordPolicy(Observation):
    """The rules one source applies to a new password; key: that source.

    Sources are `pam`, an LDAP policy entry, an Active Directory domain or settings object, a realm,
    a database server, a cloud account. `min_length` and `max_length` are characters, None where
    the source sets no limit. `min_classes` is how many of the four classes must appear, whichever
    they are. `lower`, `upper`, `digits`, `specials`: at least so many of the class; a negative
    count is a credit, each character of the class (up to so many) makes the length asked one
    shorter (PAM). A rule that is written but not enforced is not in force and counts as zero.

    `max_failures` locks the account, None where nothing does; `unlock_seconds` is None where an
    administrator must unlock; `window_seconds` is how long a failure counts, None until a success.
    `max_age_days` is None where passwords do not expire, `min_age_days` how long one must stand;
    `history` is how many earlier ones are refused. `second_factor` is true where nobody signs in
    with the password alone.

    `bound` names whom it binds, empty for everybody of the source without a policy of their own;
    `privileged` is true where those are administrators alone. `on_device` is true of a code that
    opens a device in its holder's hands and nothing else. `decided` says where a rule was found,
    when it was elsewhere than the rest.
    """

    min_length: Seen[int]
    max_length: Seen[int | None]
    min_classes: Seen[int]
    lower: Seen[int]
    upper: Seen[int]
    digits: Seen[int]
    specials: Seen[int]
    dictionary: Seen[bool]
    max_failures: Seen[int | None]
    unlock_seconds: Seen[int | None]
    max_age_days: Seen[int | None]
    binds_admins: Seen[bool]
    second_factor: Seen[bool]
    decided: Mapping[str, Evidence] = field(default_factory=dict)
    window_seconds: Seen[int | None] = UNREAD
    min_age_days: Seen[int] = UNREAD
    history: Seen[int] = UNREAD
    forbids_username: Seen[bool] = UNREAD
    bound: str = ""
    privileged: Seen[bool] = False
    on_device: bool = False

    def at(self, rule: str) -> "PasswordPolicy":
        """The same policy, standing where this rule was found; evidence for a result."""
        place = self.decided.get(rule)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)


# What a source asks that applies no policy: nothing.
NO_RULES = PasswordPolicy(
    min_length=0,
    max_length=None,
    min_classes=0,
    lower=0,
    upper=0,
    digits=0,
    specials=0,
    dictionary=False,
    max_failures=None,
    unlock_seconds=None,
    max_age_days=None,
    binds_admins=True,
    second_factor=False,
    window_seconds=None,
    min_age_days=0,
    history=0,
    forbids_username=False,
)


@dataclass(frozen=True, slots=True)
class PasswordStorage(Observation):
    """How one source keeps passwords, one observation a scheme; key: the source, then the scheme.

    `scheme` is named as in the yardsticks (`PasswordHashing`): crypt(5)'s names, argon2id,
    pbkdf2-sha256, bare digests (`ssha` with a salt), `nthash`, `reversible`, `clear`. `cost` is
    rounds, or the base-2 logarithm of the work for bcrypt; None where it was not seen or has none.
    `accounts` is how many passwords are kept so, None for what new ones get.
    """

    scheme: Seen[str]
    cost: Seen[int | None] = None
    accounts: int | None = None
