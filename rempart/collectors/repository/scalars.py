"""Values as Terraform takes them: what words mean, parts of a value, one of several values."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.errors import Reason

Value: TypeAlias = Any  # a scalar, tuple, dict, Reference, Unknown or OneOf
MOST: Final = 16  # values of one that are followed one by one


def unresolved(detail: str) -> Unknown:
    """A value the repository does not decide."""
    return Unknown(Reason.UNRESOLVED, detail)


def shown(value: Value) -> str:
    """A value as Terraform writes it."""
    if isinstance(value, Unknown):
        return value.detail
    if isinstance(value, OneOf):
        return " or ".join(shown(each) for each in value.values)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def boolean(value: Value) -> bool | Unknown | OneOf:
    """A value as Terraform takes it where a boolean stands: "true" is true."""
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, OneOf):
        facts = tuple(boolean(each) for each in value.values)
        known = tuple(fact for fact in facts if isinstance(fact, bool))
        return OneOf(known) if len(known) == len(facts) else unresolved("one of several values")
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    return unresolved(shown(value)[:60])


def either(values: Sequence[Value], words: str) -> Value:
    """One of these values, not known which; unknown where one of them is, or is no scalar."""
    known: list[Any] = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        known += value.values if isinstance(value, OneOf) else [value]
    (first, *rest) = known
    if all(same(one, first) for one in rest):
        return first
    if all(isinstance(value, str | int | None) for value in known):
        distinct = dict.fromkeys((type(value), value) for value in known)
        return OneOf(tuple(value for _, value in distinct))
    return unresolved(words)


def same(one: Value, other: Value) -> bool:
    """Whether two values are alike; what is not known is like nothing."""
    if isinstance(one, str | int | None):
        return type(one) is type(other) and bool(one == other)
    return not isinstance(one, Unknown | OneOf) and repr(one) == repr(other)


def each_of(value: OneOf, work: Callable[[Value], Value], words: str) -> Value:
    """What comes of each of several values."""
    if len(value.values) > MOST:
        return unresolved(words)
    return either([work(one) for one in value.values], words)


def within(value: Value, steps: Sequence[str], reference: Reference) -> Value:
    """What stands at steps inside a value."""
    for step in steps:
        found = part(value, step)
        if isinstance(found, Unknown) and not isinstance(value, Unknown):
            return unresolved(str(reference))
        value = found
    return value


def part(of: Value, by: Value) -> Value:
    """A part of a value; a name with a part that is not known is not known either."""
    if isinstance(of, Unknown) or isinstance(by, Unknown):
        return of if isinstance(of, Unknown) else by
    step = shown(by)
    match of:
        case Reference():
            return Reference((*of.steps, step), of.module)
        case dict() if step in of:
            return of[step]
        case tuple() if step.isdecimal() and len(step) < 7 and int(step) < len(of):
            return of[int(step)]
    return unresolved(f"no {step[:60]}")


def each(of: Value, steps: Sequence[str]) -> Value:
    """The same part of each; where a single thing stands it is the only one."""
    if isinstance(of, Unknown):
        return of
    items = of if isinstance(of, tuple) else () if of is None else (of,)
    return tuple(within(item, steps, Reference(tuple(steps))) for item in items)
