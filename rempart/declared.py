"""Checks without Python: `expect` of a card compares fields with values.

    expect:
      SshdSettings: {max_auth_tries: {at_most: 4}, permit_root_login: ["no", prohibit-password]}

A value, a list of values, or a rule: `at_most`, `at_least`, `matches` (the whole value), and for
tuples `every` and `any` over one of those. Anything beyond is a function of six lines.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import rempart.observations
from rempart.card import Card
from rempart.check import (
    Fact,
    Observation,
    OneOf,
    Result,
    Unknown,
    all_of,
    among,
    any_of,
    negated,
    spoken,
    verdict,
)
from rempart.errors import ContentError
from rempart.signature import Answer, Need, Signature

Matcher = Callable[[Any], Fact]


@dataclass(frozen=True, slots=True)
class Check:
    """A check ready to judge."""

    id: str
    card: Card
    signature: Signature
    function: Callable[..., Answer]


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, type[Observation]]:
    """All observation types by name."""
    for info in pkgutil.iter_modules(rempart.observations.__path__):
        importlib.import_module(f"rempart.observations.{info.name}")
    found: dict[str, type[Observation]] = {}
    waiting = list(Observation.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        # a slotted dataclass leaves its first, unslotted class behind under the same name
        if getattr(sys.modules[kind.__module__], kind.__name__, None) is kind:
            found[kind.__name__] = kind
    return found


def declared(id_: str, card: Card, file: str) -> Check:
    """The check that a card's `expect` describes; raises ContentError naming what it is not."""
    if len(card.expect) != 1:
        raise ContentError("expect: expected one observation type", file=file)
    ((name, rules),) = card.expect.items()
    kind = vocabulary().get(name)
    if kind is None:
        raise ContentError(f"expect: expected an observation type, found {name}", file=file)
    known = {field.name for field in fields(kind)}
    unknown = set(rules) - known
    if unknown or not rules:
        found = ", ".join(sorted(unknown)) or "nothing"
        raise ContentError(f"expect.{name}: expected fields of {name}, found {found}", file=file)
    try:
        matchers = {field: _matcher(rule) for field, rule in rules.items()}
    except (ValueError, re.error) as error:
        raise ContentError(f"expect.{name}: {error}", file=file) from None

    def check(observed: Observation) -> Result:
        values = {field: getattr(observed, field) for field in matchers}
        held = {field: matches(values[field]) for field, matches in matchers.items()}
        good = all_of(*held.values())
        telling = next(
            (field for field, fact in held.items() if fact is not True), next(iter(held))
        )
        seen = ", ".join(f"{field}: {spoken(value)}" for field, value in values.items())
        facts = {field: spoken(value) for field, value in values.items()}
        return verdict(good, seen, observed.at(telling), facts=facts)

    return Check(id_, card, Signature((Need("observed", kind, every=False),), (), None), check)


def _matcher(rule: Any) -> Matcher:  # noqa: ANN401, PLR0911  (a YAML value; one return a word)
    match rule:
        case {"at_most": int() as bound, **rest} if not rest:
            return lambda value: False if value is None else value <= bound
        case {"at_least": int() as bound, **rest} if not rest:
            return lambda value: False if value is None else value >= bound
        case {"matches": str() as pattern, **rest} if not rest:
            whole = re.compile(pattern)
            return lambda value: _matches(whole, value)
        case {"every": inner, **rest} if not rest:
            one = _matcher(inner)
            return lambda values: _over(values, lambda seen: all_of(*map(one, seen)))
        case {"any": inner, **rest} if not rest:
            one = _matcher(inner)
            return lambda values: _over(values, lambda seen: any_of(*map(one, seen)))
        case {"not": inner, **rest} if not rest:
            one = _matcher(inner)
            return lambda value: negated(one(value))
        case dict():
            words = "at_most, at_least, matches, every, any or not"
            raise ValueError(f"expected one of {words}, found {', '.join(map(str, rule))}")
        case list():
            allowed = tuple(rule)
            return lambda value: among(value, allowed)
        case _:
            return lambda value: among(value, (rule,))


def _matches(whole: re.Pattern[str], value: object) -> Fact:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, OneOf):
        fits = tuple(whole.fullmatch(str(each)) is not None for each in value.values)
        return OneOf(fits) == True  # noqa: E712  (three-valued)
    return whole.fullmatch(str(value)) is not None


def _over(values: Any, judge: Callable[[Any], Fact]) -> Fact:  # noqa: ANN401
    return values if isinstance(values, Unknown) else judge(values)
