"""The type of a variable: `optional(type, default)` fills in what an object leaves out."""

from typing import Final

from rempart.collectors.repository.scalars import Value
from rempart.collectors.repository.terraform.syntax import Call, Expression

DEPTH: Final = 12


def completed(type_: Expression, value: Value, depth: int = DEPTH) -> Value:
    """A value with the optional parts that its type gives it."""
    if depth <= 0 or not isinstance(type_, Call) or not type_.arguments:
        return value
    inner = type_.arguments[0]
    if type_.name == "optional":
        return completed(inner, value, depth - 1)
    if type_.name in ("list", "set") and isinstance(value, tuple):
        return tuple(completed(inner, one, depth - 1) for one in value)
    if type_.name == "map" and isinstance(value, dict):
        return {key: completed(inner, one, depth - 1) for key, one in value.items()}
    if type_.name == "object" and isinstance(inner, dict) and isinstance(value, dict):
        return _object(inner, value, depth)
    return value


def _object(types: dict[str, Expression], value: dict[str, Value], depth: int) -> dict[str, Value]:
    found = dict(value)
    for name, type_ in types.items():
        if not isinstance(type_, Call) or not type_.arguments:
            continue
        if type_.name == "optional" and found.get(name) is None:
            default = type_.arguments[1] if len(type_.arguments) > 1 else None
            if isinstance(default, str | int | dict | tuple | None):
                found[name] = completed(type_.arguments[0], default, depth - 1)
        elif name in found:
            found[name] = completed(type_, found[name], depth - 1)
    return found
