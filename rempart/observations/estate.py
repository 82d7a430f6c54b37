"""What only shows when several subjects are looked at together."""

from dataclasses import dataclass

from rempart.check import Observation, Seen
from rempart.observations.passwords import PasswordPolicy


@dataclass(frozen=True, slots=True)
class Drift(Observation):
    """One thing as a repository declares it and as the subject runs it; key: what it is of.

    Keys are `sshd.<setting>`, `passwords.<rule>`, `realm.<setting>`, `pg_hba <rule>` and the like.
    `source` is where it is declared, `observed_at` where it was seen to run. A rule that one side
    does not have is None there.
    """

    setting: str
    declared: Seen[str | int | bool | None]
    observed: Seen[str | int | bool | None]
    observed_at: str = ""


@dataclass(frozen=True, slots=True)
class SharedKey(Observation):
    """A customer key and the stores it opens; key: the key's name.

    `uses` are the roles those stores play by their names: live, copy (backups, snapshots,
    archives), rehearsal (test, staging, pre-production).
    """

    stores: tuple[str, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PopulationPolicies(Observation):
    """Every password policy that lets people of one population in; key: the population."""

    policies: tuple[PasswordPolicy, ...]
