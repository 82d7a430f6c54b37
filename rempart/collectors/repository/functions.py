"""Terraform's functions that are worked out here: pure ones, over values that are known.

Source: the Terraform language's built-in functions. What is not here is not decided.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.syntax import Reference

LONGEST: Final = 100_000  # characters or elements of a result: calls may double at each step
MISSING: Final = object()  # the arguments are not this function's, or are not known well enough


def worked_out(name: str, arguments: Sequence[Any]) -> Any:  # noqa: ANN401
    """What a call comes to; MISSING where it is not decided here."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return MISSING
    if name not in _TOLERANT and any(isinstance(one, _OPEN) for one in arguments):
        return MISSING
    try:
        return function(*arguments)
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError):
        return MISSING


_OPEN: Final = (Unknown, OneOf, Reference)


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int):
        raise TypeError
    return str(value)


def _boolean(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value]


def _number(value: Any) -> int:  # noqa: ANN401
    if isinstance(value, bool) or len(str(value)) > 18:
        raise TypeError
    return int(value)


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
    if any(isinstance(one, _OPEN) for one in _listed(value)):
        return MISSING
    return tuple(one for one in value if one not in ("", None))


def _contains(of: Any, value: Any) -> Any:  # noqa: ANN401
    if any(isinstance(one, _OPEN) for one in _listed(of)):
        return MISSING
    return any(type(one) is type(value) and one == value for one in of)


def _length(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple) and any(isinstance(one, Unknown) for one in value):
        return MISSING
    return len(value)


def _element(of: Any, index: Any) -> Any:  # noqa: ANN401
    return _listed(of)[_number(index) % len(of)]


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
    return by.join(_text(one) for one in items)


def _all_true(value: Any) -> Any:  # noqa: ANN401
    return all(_boolean(one) for one in _listed(value))


def _any_true(value: Any) -> Any:  # noqa: ANN401
    return any(_boolean(one) for one in _listed(value))


def _replaced(text: Any, old: Any, new: Any) -> Any:  # noqa: ANN401
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return MISSING
    plain = _text(text)
    if not old or len(plain) * max(len(new), 1) > LONGEST:
        return MISSING
    return plain.replace(old, new)


def _tried(*values: Any) -> Any:  # noqa: ANN401
    """The first one that is decided; an undecided one before it may be the answer."""
    (first, *_) = values
    return MISSING if isinstance(first, Unknown | OneOf) else first


def _ranged(*ends: Any) -> Any:  # noqa: ANN401
    found = range(*map(_number, ends))
    return tuple(found) if len(found) < 1_000 else MISSING


def _encoded(value: Any) -> Any:  # noqa: ANN401
    return json.dumps(value, separators=(",", ":"), sort_keys=True, default=_referred)


def _referred(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Reference):
        return f"${{{value}}}"
    raise TypeError


def _decoded(text: Any) -> Any:  # noqa: ANN401
    return _frozen(json.loads(text)) if len(text) < LONGEST else MISSING


def _frozen(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    if isinstance(value, float):
        return str(value)
    return value


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


_TOLERANT: Final = frozenset(
    {"coalesce", "try", "merge", "concat", "sensitive", "nonsensitive", "join", "one", "element"}
)
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "tostring": lambda value: None if value is None else _text(value),
    "tobool": lambda value: None if value is None else _boolean(value),
    "tonumber": lambda value: None if value is None else _number(value),
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
    "split": lambda by, text: tuple(_text(text).split(by)),
    "keys": lambda of: tuple(sorted(of.keys())),
    "values": lambda of: tuple(of[key] for key in sorted(of)),
    "lower": lambda text: _text(text).lower(),
    "upper": lambda text: _text(text).upper(),
    "trimspace": lambda text: _text(text).strip(),
    "chomp": lambda text: _text(text).rstrip("\r\n"),
    "replace": _replaced,
    "startswith": lambda text, start: _text(text).startswith(_text(start)),
    "endswith": lambda text, end: _text(text).endswith(_text(end)),
    "alltrue": _all_true,
    "anytrue": _any_true,
    "range": _ranged,
    "jsonencode": _encoded,
    "jsondecode": _decoded,
}
