"""MariaDB: which tables, logs and temporary files it encrypts, and with whose key.

A table space that was never encrypted is absent from INNODB_TABLESPACES_ENCRYPTION: what is not
there is in clear. Source: MariaDB server documentation, data-at-rest encryption; 10.11 tried.
"""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Unknown, all_of
from rempart.check import Seen as Value
from rempart.collectors import Seen
from rempart.collectors.database.engine.areas import area, audited, logs
from rempart.collectors.database.engine.asked import Asked, bounded, named, shown, why
from rempart.collectors.database.engine.spaces import Space, by_table
from rempart.collectors.text import clean
from rempart.errors import CollectError, Reason
from rempart.observations.engines import (
    EngineArea,
    EngineKey,
    EngineServer,
    EngineTable,
    Standby,
)

SYSTEM: Final = "('mysql', 'information_schema', 'performance_schema', 'sys')"
_PREFIXES: Final = (
    *("innodb_encrypt%", "encrypt%", "aria_encrypt%", "log_bin%", "relay_log%", "general_log%"),
    *("slow_query%", "log_slow%", "long_query%", "log_output", "datadir", "tmpdir"),
    *("innodb_log_group_home_dir", "innodb_undo_directory", "server_audit_%"),
    *("file_key_management_filename", "file_key_management_encryption%"),
    "hashicorp_key_management_vault_url",
)
_SETTINGS: Final = (
    "SELECT LOWER(VARIABLE_NAME), VARIABLE_VALUE "
    "FROM information_schema.GLOBAL_VARIABLES WHERE "
    + " OR ".join(f"VARIABLE_NAME LIKE '{prefix}'" for prefix in _PREFIXES)
)
_TABLES: Final = (
    "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, CREATE_OPTIONS, "  # noqa: S608  (fixed)
    "HEX(CAST(CONVERT(TABLE_SCHEMA USING filename) AS BINARY)), "
    "HEX(CAST(CONVERT(TABLE_NAME USING filename) AS BINARY)) "
    f"FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN {SYSTEM} "
    "AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1, 2 LIMIT 10001"
)
_NAMES: Final = "SELECT HEX(CAST(NAME AS BINARY)), SPACE FROM information_schema.INNODB_SYS_TABLES"
_FILES: Final = "SELECT SPACE, FILENAME FROM information_schema.INNODB_SYS_TABLESPACES"
_ENCRYPTION: Final = (
    "SELECT SPACE, ENCRYPTION_SCHEME, MIN_KEY_VERSION, CURRENT_KEY_VERSION, CURRENT_KEY_ID, "
    "ROTATING_OR_FLUSHING FROM information_schema.INNODB_TABLESPACES_ENCRYPTION"
)
_PLUGINS: Final = (
    "SELECT PLUGIN_NAME FROM information_schema.PLUGINS "
    "WHERE PLUGIN_TYPE = 'ENCRYPTION' AND PLUGIN_STATUS = 'ACTIVE'"
)
# Never the pass phrase itself, which this variable may hold.
_LOCK: Final = (
    "SELECT CASE WHEN VARIABLE_VALUE = '' THEN 'none' WHEN VARIABLE_VALUE LIKE 'FILE:%' "
    "THEN 'file' ELSE 'literal' END FROM information_schema.GLOBAL_VARIABLES "
    "WHERE VARIABLE_NAME = 'file_key_management_filekey'"
)
_STATISTICS: Final = (
    "SELECT COUNT(*) FROM mysql.column_stats "
    "WHERE min_value IS NOT NULL OR max_value IS NOT NULL OR histogram IS NOT NULL"
)
_REPLICAS: Final = (
    "SELECT SUBSTRING_INDEX(HOST, ':', 1) FROM information_schema.PROCESSLIST "
    "WHERE COMMAND LIKE 'Binlog Dump%'"
)
_CONNECTED: Final = (
    "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS "
    "WHERE VARIABLE_NAME = 'SLAVES_CONNECTED'"
)
_KINDS: Final = {
    "file_key_management": "file",
    "hashicorp_key_management": "vault",
    "aws_key_management": "kms",
}
MEANT: Final = ("ON", "FORCE")


def asked(session: Any, version: str) -> Asked:  # noqa: ANN401  (a Session)
    """The server with its settings. Raises CollectError."""
    settings = shown(session.ask(_SETTINGS))
    return Asked(session, "MariaDB", clean(version.partition("-")[0], 40), settings)


def server(told: Asked) -> Iterator[EngineServer]:
    """What decides on encryption for the whole server."""
    forced, waiting = told.value("innodb_encrypt_tables"), _waiting(told)
    yield EngineServer(
        told.product,
        told.version,
        bool(told.rows(_PLUGINS)),
        forced,
        told.number("innodb_encryption_threads"),
        told.number("innodb_encryption_rotate_key_age"),
        waiting,
        told.folder("datadir"),
        key="server",
        source="information_schema.GLOBAL_VARIABLES",
    )


def _waiting(told: Asked) -> Value[int]:
    """How many tables are to be encrypted and are not yet."""
    if told.settings.get("innodb_encrypt_tables") not in MEANT:
        return 0
    try:
        return sum(map(_waits, _tables(told)[0]))
    except CollectError as error:
        return why(error)


def _waits(table: EngineTable) -> bool:
    """Whether a table is to be encrypted and is not yet; one that says no is left as it is."""
    refused = "'no'" in table.setting.replace('"', "'").lower()
    return table.engine == "InnoDB" and table.encrypted is False and not refused


