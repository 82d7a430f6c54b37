"""Credentials of a database server: its accounts, whom it lets in, what it asks of a password."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.credentials import mysql, postgresql
from rempart.observations.database_accounts import ClientRule, DatabaseAccount, DatabaseServer
from rempart.observations.passwords import PasswordPolicy

BRINGS: Final[tuple[type[Observation], ...]] = (
    DatabaseServer,
    DatabaseAccount,
    ClientRule,
    PasswordPolicy,
)
_DIALECTS: Final = {"postgresql": postgresql, "mysql": mysql}
# What only the owner of the server may ask, word for word, for the sudoers fragment.
OWNER: Final = {name: module.OWNER for name, module in _DIALECTS.items()}


def collect(session: Any, subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What the server says of its credentials. Raises CollectError where it ends early."""
    for item in _DIALECTS[session.dialect].read(session):
        name = item.type if isinstance(item, Gap) else type(item).__name__
        if name in {kind.__name__ for kind in wanted}:
            yield item
