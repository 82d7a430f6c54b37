"""What accounts made for the audit proved: factor, lock, ceiling, session, what others may read.

No account but the payer's canaries is ever tried, no person but their synthetic ones asked for.
"""

from dataclasses import dataclass
from typing import ClassVar

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class FactorProof(Observation):
    """Whether one thing alone opens a session; key: the canary's account.

    `way` is what was tried: its right `password`, or the link of a letter for a forgotten one
    (`reset`; the key says so too).

    `required` is true where something more was asked for before a session was open and before the
    canary's own people and objects were shown; `asked` is what: `totp`. Unknown where the sign-in
    leads to an identity provider, where canaries stop.
    """

    required: Seen[bool]
    asked: str = ""
    way: str = "password"


@dataclass(frozen=True, slots=True)
class SessionProof(Observation):
    """How a session begins and ends; key: the canary's account.

    `rotated`: a new session id at sign-in. `ends`: dead after signing out. `single`: a second
    sign-in ends the first session. `no_store`: signed-in answers may not be cached. Each None where
    it does not arise (no cookie before signing in, no way out known).
    """

    rotated: Seen[bool | None]
    ends: Seen[bool | None]
    single: Seen[bool | None]
    no_store: Seen[bool | None]


@dataclass(frozen=True, slots=True)
class SessionLife(Observation):
    """How long a session may last, by what it says of itself; key: the canary's account.

    `overall_seconds` is the life of its token (exp of a JSON web token) or of its cookie; unknown
    where it says nothing: to wait for its end takes longer than an audit. `told_by` is `token` or
    the cookie's name.
    """

    overall_seconds: Seen[int]
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class CeilingProof(Observation):
    """How many different people one account could read; key: the canary's account.

    `read` different canary people were answered, `declared` is the inventory's ceiling. `refused`
    says that the portal stopped answering. `stops` is what the refusal was about: `people`
    (somebody read before is still answered), `requests` (nobody is), `address` (another account
    neither), `session` (the session ended), `unknown` (nobody is, and no other account could tell),
    empty without one. `answer` is the status of the refusal.
    """

    read: int
    declared: int
    refused: Seen[bool]
    stops: str = ""
    answer: int = 0


@dataclass(frozen=True, slots=True)
class FieldsReturned(Observation):
    """Which fields a look-up returns beside those needed; key: the look-up's path."""

    returned: tuple[str, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossAccess(Observation):
    """Whether one canary reads what belongs to another; key: the object's path, masked.

    `own` and `other` are the statuses its owner and the stranger got; `same` whether the stranger
    got what the owner got.
    """

    own: int
    other: Seen[int]
    same: Seen[bool]


@dataclass(frozen=True, slots=True)
class ObjectNames(Observation):
    """The shape of the canaries' own object identifiers; key: the path with the identifier cut out.

    `walkable` is true for short numbers, from which the next person's is guessed; none was tried.
    """

    walkable: bool
    shape: str


@dataclass(frozen=True, slots=True)
class EnumerationProof(Observation):
    """Whether a wrong sign-in tells known from unknown accounts; key: `sign-in` or `reset`.

    `tells` names what differed: `status`, `text`, `redirect`.
    """

    differs: Seen[bool]
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockoutProof(Observation):
    """What wrong passwords led to; key: the canary's account that may be locked.

    `attempts` wrong ones were sent. `locked` is true where the account was locked, `how` is
    `announced` (the answer changed) or `silent` (the right password was refused). `slowed` is true
    where the portal asked to wait (429), `address` where that held for another account too.
    """

    attempts: int
    locked: Seen[bool]
    how: str = ""
    slowed: Seen[bool] = False
    address: Seen[bool | None] = None


@dataclass(frozen=True, slots=True)
class AlarmRaised(Observation):
    """Whether somebody noticed the burst of look-ups; key: the canary's account.

    `began` is when the burst began (ISO 8601, UTC), `people` how many different ones it read.
    `after` is how many seconds later an alarm was raised, by the payer's own record, `ticket` its
    name; unknown until the payer gives both.
    """

    began: str
    people: int
    after: Seen[int]
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class ForeignData(Observation):
    """Whether an answer showed an identifier of somebody who is no canary; key: `answers`.

    `answers` were searched. Where one was `shown`, the audit of the portal ended there: nothing of
    the answer is kept but its path, its status and the names of its fields.
    """

    answers: int
    shown: bool
    path: str = ""
    status: int = 0
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentRequest(Observation):
    """One request a canary sent; key: its number. Identifiers in the path are masked."""

    drawn: ClassVar[bool] = True

    number: int
    sent_at: str
    account: str
    method: str
    path: str
    purpose: str
    status: int | None
