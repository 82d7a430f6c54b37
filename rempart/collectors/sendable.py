"""Observations as plain mappings, made on a host that has only the standard library."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401
    """Dataclasses as mappings, moments as text; what is unknown says so."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        return {"seen": "unknown", **found} if type(value).__name__ == "Unknown" else found
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
