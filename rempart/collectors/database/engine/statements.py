"""What PostgreSQL writes of statements to its log: their text stands there with its values."""

from collections.abc import Iterator
from typing import Final

from rempart.check import Seen, Unknown, any_of
from rempart.collectors.database.engine.asked import Asked
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.engines import EngineArea

# Roles and databases may set it for themselves, which the settings of our own session do not show.
_OWN: Final = (
    "SELECT count(*) FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS one "
    "WHERE one ~ '^(log_statement=(mod|all)|(auto_explain[.])?"
    "log_min_duration(_statement|_sample)?=[0-9])'"
)


def statements(told: Asked) -> Iterator[EngineArea]:
    """The server's log, where it holds statements of those who read and write."""
    told_by = [name for name, wide in _whole(told).items() if wide]
    own = told.count(_OWN)
    written = any_of(*_whole(told).values(), own > 0)
    words = told.told("log_statement", "log_min_duration_statement")
    if not told_by and isinstance(own, int) and own:
        words += f", {own} set for a role or a database"
    yield EngineArea(
        "statements",
        written,
        False,
        able=False,
        directory=_folder(told),
        setting=words,
        key="server log",
        source="pg_settings",
    )


def _whole(told: Asked) -> dict[str, bool]:
    """Each setting that brings whole statements into the log, and whether it does."""
    sampled = told.settings.get("log_min_duration_sample", "-1")
    rate = told.settings.get("log_statement_sample_rate", "0")
    every = told.settings.get("log_transaction_sample_rate", "0")
    return {
        "log_statement": told.settings.get("log_statement", "none") in ("mod", "all"),
        "log_min_duration_statement": _from_zero(told, "log_min_duration_statement"),
        "log_min_duration_sample": not sampled.startswith("-") and rate not in ("0", ""),
        "log_transaction_sample_rate": every not in ("0", ""),
        "auto_explain.log_min_duration": _from_zero(told, "auto_explain.log_min_duration"),
    }


def _from_zero(told: Asked, name: str) -> bool:
    value = told.settings.get(name, "-1")
    return bool(value) and not value.startswith("-")


def _folder(told: Asked) -> Seen[str]:
    if told.on("logging_collector") is True:
        return told.folder("log_directory")
    where = clean(told.settings.get("log_destination", "stderr"), 40)
    return Unknown(Reason.UNRESOLVED, f"the log goes to {where}, and whoever starts it keeps it")
