"""What the engine of a database server writes where, encrypted or not, and whose key that is.

Only settings, names of tables and counts are asked for: no row of a table, no text of a statement
and no part of a definition comes back. Each part asks for itself, so that a missing privilege costs
one kind of observation.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from rempart.check import Gap, Observation
from rempart.collectors import Seen, Wanted
from rempart.collectors.database.engine import literals, mariadb, mysql, pg_tde, postgresql
from rempart.collectors.database.engine.asked import Asked
from rempart.errors import CollectError, Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    SqlKeys,
    Standby,
)

Part: TypeAlias = Callable[[Asked], Iterator[Seen]]
Parts: TypeAlias = Mapping[type[Observation], Part]

POSTGRESQL: Final[Parts] = {
    EngineServer: postgresql.server,
    EngineTable: postgresql.tables,
    EngineArea: postgresql.areas,
    EngineKey: pg_tde.keys,
    SqlKeys: literals.postgresql,
    Standby: postgresql.standbys,
}
MARIADB: Final[Parts] = {
    EngineServer: mariadb.server,
    EngineTable: mariadb.tables,
    EngineArea: mariadb.areas,
    EngineKey: mariadb.keys,
    SqlKeys: literals.mariadb,
    Standby: mariadb.standbys,
}
MYSQL: Final[Parts] = {
    EngineServer: mysql.server,
    EngineTable: mysql.tables,
    EngineArea: mysql.areas,
    EngineKey: mysql.keys,
    SqlKeys: literals.mysql,
    Standby: mysql.standbys,
}
BRINGS: tuple[type[Observation], ...] = tuple(POSTGRESQL)


def collect(session: Any, subject: Any, access: Any, wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What the engine is seen to do, for the wanted types; a gap for each that was not seen."""
    asked, parts = _product(session)
    for kind, part in parts.items():
        if kind in wanted:
            try:
                yield from part(asked)
            except CollectError as error:
                yield Gap(kind.__name__, error.reason, str(error))
            except (LookupError, ValueError):  # a server may answer anything
                words = "the server's answer does not fit the question"
                yield Gap(kind.__name__, Reason.TRUNCATED, words)


def _product(session: Any) -> tuple[Asked, Parts]:  # noqa: ANN401  (a Session)
    if session.dialect == "postgresql":
        return postgresql.asked(session), POSTGRESQL
    version = str(session.ask("SELECT VERSION()")[0][0])
    if "mariadb" in version.lower():
        return mariadb.asked(session, version), MARIADB
    return mysql.asked(session, version), MYSQL
