"""Functions of templates whose arguments are worked out first: texts, lists, comparisons.

Source: AWS CloudFormation template reference, intrinsic functions and condition functions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rempart.check import OneOf, Unknown, all_of, any_of, negated
from rempart.collectors.repository.resource import Pointer
from rempart.collectors.repository.terraform.values import (
    Value,
    boolean,
    either,
    part,
    shown,
    unresolved,
)

LONGEST: Final = 65_536  # characters of a text put together


def _joined(given: Value) -> Value:
    match given:
        case (str() as between, tuple() as parts):
            for one in parts:
                if not isinstance(one, str | int):
                    return one if isinstance(one, Unknown) else unresolved("Fn::Join of names")
            return between.join(shown(one) for one in parts)[:LONGEST]
    return unresolved("Fn::Join")


def _selected(given: Value) -> Value:
    match given:
        case (index, tuple() as of):
            return part(of, index)
    return unresolved("Fn::Select")


def _split(given: Value) -> Value:
    match given:
        case (str() as between, str() as text) if between:
            return tuple(text.split(between)[:1000])
    return unresolved("Fn::Split")


def _equal(given: Value) -> Value:
    match given:
        case (one, other):
            return _same(one, other)
    return unresolved("Fn::Equals")


def _same(one: Value, other: Value) -> Value:
    for value in (one, other):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Pointer) or str(value).startswith("${"):
            return unresolved(shown(value)[:60])
    if isinstance(one, OneOf) or isinstance(other, OneOf):
        ones = one.values if isinstance(one, OneOf) else (one,)
        others = other.values if isinstance(other, OneOf) else (other,)
        return either([shown(a) == shown(b) for a in ones for b in others], "one of several values")
    return bool(shown(one) == shown(other))


def _all(given: Value) -> Value:
    return all_of(*_facts(given))


def _any(given: Value) -> Value:
    return any_of(*_facts(given))


def _not(given: Value) -> Value:
    facts = _facts(given)
    return negated(facts[0]) if len(facts) == 1 else unresolved("Fn::Not")


def _facts(given: Value) -> list[bool | Unknown]:
    values: Sequence[Value] = given if isinstance(given, tuple) else (given,)
    facts = [boolean(value) for value in values]
    return [
        fact if isinstance(fact, bool | Unknown) else unresolved("one of several values")
        for fact in facts
    ]


def _itself(given: Value) -> Value:
    return given


def _length(given: Value) -> Value:
    return len(given) if isinstance(given, tuple) else unresolved("Fn::Length")


def _as_json(given: Value) -> Value:
    try:
        return json.dumps(given)[:LONGEST]
    except TypeError:  # an unknown, or a reference, somewhere inside
        return unresolved("Fn::ToJsonString")


WORKED_OUT: Final[Mapping[str, Callable[[Value], Value]]] = {
    "Join": _joined,
    "Select": _selected,
    "Split": _split,
    "Equals": _equal,
    "And": _all,
    "Or": _any,
    "Not": _not,
    "Base64": _itself,
    "Length": _length,
    "ToJsonString": _as_json,
}
