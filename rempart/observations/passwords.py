"""What a system demands of a password, whatever the system is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rempart.check import Evidence, Observation, Seen


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
    administrator must unlock. `max_age_days` is None where passwords do not expire.
    `second_factor` is true where nobody signs in with the password alone. `decided` says where a
    rule was found, when it was elsewhere than the rest.
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

    def at(self, rule: str) -> "PasswordPolicy":
        """The same policy, standing where this rule was found; evidence for a result."""
        place = self.decided.get(rule)
        if place is None:
            return self
        return replace(self, source=place.source, line=place.line, end_line=place.end_line)
