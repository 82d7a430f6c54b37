"""A check's signature, read once: what it needs, what may be set, which authority it asks."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from rempart.check import Observation, Result, Yardstick
from rempart.errors import ContentError

Answer: TypeAlias = Result | Iterable[Result]


@dataclass(frozen=True, slots=True)
class Need:
    """One positional parameter: the observation type, and whether all of them come at once."""

    name: str
    type: type[Observation]
    every: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One keyword-only parameter: its type and the recommended value."""

    name: str
    type: Any  # a type expression such as `int` or `tuple[str, ...]`, for msgspec
    default: object


@dataclass(frozen=True, slots=True)
class Signature:
    """What the engine brings to a check."""

    needs: tuple[Need, ...]
    settings: tuple[Setting, ...]
    yardstick: tuple[str, type[Yardstick]] | None


def signature(function: Callable[..., Answer], file: str) -> Signature:
    """The needs, settings and yardstick of a check function.

    Raises ContentError, naming the file and the line of the function, for a parameter that is
    neither an observation, nor a yardstick, nor a keyword-only setting with a default.
    """
    line = function.__code__.co_firstlineno
    hints = get_type_hints(function)
    needs: list[Need] = []
    settings: list[Setting] = []
    yardstick: tuple[str, type[Yardstick]] | None = None
    for parameter in inspect.signature(function).parameters.values():
        kind = hints.get(parameter.name)
        need = _need(parameter.name, kind)
        if isinstance(kind, type) and issubclass(kind, Yardstick):
            yardstick = (parameter.name, kind)
        elif parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty:
            settings.append(Setting(parameter.name, kind, parameter.default))
        elif need is not None and parameter.kind is not parameter.KEYWORD_ONLY:
            needs.append(need)
        else:
            raise ContentError(
                f"parameter {parameter.name}: expected an observation, a yardstick, or a "
                f"keyword-only setting with a default, found {parameter}",
                file=file,
                line=line,
            )
    if not needs:
        raise ContentError("expected at least one observation to judge", file=file, line=line)
    return Signature(tuple(needs), tuple(settings), yardstick)


def _need(name: str, kind: Any) -> Need | None:  # noqa: ANN401  (a type expression)
    every = get_origin(kind) is tuple
    if every:
        arguments = get_args(kind)
        kind = arguments[0] if len(arguments) == 2 and arguments[1] is Ellipsis else None
    if isinstance(kind, type) and issubclass(kind, Observation):
        return Need(name, kind, every)
    return None
