"""Operators of HCL over values that are known, or are one of several."""

from collections.abc import Callable
from functools import partial
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from types import NoneType
from typing import Final

from rempart.check import OneOf, Unknown, all_of, any_of
from rempart.collectors.repository.scalars import (
    Value,
    boolean,
    each_of,
    same,
    shown,
    unresolved,
)
from rempart.collectors.repository.terraform.syntax import Reference


def operated(sign: str, values: list[Value]) -> Value:
    """What an operator makes of its operands."""
    if sign in ("&&", "||") and len(values) == 2:
        facts = [_fact(value) for value in values]
        return all_of(*facts) if sign == "&&" else any_of(*facts)
    several = [place for place, value in enumerate(values) if isinstance(value, OneOf)]
    if len(several) == 1:
        (place,) = several
        before, after = values[:place], values[place + 1 :]
        words = f"{sign} of several values"
        work = partial(_with, sign, before, after)
        return each_of(values[place], work, words)
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    return _known(sign, values)


def _with(sign: str, before: list[Value], after: list[Value], value: Value) -> Value:
    return operated(sign, [*before, value, *after])


def _known(sign: str, values: list[Value]) -> Value:
    match sign, values:
        case "!", [value]:
            fact = boolean(value)
            return not fact if isinstance(fact, bool) else fact
        case "-", [int() as number]:
            return -number
        case _, [one, other] if sign in _COMPARED:
            return _compared(sign, one, other)
        case _, [int() as one, int() as other] if sign in _WORKED:
            return _WORKED[sign](one, other)
        case "/" | "%", [int() as one, int() as other] if other and one % other == 0:
            return one // other if sign == "/" else 0
    return unresolved(f"a calculation with {sign}")


_WORKED: Final[dict[str, Callable[[int, int], int]]] = {"+": add, "-": sub, "*": mul}
_COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def _compared(sign: str, one: Value, other: Value) -> Value:
    """Two scalars compared; of two types nobody knows what Terraform makes of them."""
    alike = type(one) is type(other)
    listed = (tuple, dict, NoneType)
    if (one is None or other is None) and isinstance(one, listed) and isinstance(other, listed):
        return (one is other) is (sign == "==")
    if sign in ("==", "!=") and alike and isinstance(one, tuple | dict):
        return same(one, other) is (sign == "==") if _settled(one, other) else unresolved(sign)
    if isinstance(one, Reference) or isinstance(other, Reference):
        return unresolved(f"{shown(one)} {sign} {shown(other)}"[:60])
    if (alike and type(one) is int) or (sign in ("==", "!=") and (alike or None in (one, other))):
        return _COMPARED[sign](one, other)
    return unresolved(f"a comparison with {sign}")


def _fact(value: Value) -> bool | Unknown:
    fact = boolean(value)
    return fact if isinstance(fact, bool | Unknown) else unresolved("one of several values")


def _settled(*values: Value) -> bool:
    """Whether nothing in these is left open."""
    for value in values:
        if isinstance(value, Unknown | OneOf | Reference):
            return False
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, tuple | dict) and not _settled(*inner):
            return False
    return True
