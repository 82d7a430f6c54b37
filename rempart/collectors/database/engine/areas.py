"""Places beside the tables that MariaDB and MySQL write rows to."""

from collections.abc import Iterator

from rempart.check import Seen, all_of
from rempart.collectors.database.engine.asked import Asked
from rempart.observations.engines import EngineArea


def area(
    told: Asked,
    name: str,
    kind: str,
    written: Seen[bool],
    switch: str,
    directory: Seen[str],
    *others: str,
) -> EngineArea:
    """An area that one switch encrypts."""
    return EngineArea(
        kind,
        written,
        told.on(switch),
        directory=directory,
        setting=told.told(*others, switch),
        key=name,
        source="global variables",
    )


def logs(told: Asked) -> Iterator[EngineArea]:
    """The general and the slow log: whole statements, with their values, never encrypted."""
    output = {word.strip().upper() for word in told.settings.get("log_output", "FILE").split(",")}
    for name, switch, file in (
        ("general log", "general_log", "general_log_file"),
        ("slow log", "slow_query_log", "slow_query_log_file"),
    ):
        written = all_of(told.on(switch) == True, "NONE" not in output)  # noqa: E712
        yield EngineArea(
            "statements",
            written,
            False,
            able=False,
            directory=told.folder(file, file=True),
            inside="TABLE" in output,
            setting=told.told(switch, "log_output"),
            key=name,
            source="global variables",
        )


def audited(told: Asked) -> Iterator[EngineArea]:
    """The log of MariaDB's audit plug-in, which keeps whole statements unless told otherwise."""
    if "server_audit_logging" not in told.settings:
        return
    events = told.settings.get("server_audit_events", "").upper()
    whole = not events or "QUERY" in events
    yield EngineArea(
        "statements",
        all_of(told.on("server_audit_logging") == True, whole),  # noqa: E712
        False,
        able=False,
        directory=told.folder("server_audit_file_path", file=True),
        setting=told.told("server_audit_logging", "server_audit_events"),
        key="audit log",
        source="global variables",
    )
