"""MySQL 8: which tables, logs and temporary files it encrypts, and with whose key.

Source: MySQL 8.4 reference manual, 17.13 (InnoDB data-at-rest encryption), 8.4.4 (keyring),
19.1.6.4 (binlog_encryption).
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Unknown
from rempart.check import Seen as Value
from rempart.collectors import Seen
from rempart.collectors.database.engine.areas import area, logs
from rempart.collectors.database.engine.asked import Asked, bounded, named, shown, why
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    Standby,
)

_NAMES: Final = (
    *("default_table_encryption", "table_encryption_privilege_check", "innodb_redo_log_encrypt"),
    *("innodb_undo_log_encrypt", "binlog_encryption", "log_bin", "log_bin_basename", "datadir"),
    *("relay_log_basename", "general_log", "general_log_file", "slow_query_log", "tmpdir"),
    *("slow_query_log_file", "log_output", "innodb_log_group_home_dir", "innodb_undo_directory"),
    *("innodb_temp_tablespaces_dir", "keyring_file_data", "keyring_encrypted_file_data"),
)
_LISTED: Final = ", ".join(f"'{name}'" for name in _NAMES)
_SETTINGS: Final = (
    "SELECT LOWER(VARIABLE_NAME), VARIABLE_VALUE FROM performance_schema.global_variables "  # noqa: S608
    f"WHERE VARIABLE_NAME IN ({_LISTED})"
)
_TABLES: Final = (
    "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, CREATE_OPTIONS FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') "
    "AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1, 2 LIMIT 10001"
)
_COMPONENT: Final = (
    "SELECT STATUS_KEY, STATUS_VALUE FROM performance_schema.keyring_component_status "
    "WHERE STATUS_KEY IN ('Component_name', 'Component_status', 'Data_file')"
)
_PLUGINS: Final = (
    "SELECT PLUGIN_NAME FROM information_schema.PLUGINS "
    "WHERE PLUGIN_NAME LIKE 'keyring%' AND PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_TYPE = 'KEYRING'"
)
_REPLICATES: Final = "SELECT COUNT(*) FROM performance_schema.replication_connection_configuration"
_REPLICAS: Final = (
    "SELECT SUBSTRING_INDEX(HOST, ':', 1) FROM performance_schema.processlist "
    "WHERE COMMAND LIKE 'Binlog Dump%'"
)
_HISTOGRAMS: Final = "SELECT COUNT(*) FROM information_schema.COLUMN_STATISTICS"


def asked(session: Any, version: str) -> Asked:  # noqa: ANN401  (a Session)
    """The server with its settings. Raises CollectError."""
    settings = shown(session.ask(_SETTINGS))
    return Asked(session, "MySQL", clean(version.partition("-")[0], 40), settings)


def server(told: Asked) -> Iterator[EngineServer]:
    """What decides on encryption for the whole server."""
    forced: Value[str] = told.value("default_table_encryption")
    if told.on("table_encryption_privilege_check") is True and told.settings.get(
        "default_table_encryption", ""
    ).upper() in ("ON", "1"):
        forced = "FORCE"  # nobody without the right makes a table in clear
    yield EngineServer(
        told.product,
        told.version,
        _able(told),
        forced,
        directory=told.folder("datadir"),
        key="server",
        source="performance_schema.global_variables",
    )


def _able(told: Asked) -> Value[bool]:
    """Whether a keyring is there, without which nothing is encrypted."""
    try:
        return bool(_keyrings(told))
    except CollectError as error:
        return why(error)


def tables(told: Asked) -> Iterator[Seen]:
    """Each table of the users' schemas. Its options say whether it is encrypted."""
    rows, more = bounded(told.rows(_TABLES), "tables")
    for schema, table, engine, options in rows:
        words = (options or "").upper().replace('"', "'")
        yield EngineTable(
            clean(engine or "", 40),
            engine == "InnoDB" and "ENCRYPTION='Y'" in words.replace(" ", ""),
            directory=told.folder("datadir"),
            setting=clean(options or "", 200),
            key=named(schema, table),
            source="information_schema.TABLES",
        )
    if more:
        yield Gap(EngineTable.__name__, Reason.LIMIT, more, source="information_schema.TABLES")


def areas(told: Asked) -> Iterator[EngineArea]:
    """Everything the server writes beside its tables."""
    redo = told.folder("innodb_log_group_home_dir")
    undo = told.folder("innodb_undo_directory")
    yield area(told, "redo", "redo", True, "innodb_redo_log_encrypt", redo)
    yield area(told, "undo", "undo", True, "innodb_undo_log_encrypt", undo)
    binlog = told.on("log_bin")
    place = told.folder("log_bin_basename", file=True) if binlog is True else ""
    yield area(told, "binlog", "binlog", binlog, "binlog_encryption", place, "log_bin")
    relay = told.count(_REPLICATES) > 0
    place = told.folder("relay_log_basename", file=True)
    yield area(told, "relay log", "relay", relay, "binlog_encryption", place)
    yield EngineArea(
        "temporary",
        True,
        False,
        able=False,  # session temporary table spaces are encrypted by no setting of the server
        directory=told.folder("innodb_temp_tablespaces_dir"),
        setting="innodb_temp_tablespaces_dir",
        key="temporary tables",
        source="global variables",
    )
    yield EngineArea(
        "statistics",
        told.count(_HISTOGRAMS) > 0,
        Unknown(Reason.NO_COLLECTOR, "whether mysql.ibd is encrypted was not asked"),
        directory=told.folder("datadir"),
        setting="information_schema.COLUMN_STATISTICS",
        key="statistics",
        source="information_schema.COLUMN_STATISTICS",
    )
    yield from logs(told)


def keys(told: Asked) -> Iterator[EngineKey]:
    """Each keyring component or plug-in that is active."""
    for name, path in _keyrings(told):
        local = "file" in name
        kind = next((word for word in ("vault", "kmip", "kms", "aws", "oci") if word in name), name)
        yield EngineKey(
            "file" if local else kind,
            path,
            told.below(path) if local and path else False,
            ("literal" if "encrypted" in name else "none") if local else "",
            True,  # ALTER INSTANCE ROTATE INNODB MASTER KEY
            setting=name,
            key=name,
            source="performance_schema.keyring_component_status",
        )


def _keyrings(told: Asked) -> list[tuple[str, str]]:
    """Names of keyrings and the files they keep their keys in."""
    found = []
    try:
        component = shown(told.rows(_COMPONENT))
    except CollectError as error:  # before 8.0.24 there is no such table
        if why(error).reason is not Reason.UNREACHABLE:
            raise
        component = {}
    if component.get("Component_status", "").lower() == "active":
        found.append((component.get("Component_name", ""), component.get("Data_file", "")))
    for (plugin,) in told.rows(_PLUGINS):
        data = told.settings.get(f"{plugin}_data", "")
        found.append((clean(plugin or "", 80), data))
    return found


def standbys(told: Asked) -> Iterator[Standby]:
    """Replicas that are connected now."""
    for (host,) in told.rows(_REPLICAS):
        yield Standby(
            "connected", key=named(host) or "replica", source="performance_schema.processlist"
        )
