"""PostgreSQL: table spaces, the write-ahead log, statistics, temporary files, logged statements.

PostgreSQL itself encrypts nothing; with pg_tde (Percona Server for PostgreSQL) tables and the
write-ahead log may be, statistics and temporary files never are. Source: PostgreSQL 17
documentation, 19.8 (logging), 52.22 (pg_tablespace); pg_tde documentation, limitations.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from rempart.check import Gap, Unknown, all_of
from rempart.check import Seen as Value
from rempart.collectors import Seen
from rempart.collectors.database.engine import pg_tde
from rempart.collectors.database.engine.asked import HIDDEN, Asked, bounded, named, shown
from rempart.collectors.database.engine.statements import statements
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.engines import EngineArea, EngineServer, EngineTable, Standby

_SETTINGS: Final = (
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('data_directory', "
    "'temp_tablespaces', 'shared_preload_libraries', 'log_directory', 'logging_collector', "
    "'log_destination', 'log_statement', 'log_min_duration_statement', 'log_min_duration_sample', "
    "'log_statement_sample_rate', 'log_transaction_sample_rate', 'auto_explain.log_min_duration', "
    "'archive_mode', 'pg_tde.wal_encrypt', 'pg_tde.enforce_encryption', 'pg_tde.cipher', "
    "'server_version')"
)
_TABLES: Final = (
    "SELECT n.nspname::text, c.relname::text, coalesce(a.amname::text, 'heap'), "
    "coalesce(t.spcname, d.spcname)::text, "
    "pg_tablespace_location(coalesce(t.oid, d.oid)), c.oid::text, "
    "pg_partition_root(c.oid)::text, r.relname::text, rn.nspname::text "
    "FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_database b ON b.datname = current_database() "
    "JOIN pg_catalog.pg_tablespace d ON d.oid = b.dattablespace "
    "LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace "
    "LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam "
    "LEFT JOIN pg_catalog.pg_class r ON r.oid = pg_partition_root(c.oid) AND r.oid <> c.oid "
    "LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace "
    "WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' "
    "AND n.nspname !~ '^pg_(catalog|toast|temp)' ORDER BY 1, 2 LIMIT 10001"
)
_SPACES: Final = (
    "SELECT spcname::text, pg_tablespace_location(oid) FROM pg_catalog.pg_tablespace "
    "WHERE spcname <> 'pg_global'"
)
_OWN: Final = (
    "SELECT pg_tablespace_location(dattablespace) FROM pg_catalog.pg_database "
    "WHERE datname = current_database()"
)
_STATISTICS: Final = (
    "SELECT count(*) FROM pg_catalog.pg_stats WHERE schemaname <> 'information_schema' "
    "AND schemaname !~ '^pg_' "
    "AND (most_common_vals IS NOT NULL OR histogram_bounds IS NOT NULL)"
)
_ANALYSED: Final = (
    "SELECT count(*) FROM pg_catalog.pg_stat_user_tables "
    "WHERE analyze_count + autoanalyze_count > 0"
)
_STANDBYS: Final = (
    "SELECT coalesce(nullif(application_name, ''), host(client_addr), ''), state "
    "FROM pg_catalog.pg_stat_replication"
)
_SENDER: Final = "SELECT status FROM pg_catalog.pg_stat_wal_receiver"


def asked(session: Any) -> Asked:  # noqa: ANN401  (a Session)
    """The server with its settings. Raises CollectError."""
    settings = shown(session.ask(_SETTINGS))
    version = settings.get("server_version", "").partition(" ")[0]
    return Asked(session, "PostgreSQL", version, settings)


def server(told: Asked) -> Iterator[EngineServer]:
    """What decides on encryption for the whole server: pg_tde, or nothing."""
    able = pg_tde.schema(told) is not None
    enforced = told.settings.get("pg_tde.enforce_encryption", "off").lower()
    yield EngineServer(
        told.product,
        told.version,
        able,
        ("FORCE" if enforced == "on" else "OFF") if able else "",
        directory=told.value("data_directory"),
        key="server",
        source="pg_settings",
    )


def tables(told: Asked) -> Iterator[Seen]:
    """Each table of the users' schemas; a partitioned one as the sum of its partitions."""
    rows, more = bounded(told.rows(_TABLES), "tables")
    sealed = pg_tde.sealed(told)
    parents: dict[str, list[EngineTable]] = {}
    for schema, name, method, space, place, oid, _, parent, parent_schema in rows:
        table = EngineTable(
            clean(method or "", 40),
            sealed.get(oid or "", False),
            clean(space or "", 63),
            _place(told, place),
            setting=f"USING {clean(method or '', 40)}",
            key=named(schema, name),
            source="pg_class",
        )
        yield table
        if parent:
            parents.setdefault(named(parent_schema, parent), []).append(table)
    for key, parts in parents.items():
        first = parts[0]
        encrypted = all_of(*(part.encrypted == True for part in parts))  # noqa: E712
        yield EngineTable(
            first.engine,
            encrypted,
            first.tablespace,
            first.directory,
            setting=f"{len(parts)} partitions",
            key=key,
            source="pg_class",
        )
    if more:
        yield Gap(EngineTable.__name__, Reason.LIMIT, more, source="pg_class")


