"""What environment variables say: secrets given, doors left open, TLS and its checks turned off.

The same for Compose, Dockerfiles, units and pipelines, whatever way they write a variable.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from rempart.check import Observation, Seen
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import decode
from rempart.documents.kept import kept
from rempart.observations.exposure import LiteralSecret
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

TABLE = Path(__file__).parent / "tables" / "environment.yaml"
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as given: its name, its value as text, and where it stands."""

    name: str
    value: str
    place: Place


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One family of variables; see the head of the table."""

    name: str
    topic: Literal["open", "clear", "unverified"]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    source: str
    kind: str = ""
    images: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def table() -> tuple[tuple[Any, Row], ...]:
    """The rows, each beside its pattern."""
    return tuple((re.compile(row.name), row) for row in decode(kept(TABLE), list[Row]))


@lru_cache(maxsize=10_000)
def rows(name: str) -> tuple[Row, ...]:
    """The rows that speak of a variable."""
    if len(name) > 120:
        return ()
    return tuple(row for pattern, row in table() if pattern.fullmatch(name.upper()))


def text(value: object) -> str:
    """A value of YAML as the environment gets it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def secrets(variables: Iterable[Variable], key: str) -> Iterator[LiteralSecret]:
    """The secrets among variables; `NAME_FILE` refers to a file that holds one."""
    for variable in variables:
        name = variable.name
        kind = kind_of(name)
        literal = written(variable.value.strip("\"'")) if kind else None
        if not kind and name.upper().endswith("_FILE") and (kind := kind_of(name[:-5])):
            literal = False if variable.value else None
        if literal is not None:
            value = variable.value.strip("\"'")
            yield secret(kind, f"{key}.{name}", literal, variable.place, value, name)


def said(variables: Iterable[Variable], key: str, image: str = "") -> Iterator[Observation]:
    """What the variables open, leave in clear or leave unverified; one each, the worst of each."""
    worst: dict[tuple[str, str], tuple[Row, Variable, Seen[bool]]] = {}
    for variable in variables:
        for row in rows(variable.name):
            fact = _closed(row, variable.value) if not row.images or image in row.images else None
            topic = (row.topic, row.kind if row.topic == "unverified" else "")
            if fact is not None and (topic not in worst or fact is False):
                worst[topic] = (row, variable, fact)
    for (word, _), (row, variable, fact) in worst.items():
        shown = clean(f"{variable.name}={variable.value}", 100)
        stamp = variable.place.stamp(key)
        if word == "open":
            yield SignIn("anonymous", fact, shown, **stamp)
        elif word == "clear":
            yield Transit(row.kind, fact, shown, **stamp)
        else:
            yield PeerVerification(row.kind, fact, shown, **stamp)


def _closed(row: Row, value: str) -> Seen[bool] | None:
    """Whether the value closes what the row speaks of; None where it says nothing."""
    plain = value.strip().strip("\"'")
    if match := _DEFAULT.fullmatch(plain):
        plain = match[1]
    if "$" in plain or "{{" in plain:
        return unresolved(clean(plain, 60))
    if turned_off(row, plain):
        return False
    return True if plain.lower() in row.good else None


def turned_off(row: Row, value: str) -> bool:
    """Whether a value opens what a row speaks of; `*` is any value."""
    word = value.strip("\"'").lower()
    return word in row.bad or (row.bad == ("*",) and bool(word))
