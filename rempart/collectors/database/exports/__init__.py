"""A database whose administrator answered documented queries: SQL Server and Oracle, as CSV.

`rempart collect --database sqlserver` (or `oracle`) prints the queries. They read accounts and
settings; nothing is contacted. What else is asked of databases was not looked at, and says so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

from rempart.check import Gap
from rempart.collectors import Seen, Wanted
from rempart.collectors.database import credentials
from rempart.collectors.database.exports import oracle, sqlserver
from rempart.collectors.database.exports.table import Tables
from rempart.errors import CollectError, Reason, Unresolved
from rempart.observations.database_accounts import ClientRule

PRODUCTS: Final = {"sqlserver": sqlserver, "oracle": oracle}
_HOLDS: Final = frozenset(credentials.BRINGS) - {ClientRule}


def queries(product: str) -> bytes:
    """The queries a person runs."""
    return resources.files(__package__).joinpath(f"{product}.sql").read_bytes()


def collect(subject: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What the exports say, and a gap for each type they do not hold."""
    for kind in sorted(wanted - _HOLDS, key=lambda kind: kind.__name__):
        if kind is not ClientRule:
            detail = "exports hold accounts and settings only: the database itself was not asked"
            yield Gap(kind.__name__, Reason.NO_COLLECTOR, detail)
    mine = {kind.__name__ for kind in wanted & _HOLDS}
    try:
        found = list(_read(Path(subject.captured)))
    except CollectError as error:
        found = [Gap(name, error.reason, str(error)) for name in sorted(mine)]
    for item in found:
        if (item.type if isinstance(item, Gap) else type(item).__name__) in mine:
            yield item


def _read(folder: Path) -> Iterator[Seen]:
    tables = Tables(folder)
    today = datetime.now(UTC).date()
    products = [name for name in PRODUCTS if f"{name}-server" in tables]
    if len(products) != 1:
        words = "expected the answers of one server: sqlserver.sql or oracle.sql"
        raise Unresolved(f"{folder.name}: {words}, found {' and '.join(products) or 'neither'}")
    yield from PRODUCTS[products[0]].read(tables, today)
