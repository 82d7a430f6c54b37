"""Terraform's functions that are worked out here: pure ones, over values that are known.

Source: the Terraform language's built-in functions. What is not here is not decided.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from itertools import chain, product
from math import prod
from typing import Any, Final

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.scalars import either
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.collectors.repository.texts import (
    LONGEST,
    MISSING,
    OPEN,
    boolean_of,
    decoded,
    encoded,
    formatted,
    number_of,
    replaced,
    subnet,
    text_of,
)

__all__ = ["MISSING", "encoded", "worked_out"]


def worked_out(name: str, arguments: Sequence[Any]) -> Any:  # noqa: ANN401
    """What a call comes to; MISSING where it is not decided here."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return MISSING
    if name not in _TOLERANT:
        several = [place for place, one in enumerate(arguments) if isinstance(one, OneOf)]
        if len(several) == 1 and name != "jsonencode":
            return _of_each(name, list(arguments), several[0])
        if name not in _READING and any(isinstance(one, OPEN) for one in arguments):
            return MISSING
    try:
        return function(*arguments)
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError, StopIteration):
        return MISSING


def _of_each(name: str, arguments: list[Any], place: int) -> Any:  # noqa: ANN401
    """What comes of each of several values that one argument may be."""
    found = []
    for value in arguments[place].values:
        one = worked_out(name, [*arguments[:place], value, *arguments[place + 1 :]])
        if one is MISSING:
            return MISSING
        found.append(one)
    return either(found, f"{name} of several values")


def _coalesce(*values: Any) -> Any:  # noqa: ANN401
    """The first that is neither null nor an empty string; an unknown one before it hides it."""
    for value in values:
        if isinstance(value, Unknown | OneOf):
            return MISSING
        if value is not None and not (isinstance(value, str) and not value):
            return value
    return MISSING


def _lookup(of: Any, key: Any, *default: Any) -> Any:  # noqa: ANN401
    if not isinstance(of, dict):
        return MISSING
    return of[key] if key in of else default[0] if default else MISSING


def _merge(*maps: Any) -> Any:  # noqa: ANN401
    """Maps over each other; null counts as none."""
    merged: dict[str, Any] = {}
    for one in maps:
        if one is None:
            continue
        if not isinstance(one, dict):
            return MISSING
        merged |= one
    return merged