def areas(told: Asked) -> Iterator[EngineArea]:
    """Everything the server writes beside its tables."""
    able = pg_tde.schema(told) is not None
    base = told.value("data_directory")
    log = base if isinstance(base, Unknown) else f"{base}/pg_wal"
    yield EngineArea(
        "redo",
        True,
        told.on("pg_tde.wal_encrypt") if able else False,
        able,
        log,
        setting=told.told("pg_tde.wal_encrypt") if able else "no encryption in PostgreSQL",
        key="write-ahead log",
        source="pg_settings",
    )
    yield from _archive(told)
    yield EngineArea(
        "statistics",
        _statistics(told),
        False,
        able=False,
        directory=_place(told, told.one(_OWN)),
        inside=True,
        setting="pg_stats",
        key="statistics",
        source="pg_stats",
    )
    yield from _temporary(told)
    yield from statements(told)


def _archive(told: Asked) -> Iterator[EngineArea]:
    mode = told.settings.get("archive_mode", "off")
    if mode == "off":
        return
    unseen = Unknown(
        Reason.UNRESOLVED,
        "the server does not tell how its archive is kept: name it as a backup in the inventory",
    )
    yield EngineArea(
        "archive",
        True,
        unseen,
        able=False,
        directory=Unknown(Reason.UNRESOLVED, "archive_command"),
        setting=f"archive_mode = {mode}",
        key="log archive",
        source="pg_settings",
    )


def _statistics(told: Asked) -> Value[bool]:
    """Whether the catalogue keeps values of the users' columns.

    `pg_stats` shows only columns that the account may read; whether tables were analysed is told
    to everybody.
    """
    seen = told.count(_STATISTICS)
    if isinstance(seen, int) and seen > 0:
        return True
    return told.count(_ANALYSED) > 0


def _temporary(told: Asked) -> Iterator[EngineArea]:
    """Sorts and hashes that do not fit in memory, where they are written."""
    chosen = [one.strip(' "') for one in told.settings.get("temp_tablespaces", "").split(",")]
    places = {str(name): place for name, place in told.rows(_SPACES)}
    own = told.one(_OWN)
    for name in [one for one in chosen if one] or [""]:
        yield EngineArea(
            "temporary",
            True,
            False,
            able=False,
            directory=_place(told, places.get(name) if name else own),
            setting=told.told("temp_tablespaces"),
            key=f"temporary files {clean(name, 60)}".strip(),
            source="pg_settings",
        )


def _place(told: Asked, location: str | None) -> Value[str]:
    """Where a table space lies: its own folder, or the data directory."""
    if location:
        path = PurePosixPath(location)
        return clean(str(path), 200)
    return told.settings.get("data_directory") or HIDDEN


def standbys(told: Asked) -> Iterator[Standby]:
    """Servers that stream the log from here, and whether this one does from another."""
    for place, (name, state) in enumerate(told.rows(_STANDBYS), 1):
        key = named(name) or f"standby {place}"
        yield Standby(clean(state or "connected", 40), key=key, source="pg_stat_replication")
    if told.rows(_SENDER):
        yield Standby("replica", "sends", key="primary", source="pg_stat_wal_receiver")
