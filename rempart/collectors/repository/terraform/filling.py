"""Expressions with the names of an instance, or of a turn of a loop, replaced by what they are."""

from dataclasses import fields, replace
from typing import Any, TypeAlias

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.scalars import Value, part
from rempart.collectors.repository.terraform.syntax import Expression, Reference

Names: TypeAlias = dict[tuple[str, ...], Value]  # `each.value` and its kin, and what they are here


def filled(expression: Expression, names: Names) -> Any:  # noqa: ANN401
    """An expression with the names of an instance replaced by what they are there."""
    if not names:
        return expression
    match expression:
        case Reference(steps, ""):
            return _named(steps, names, expression)
        case tuple():
            return tuple(filled(one, names) for one in expression)
        case dict():
            return {key: filled(one, names) for key, one in expression.items()}
        case str() | int() | None | Unknown() | OneOf() | Reference():
            return expression
    changed = {
        field.name: filled(getattr(expression, field.name), names)
        for field in fields(expression)
        if field.name not in ("text", "name", "sign", "steps")
    }
    return replace(expression, **changed)


def _named(steps: tuple[str, ...], names: Names, whole: Reference) -> Any:  # noqa: ANN401
    value: Any = names.get(steps[:2], whole)
    rest = steps[2:]
    if value is whole:
        value, rest = names.get(steps[:1], whole), steps[1:]
    if value is whole:
        return whole
    for step in rest:
        value = part(value, step)
    return value
