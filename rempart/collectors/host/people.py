"""What is read from accounts: whatever is asked for one of these is asked for all of them."""

from typing import Final

from rempart.check import Observation
from rempart.observations.accounts import Account
from rempart.observations.people import AuthorizedKey, Enrolment, FileGuard, PrivateKey

PEOPLE: Final[tuple[type[Observation], ...]] = (
    Account,
    AuthorizedKey,
    PrivateKey,
    FileGuard,
    Enrolment,
)
