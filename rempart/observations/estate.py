"""What only shows when several subjects are looked at together."""

from dataclasses import dataclass

from rempart.check import Observation, Seen
from rempart.observations.passwords import PasswordPolicy


@dataclass(frozen=True, slots=True)
class Drift(Observation):
    """One setting as a repository declares it and as the subject runs it; key: `sshd.<field>`."""

    setting: str
    declared: Seen[str | int | bool | None]
    observed: Seen[str | int | bool | None]


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