def tables(told: Asked) -> Iterator[Seen]:
    """Each table of the users' schemas; one Gap where there are too many."""
    found, more = _tables(told)
    yield from found
    if more:
        yield Gap(EngineTable.__name__, Reason.LIMIT, more, source="information_schema.TABLES")


def _tables(told: Asked) -> tuple[list[EngineTable], str]:
    """The tables, and what is said where there are more than are told apart."""
    spaces = by_table(told.rows(_NAMES), told.rows(_FILES), told.rows(_ENCRYPTION))
    rows, more = bounded(told.rows(_TABLES), "tables")
    found = []
    for schema, table, engine, options, *hexed in rows:
        name = b"/".join(bytes.fromhex(part or "") for part in hexed).decode("utf-8", "replace")
        here = spaces.get(name, ())
        words = (clean(engine or "", 40), clean(options or "", 200))
        found.append(_table(told, named(schema, table), *words, here))
    return found, more


def _table(
    told: Asked, key: str, engine: str, options: str, spaces: tuple[Space, ...]
) -> EngineTable:
    source = "information_schema.INNODB_TABLESPACES_ENCRYPTION"
    if engine == "InnoDB" and spaces:
        first = spaces[0]
        return EngineTable(
            engine,
            all_of(*(space.encrypted for space in spaces)),
            first.name,
            first.folder(told),
            first.key_id,
            min(space.oldest for space in spaces),
            max(space.current for space in spaces),
            any(space.rotating for space in spaces),
            options,
            key=key,
            source=source,
        )
    encrypted: Value[bool] = False
    if engine == "Aria":
        encrypted = _aria(told)
    return EngineTable(
        engine, encrypted, directory=told.folder("datadir"), setting=options, key=key, source=source
    )


def _aria(told: Asked) -> Value[bool]:
    """Aria tables made before the switch was set stay in clear, and nothing says which."""
    switch = told.on("aria_encrypt_tables")
    if switch is not True:
        return switch
    return Unknown(Reason.NO_COLLECTOR, "aria_encrypt_tables = ON: older Aria tables stay clear")


def areas(told: Asked) -> Iterator[Seen]:
    """Everything the server writes beside its tables."""
    redo, tmp = told.folder("innodb_log_group_home_dir"), told.folder("tmpdir")
    yield area(told, "redo", "redo", True, "innodb_encrypt_log", redo)
    binlog = told.on("log_bin")
    place = told.folder("log_bin_basename", file=True) if binlog is True else ""
    yield area(told, "binlog", "binlog", binlog, "encrypt_binlog", place, "log_bin")
    relay = bool(told.settings.get("relay_log_basename"))
    place = told.folder("relay_log_basename", file=True) if relay else ""
    yield area(told, "relay log", "relay", relay, "encrypt_binlog", place)
    for name, switch in (
        ("temporary tables", "innodb_encrypt_temporary_tables"),
        ("temporary tables on disk", "encrypt_tmp_disk_tables"),
        ("temporary files", "encrypt_tmp_files"),
    ):
        yield area(told, name, "temporary", True, switch, tmp)
    count = told.count(_STATISTICS)
    written = count > 0
    yield EngineArea(
        "statistics",
        written,
        _aria(told),
        directory=told.folder("datadir"),
        inside=True,
        setting="mysql.column_stats",
        key="statistics",
        source="mysql.column_stats",
    )
    yield from logs(told)
    yield from audited(told)
    yield from _fulltext(told)


def _fulltext(told: Asked) -> Iterator[EngineArea]:
    """The words of indexed text, kept in tables of their own."""
    try:
        spaces = by_table(told.rows(_NAMES), told.rows(_FILES), told.rows(_ENCRYPTION))
    except CollectError:
        return
    words = [one for name, those in spaces.items() if "/FTS_" in name for one in those]
    if words:
        sealed = all_of(*(space.encrypted for space in words))
        yield EngineArea(
            "fulltext",
            True,
            sealed,
            directory=words[0].folder(told),
            setting=f"{len(words)} FTS tables",
            key="full-text index",
            source="information_schema.INNODB_SYS_TABLES",
        )


def keys(told: Asked) -> Iterator[EngineKey]:
    """Each key plug-in that is loaded."""
    for (plugin,) in told.rows(_PLUGINS):
        name = clean(plugin or "", 80)
        path, locked = told.settings.get("file_key_management_filename", ""), ""
        kind = _KINDS.get(name, "example" if "example" in name or "debug" in name else name)
        if kind == "file":
            locked = told.one(_LOCK)
        url = told.settings.get("hashicorp_key_management_vault_url", "")
        yield EngineKey(
            kind,
            path if kind == "file" else "",
            told.below(path) if kind == "file" else False,
            locked,
            kind != "file",  # the community's file has one version of each key
            kind == "vault" and url.lower().startswith("http://"),
            f"{name}: filekey {locked}" if locked else name,
            key=name,
            source="information_schema.PLUGINS",
        )


def standbys(told: Asked) -> Iterator[Standby]:
    """Replicas that are connected now; without PROCESS they are counted, not named."""
    try:
        hosts = [named(host) for (host,) in told.rows(_REPLICAS)]
    except CollectError:
        hosts = []
    connected = told.count(_CONNECTED)
    if isinstance(connected, int) and connected > len(hosts):
        hosts += [""] * (connected - len(hosts))
    for place, host in enumerate(sorted(hosts), 1):
        key = host or f"replica {place}"
        yield Standby("connected", key=key, source="information_schema.PROCESSLIST")
    if told.settings.get("relay_log_basename"):
        yield Standby("replica", "sends", key="primary", source="relay_log_basename")
