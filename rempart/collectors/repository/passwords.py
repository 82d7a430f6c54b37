"""A password policy as a declared resource sets it, field by field."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import msgspec

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.readers import YES, flat, word
from rempart.collectors.repository.resource import Resource, Setting
from rempart.collectors.repository.rows import Figure
from rempart.collectors.repository.rules import companions_of
from rempart.collectors.repository.terraform.values import shown, unresolved
from rempart.observations.passwords import PasswordPolicy

FLAGS: Final = frozenset({"dictionary", "binds_admins", "second_factor", "forbids_username"})
NO_LIMIT: Final = frozenset(
    {"max_length", "max_failures", "unlock_seconds", "max_age_days", "window_seconds"}
)
OWN: Final = frozenset(one.name for one in fields(PasswordPolicy)) - {
    *("subject", "key", "vantage", "source", "line", "end_line", "root", "taken", "decided"),
    *("bound", "privileged", "on_device"),
}
SILENT: Final = "the provider names no such rule"


class Policy(msgspec.Struct, frozen=True):
    """The fields of a policy, and the first setting that decided one."""

    figures: dict[str, Any]
    setting: Setting | None = None
    file: str = ""


def password_policy(estate: Estate, resource: Resource, given: Mapping[str, Figure]) -> Policy:
    """The policy a resource sets; a field the table does not name is unknown."""
    figures: dict[str, Any] = {name: unresolved(SILENT) for name in OWN}
    first: Setting | None = None
    for name, figure in given.items():
        setting = _setting(estate, resource, figure)
        first = first or (setting if name == "min_length" else None)
        figures[name] = _figure(name, figure, setting)
    return Policy(figures, first)


def _setting(estate: Estate, resource: Resource, figure: Figure) -> Setting | None:
    for body, certain in companions_of(estate, resource, figure):
        for path in figure.paths:
            for setting in flat(body.at(path), "words"):
                if setting.value is not None:
                    return setting if certain else _doubtful(setting)
    return None


def _doubtful(setting: Setting) -> Setting:
    value = unresolved(f"whether {setting.name} holds is not decided")
    return Setting(setting.name, value, setting.line, setting.end_line)


def _figure(name: str, figure: Figure, setting: Setting | None) -> Any:  # noqa: ANN401
    if setting is None:
        return _typed(name, figure.default)
    value = setting.value
    if isinstance(value, Unknown):
        return value
    if isinstance(value, OneOf):
        return OneOf(tuple(_typed(name, _meant(figure, one)) for one in value.values))
    return _typed(name, _meant(figure, value))


def _meant(figure: Figure, value: Any) -> Any:  # noqa: ANN401
    if value is None:
        return figure.default
    for meant, answer in figure.words.items():
        if meant == "*" or word(meant, value):
            return answer
    return value


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401
    text = shown(value).lower()
    if name in FLAGS:
        return YES.get(text, text not in ("0", "null")) if value is not None else False
    if value is None or text in ("null", ""):
        return None if name in NO_LIMIT else 0
    if text in YES:
        return int(YES[text])
    if not text.removeprefix("-").isdecimal() or len(text) > 9:
        return unresolved(text[:60])
    number = int(text)
    return None if number == 0 and name in NO_LIMIT else number