def _listed(value: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(value, tuple):
        raise TypeError
    return value


def _concat(*lists: Any) -> Any:  # noqa: ANN401
    """The lists in a row; one that is not known stays among them as one element."""
    found: list[Any] = []
    for one in lists:
        found += one if isinstance(one, tuple) else [one] if isinstance(one, Unknown) else ()
        if len(found) > LONGEST or not isinstance(one, tuple | Unknown):
            return MISSING
    return tuple(found)


def _flatten(value: Any) -> Any:  # noqa: ANN401
    found: list[Any] = []
    for one in _listed(value):
        found += _flatten(one) if isinstance(one, tuple) else [one]
        if len(found) > LONGEST:
            return MISSING
    return tuple(found)


def _distinct(value: Any) -> Any:  # noqa: ANN401
    if any(not isinstance(one, str | int) for one in _listed(value)):
        return MISSING
    return tuple(one for _, one in dict.fromkeys((type(one), one) for one in value))


def _compact(value: Any) -> Any:  # noqa: ANN401
    if any(isinstance(one, OPEN) for one in _listed(value)):
        return MISSING
    return tuple(one for one in value if one not in ("", None))


def _contains(of: Any, value: Any) -> Any:  # noqa: ANN401
    if any(isinstance(one, OPEN) for one in _listed(of)):
        return MISSING
    return any(type(one) is type(value) and one == value for one in of)


def _length(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple) and any(isinstance(one, Unknown) for one in value):
        return MISSING
    return len(value)


def _element(of: Any, index: Any) -> Any:  # noqa: ANN401
    return _listed(of)[number_of(index) % len(of)]


def _one(value: Any) -> Any:  # noqa: ANN401
    if len(_listed(value)) > 1:
        return MISSING
    return value[0] if value else None


def _joined(by: Any, value: Any) -> Any:  # noqa: ANN401
    items = _listed(value)
    if len(items) == 1 and isinstance(items[0], Reference):
        return items[0]
    if len(items) * max(len(by), 1) > LONGEST:
        return MISSING
    return by.join(text_of(one) for one in items)


def _all_true(value: Any) -> Any:  # noqa: ANN401
    return all(boolean_of(one) for one in _listed(value))


def _any_true(value: Any) -> Any:  # noqa: ANN401
    return any(boolean_of(one) for one in _listed(value))


def _sliced(of: Any, start: Any, end: Any) -> Any:  # noqa: ANN401
    return _listed(of)[number_of(start) : number_of(end)]


def _zipped(keys: Any, values: Any) -> Any:  # noqa: ANN401
    return {text_of(key): one for key, one in zip(_listed(keys), _listed(values), strict=True)}


def _products(*sets: Any) -> Any:  # noqa: ANN401
    if prod(len(_listed(one)) for one in sets) > 1_000:
        return MISSING
    return tuple(product(*sets))


def _within(*sets: Any) -> Any:  # noqa: ANN401
    (first, *rest) = sets
    return tuple(one for one in _distinct(first) if all(one in other for other in rest))


def _without(of: Any, other: Any) -> Any:  # noqa: ANN401
    return tuple(one for one in _distinct(of) if one not in _listed(other))


def _can(value: Any) -> Any:  # noqa: ANN401
    return MISSING if isinstance(value, Unknown | OneOf) else True


def _tried(*values: Any) -> Any:  # noqa: ANN401
    """The first one that is decided; an undecided one before it may be the answer."""
    (first, *_) = values
    return first if isinstance(first, OneOf) else MISSING if isinstance(first, Unknown) else first


def _ranged(*ends: Any) -> Any:  # noqa: ANN401
    found = range(*map(number_of, ends))
    return tuple(found) if len(found) < 1_000 else MISSING


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


_TOLERANT: Final = frozenset(
    {"coalesce", "try", "merge", "concat", "sensitive", "nonsensitive", "join", "one", "element"}
    | {"format", "can", "flatten", "lookup"}
)
_READING: Final = frozenset({"jsonencode", "toset", "tolist", "tomap", "values", "slice"})
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "tostring": lambda value: None if value is None else text_of(value),
    "tobool": lambda value: None if value is None else boolean_of(value),
    "tonumber": lambda value: None if value is None else number_of(value),
    "tolist": _listed,
    "toset": _distinct,
    "tomap": _same,
    "sensitive": _same,
    "nonsensitive": _same,
    "coalesce": _coalesce,
    "try": _tried,
    "lookup": _lookup,
    "merge": _merge,
    "concat": _concat,
    "flatten": _flatten,
    "distinct": _distinct,
    "compact": _compact,
    "contains": _contains,
    "length": _length,
    "element": _element,
    "one": _one,
    "join": _joined,
    "split": lambda by, text: tuple(text_of(text).split(by)),
    "keys": lambda of: tuple(sorted(of.keys())),
    "values": lambda of: tuple(of[key] for key in sorted(of)),
    "lower": lambda text: text_of(text).lower(),
    "upper": lambda text: text_of(text).upper(),
    "trimspace": lambda text: text_of(text).strip(),
    "chomp": lambda text: text_of(text).rstrip("\r\n"),
    "replace": replaced,
    "format": formatted,
    "slice": _sliced,
    "reverse": lambda of: tuple(reversed(_listed(of))),
    "sort": lambda of: tuple(sorted(map(text_of, _listed(of)))),
    "zipmap": _zipped,
    "setproduct": _products,
    "setunion": lambda *sets: _distinct(tuple(chain(*map(_listed, sets)))),
    "setintersection": _within,
    "setsubtract": _without,
    "coalescelist": lambda *lists: next(one for one in map(_listed, lists) if one),
    "can": _can,
    "cidrsubnet": subnet,
    "index": lambda of, value: _listed(of).index(value),
    "strcontains": lambda text, part: text_of(part) in text_of(text),
    "trim": lambda text, of: text_of(text).strip(text_of(of)),
    "trimprefix": lambda text, start: text_of(text).removeprefix(text_of(start)),
    "trimsuffix": lambda text, end: text_of(text).removesuffix(text_of(end)),
    "title": lambda text: text_of(text).title(),
    "substr": lambda text, at, size: text_of(text)[number_of(at) :][: number_of(size)],
    "max": lambda *numbers: max(map(number_of, numbers)),
    "min": lambda *numbers: min(map(number_of, numbers)),
    "abs": lambda number: abs(number_of(number)),
    "sum": lambda of: sum(map(number_of, _listed(of))),
    "parseint": lambda text, size: (
        int(text_of(text), number_of(size)) if len(text) < 18 else MISSING
    ),
    "base64encode": lambda text: b64encode(text_of(text).encode()).decode(),
    "base64decode": lambda text: b64decode(text_of(text), validate=True).decode(),
    "basename": lambda path: text_of(path).rpartition("/")[2],
    "dirname": lambda path: text_of(path).rpartition("/")[0] or ".",
    "startswith": lambda text, start: text_of(text).startswith(text_of(start)),
    "endswith": lambda text, end: text_of(text).endswith(text_of(end)),
    "alltrue": _all_true,
    "anytrue": _any_true,
    "range": _ranged,
    "jsonencode": encoded,
    "jsondecode": decoded,
}
