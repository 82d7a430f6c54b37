"""Secrets in tasks and variables of Ansible: written there, or kept in a vault or elsewhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.check import Observation
from rempart.collectors.repository.ansible.syntax import Steps
from rempart.collectors.repository.ansible.variables import referred
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.secrets.given import kind_of, placeholder, written
from rempart.documents import Document

DEPTH: Final = 12
_FALLBACK = re.compile(r"\{\{.*\|\s*(?:default|d)\(\s*(?:'([^']*)'|\"([^\"]*)\")", re.S)
_QUOTED = re.compile(r"\{\{-?\s*(?:'([^']*)'|\"([^\"]*)\")\s*(?:\|.*)?-?\}\}", re.S)
_NEVER: Final = frozenset({"update_password", "password_lock", "password_expire_max"})


def asked(value: object, depth: int = DEPTH) -> Iterator[str]:
    """The variables that are given where a secret is asked for."""
    if depth <= 0:
        return
    if isinstance(value, Mapping):
        for key, one in value.items():
            if kind_of(str(key)) and (name := referred(one)):
                yield name
            yield from asked(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            yield from asked(one, depth - 1)


def within(
    document: Document,
    value: object,
    steps: Steps,
    path: str,
    key: str,
    names: frozenset[str] = frozenset(),
    depth: int = DEPTH,
) -> Iterator[Observation]:
    """The secrets in a mapping, however deep; `names` are variables known to hold one."""
    if depth <= 0:
        return
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield from within(
                document, one, (*steps, place), path, f"{key}[{place}]", names, depth - 1
            )
        return
    if not isinstance(value, Mapping):
        return
    for name, one in _pairs(value).items():
        here = (*steps, name)
        kind = "" if name in _NEVER else kind_of(str(name)) or ("password" if name in names else "")
        literal = literal_of(one) if kind else None
        if literal is not None:
            where = Place(path, document.line_of(here))
            shown = str(name)
            yield secret(kind, f"{key}.{name}".removeprefix("."), literal, where, plain(one), shown)
        elif isinstance(one, Mapping | list):
            yield from within(
                document, one, here, path, f"{key}.{name}".removeprefix("."), names, depth - 1
            )


def _pairs(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """`{name: DB_PASSWORD, value: x}`, as containers have their variables, beside the rest."""
    name = value.get("name", value.get("Name"))
    given = next((key for key in ("value", "Value") if key in value), "")
    return {**value, name: value[given]} if given and isinstance(name, str) else value


def literal_of(value: object) -> bool | None:
    """Whether a value is the secret itself; None where it holds none."""
    if isinstance(value, Mapping):
        return False if set(value) == {"!vault"} else None
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    text = str(value)
    if "{{" not in text:
        return written(text)
    for pattern in (_QUOTED, _FALLBACK):
        if match := pattern.match(text.strip()):
            said = match[1] if match[1] is not None else match[2]
            return not placeholder(said) if said else False
    return False


def plain(value: Any) -> str:  # noqa: ANN401
    """A scalar as text; empty for anything else."""
    return "" if isinstance(value, Mapping | list) or value is None else str(value)
