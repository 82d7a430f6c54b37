"""All that keeps a value from being a type, each with its path, in words a person can act on."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from rempart.documents.document import Step, shown

Path: TypeAlias = tuple[Step, ...]
Fault: TypeAlias = tuple[Path, str]
Hook: TypeAlias = Callable[[type, Any], Any] | None

NAMES = {
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "float": "a number",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
    "datetime": "a date and time",
    "date": "a date",
}
INVALID = {
    "Invalid RFC3339 encoded datetime": "a date and time such as 2026-11-01T00:00:00+01:00",
    "Invalid RFC3339 encoded date": "a date such as 2026-11-02",
}


def faults(value: Any, type: Any, hook: Hook = None) -> list[Fault]:  # noqa: ANN401
    """Every fault of the value, none when it converts."""
    return list(_faults(value, type, (), hook))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean "x"?` when something known is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f', did you mean "{close[0]}"?' if close else ""


def found(value: Any) -> str:  # noqa: ANN401
    """What was found, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{shown(value)}"'
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value)


@lru_cache(maxsize=256)
def strict(type: Any) -> bool:  # noqa: ANN401
    """Whether a dataclass is inside, whose unknown keys msgspec would pass over."""
    return _holds_dataclass(type, set())


def _holds_dataclass(type: Any, seen: set[int]) -> bool:  # noqa: ANN401
    if id(type) in seen:
        return False
    seen.add(id(type))
    if is_dataclass(type):
        return True
    inner = [kind for kind, _, _ in _members(type).values()] if _is_struct(type) else get_args(type)
    return any(_holds_dataclass(kind, seen) for kind in inner)


def _is_struct(type: Any) -> bool:  # noqa: ANN401
    return hasattr(type, "__struct_fields__")


@lru_cache(maxsize=256)
def _members(type: Any) -> Mapping[str, tuple[Any, bool, bool]]:  # noqa: ANN401
    """Name in the file -> type, whether required, whether strict about unknown keys."""
    if _is_struct(type):
        import msgspec

        closed = type.__struct_config__.forbid_unknown_fields
        members = msgspec.structs.fields(type)
        return {one.encode_name: (one.type, one.required, closed) for one in members}
    hints = get_type_hints(type, include_extras=True)
    return {
        one.name: (
            hints[one.name],
            one.default is MISSING and one.default_factory is MISSING,
            True,
        )
        for one in fields(type)
        if one.init
    }


def _problem(value: Any, type: Any, hook: Hook) -> str:  # noqa: ANN401
    import msgspec

    try:
        msgspec.convert(value, type, str_keys=True, dec_hook=hook)
    except msgspec.ValidationError as error:
        return re.sub(r" - at `[^`]*`$", "", str(error))
    except RecursionError:
        return "expected fewer levels"
    return ""


def _faults(value: Any, type: Any, path: Path, hook: Hook) -> Iterator[Fault]:  # noqa: ANN401
    bare = get_args(type)[0] if get_origin(type) is Annotated else type
    problem = _problem(value, type, hook)
    if not problem and not strict(bare):
        return
    inside: list[Fault] = []
    if _is_struct(bare) or is_dataclass(bare):
        inside = list(_in_object(value, bare, path, hook)) if isinstance(value, dict) else []
    elif problem:
        inside = list(_in_container(value, bare, path, hook))
    if inside:
        yield from inside
    elif problem:
        yield path, _worded(value, bare, problem)
    elif isinstance(value, dict | list) and strict(bare):
        yield from _in_container(value, bare, path, hook)


def _in_object(value: dict[str, Any], type: Any, path: Path, hook: Hook) -> Iterator[Fault]:  # noqa: ANN401
    members = _members(type)
    tag = getattr(getattr(type, "__struct_config__", None), "tag_field", None)
    for key, item in value.items():
        if key in members:
            yield from _faults(item, members[key][0], (*path, key), hook)
        elif key != tag and all(closed for _, _, closed in members.values()):
            close = suggestion(key, members)
            yield (*path, key), f"expected a known key, found {found(key)}{close}"
    for name, (_, required, _) in members.items():
        if required and name not in value:
            yield path, f'expected the key "{name}", found none'


def _in_container(value: Any, type: Any, path: Path, hook: Hook) -> Iterator[Fault]:  # noqa: ANN401
    origin, arguments = get_origin(type), get_args(type)
    if origin in (Union, UnionType):
        fitting = [kind for kind in arguments if kind is not NoneType and _fits(value, kind)]
        if len(fitting) == 1:
            yield from _faults(value, fitting[0], path, hook)
    elif origin in (list, tuple, set, frozenset) and isinstance(value, list):
        if origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
            kinds = arguments if len(arguments) == len(value) else ()
        else:
            kinds = arguments[:1] * len(value)
        for place, (item, kind) in enumerate(zip(value, kinds, strict=False)):
            yield from _faults(item, kind, (*path, place), hook)
    elif origin in (dict, Mapping) and isinstance(value, dict):
        for key, item in value.items():
            yield from _faults(item, arguments[1], (*path, key), hook)


def _fits(value: Any, type: Any) -> bool:  # noqa: ANN401
    """Whether a member of a union is the one a value of that shape was meant for."""
    bare = get_args(type)[0] if get_origin(type) is Annotated else type
    origin = get_origin(bare)
    if isinstance(value, dict):
        return _is_struct(bare) or is_dataclass(bare) or origin in (dict, Mapping)
    if isinstance(value, list):
        return origin in (list, tuple, set, frozenset)
    return not (_is_struct(bare) or is_dataclass(bare) or origin in (dict, list, tuple))


def _worded(value: Any, type: Any, problem: str) -> str:  # noqa: ANN401
    choices: tuple[Any, ...] = ()
    if get_origin(type) is Literal:
        choices = get_args(type)
    elif isinstance(type, _EnumType):
        choices = tuple(member.value for member in type)
    if choices:
        close = suggestion(value, map(str, choices)) if isinstance(value, str) else ""
        named = ", ".join(str(choice) for choice in choices if choice != "")
        return f"expected one of {named}, found {found(value)}{close}"
    if problem in INVALID:
        return f"expected {INVALID[problem]}, found {found(value)}"
    if problem.startswith("Expected "):
        wanted = re.sub(r", got .*$", "", problem.removeprefix("Expected "), flags=re.DOTALL)
        wanted = re.sub(r"`(\w+)`", lambda name: NAMES.get(name[1], name[1]), wanted)
        return f"expected {wanted.replace(' | ', ' or ')}, found {found(value)}"
    return problem


_EnumType = type(Enum)
