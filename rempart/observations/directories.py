"""Directories that people sign in through: their doors, their policies, their risky accounts."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class DirectoryAccess(Observation):
    """How a directory lets clients in; key: its naming context.

    `anonymous` is whether entries below the naming context are shown to nobody in particular,
    `clear_password` whether the server takes a password on a connection without TLS.
    """

    product: str
    anonymous: Seen[bool]
    clear_password: Seen[bool]


@dataclass(frozen=True, slots=True)
class DirectoryPolicies(Observation):
    """Whether password policies are applied at all; key: the naming context.

    `applied` is whether the server has the means (OpenLDAP's ppolicy overlay), `default` is the
    policy of those who have none of their own, empty where there is none; `entries` are policies.
    """

    product: str
    applied: Seen[bool]
    default: Seen[str]
    entries: Seen[int]


@dataclass(frozen=True, slots=True)
class PolicyReach(Observation):
    """Whom a policy of a directory really binds; key: the policy.

    `precedence` is lower for the stronger claim, None for the default. `named` are the groups and
    accounts it is given to; `accounts` those enabled for which it decides, `admins` how many of
    them are privileged. `ties` are other policies of the same precedence; `others` is how many
    policies stand beside the default.
    """

    precedence: int | None
    named: tuple[str, ...]
    accounts: Seen[int]
    admins: Seen[int]
    ties: tuple[str, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class AccountFlag(Observation):
    """How many enabled accounts of a directory carry a flag that weakens them; key: the flag.

    `flag` is one of

    - `no_password_needed`: an empty password is allowed (PASSWD_NOTREQD)
    - `no_preauth`: its password can be guessed offline by anybody (DONT_REQ_PREAUTH)
    - `reversible`: its password is kept so that it can be read back
    - `des_only`: its tickets are encrypted with DES alone
    - `never_expires`: its password never expires (DONT_EXPIRE_PASSWORD)
    - `service_admin`: a privileged account with a service name, whose password can be guessed
      offline by anybody who is signed in
    - `delegation`: may act as anybody who signs in to it (unconstrained delegation)

    `admins` counts the privileged among them. The source is the filter that lists them.
    """

    flag: str
    accounts: Seen[int]
    admins: Seen[int]


@dataclass(frozen=True, slots=True)
class MachineQuota(Observation):
    """How many machines any account may join to the domain; key: the domain."""

    machines: Seen[int]
