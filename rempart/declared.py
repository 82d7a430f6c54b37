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
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import rempart.observations
from rempart import documents
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
from rempart.documents.faults import NAMES, suggestion
from rempart.documents.faults import found as in_words
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
        raise _fault(file, ("expect",), "expected one observation type")
    ((name, rules),) = card.expect.items()
    kind = vocabulary().get(name)
    if kind is None:
        close = suggestion(name, vocabulary())
        raise _fault(file, ("expect", name), f'expected an observation type, found "{name}"{close}')
    known, hints = [field.name for field in fields(kind)], get_type_hints(kind)
    if not rules:
        raise _fault(file, ("expect", name), f"expected fields of {name}, found nothing")
    matchers = {}
    for field, rule in rules.items():
        path = ("expect", name, field)
        if field not in known:
            close = suggestion(field, known)
            raise _fault(file, path, f'expected a field of {name}, found "{field}"{close}')
        try:
            _demand_comparable(rule, hints[field])
            matchers[field] = _matcher(rule)
        except (ValueError, re.error) as error:
            raise _fault(file, path, str(error)) from None

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


def _fault(file: str, path: tuple[str, ...], message: str) -> ContentError:
    """The error with the line of that path, where the card is a file."""
    if Path(file).is_file():
        return documents.read(Path(file)).error(path, message)
    return ContentError(f"{'.'.join(path)}: {message}", file=file)


def _demand_comparable(rule: object, hint: Any) -> None:  # noqa: ANN401  (any annotation)
    """Raise ValueError for a plain value the field can never hold: `yes` where it is a boolean."""
    kinds = _plain_kinds(hint)
    if isinstance(rule, dict):
        rule = rule.get("at_most", rule.get("at_least", rule.get("not")))
    for value in rule if isinstance(rule, list) else [rule]:
        if kinds and isinstance(value, bool | int | str) and type(value) not in kinds:
            wanted = " or ".join(dict.fromkeys(NAMES[kind.__name__] for kind in kinds))
            raise ValueError(f"expected {wanted}, found {in_words(value)}")


def _plain_kinds(hint: Any) -> tuple[type, ...]:  # noqa: ANN401
    """The plain types among what an annotation allows; none where it allows anything else."""
    if get_origin(hint) is Literal:
        return tuple(dict.fromkeys(type(value) for value in get_args(hint)))
    if get_origin(hint) in (Union, UnionType):
        inner = [one for one in get_args(hint) if one not in (NoneType, Unknown, OneOf)]
        kinds = [_plain_kinds(one) for one in inner]
        return tuple(kind for some in kinds for kind in some) if all(kinds) else ()
    if isinstance(hint, type) and issubclass(hint, str):
        return (str,)
    return (hint,) if hint in (bool, int) else ()


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
