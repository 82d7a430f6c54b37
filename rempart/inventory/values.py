"""Values an inventory spells in its own way: paths, secrets, ceilings, periods."""

import calendar
import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path, PosixPath
from typing import Any
from urllib.parse import urlsplit

from rempart.documents.faults import found
from rempart.secrets import Redactor, Reference

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_CEILING = re.compile(r"([1-9]\d{0,8}) (?:person|people)/(minute|hour|day)")
_PERIOD = re.compile(r"([1-9]\d{0,3}) (day|week|month|year)s?")


class Place(PosixPath):
    """A path written bare, on the auditor's machine or on the host of `on`."""


class Key(PosixPath):
    """A private key's file, or `agent:` for the keys of the SSH agent."""

    @property
    def agent(self) -> bool:
        """Whether the SSH agent holds the key."""
        return str(self) == "agent:"


class Location(str):
    """A file beside the inventory (`file:` and its whole path), or a URL."""

    __slots__ = ()

    @property
    def path(self) -> Path | None:
        """The file, none where it is a URL."""
        return Path(self.removeprefix("file:")) if self.startswith("file:") else None

    @property
    def url(self) -> str:
        """The URL, empty where it is a file."""
        return "" if self.startswith("file:") else str(self)


class Ceiling(str):
    """How many different people may be read: `60 people/hour`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Ceiling":
        if not isinstance(text, str) or not _CEILING.fullmatch(text):
            raise ValueError(f"expected a ceiling such as 60 people/hour, found {found(text)}")
        return cls(text)

    @property
    def people(self) -> int:
        """How many."""
        return int(self.split(" ")[0])

    @property
    def seconds(self) -> int:
        """In how many seconds."""
        return SECONDS[self.rpartition("/")[2]]


class Period(str):
    """A length of time as people say it: `12 months`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Period":
        if not isinstance(text, str) or not _PERIOD.fullmatch(text):
            raise ValueError(f"expected a period such as 12 months, found {found(text)}")
        return cls(text)

    def after(self, day: date) -> date:
        """The day this long after another; the last of the month where the day does not exist."""
        number, _, unit = self.rstrip("s").partition(" ")
        count = int(number)
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.month - 1 + count * (12 if unit == "year" else 1)
        year, month = day.year + months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def hook(folder: Path, redactor: Redactor) -> Callable[[type, Any], Any]:
    """What msgspec asks for values of these types; paths are relative to the folder."""
    known: dict[tuple[type, str], Any] = {}

    def value(kind: type, text: Any) -> Any:  # noqa: ANN401
        if not isinstance(text, str):
            return _made(kind, text, folder, redactor)
        if (kind, text) not in known:
            known[kind, text] = _made(kind, text, folder, redactor)
        return known[kind, text]

    return value


def _made(kind: type, text: Any, folder: Path, redactor: Redactor) -> Any:  # noqa: ANN401
    if kind is Reference:
        return Reference.parse(text, folder, redactor)
    if kind is Ceiling or kind is Period:
        return kind.parse(text)
    if not isinstance(text, str) or not text or "\0" in text:
        raise ValueError("expected a path, found none")
    if kind is Place:
        return Place(_absolute(folder, text))
    if kind is Location and urlsplit(text).scheme in ("http", "https"):
        return Location(text)
    if kind is Key and text == "agent:":
        return Key(text)
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in ("file", "dir") or not rest:
        raise ValueError(f"expected {_EXPECTED[kind]}, found something else")
    path = _absolute(folder, rest)
    return Location(f"file:{path}") if kind is Location else kind(path)


_EXPECTED: dict[type, str] = {
    Path: "file: or dir: and a path",
    Key: "file: and a path, or agent:",
    Location: "file: and a path, or a URL",
}


def _absolute(folder: Path, text: str) -> str:
    try:
        return os.path.normpath(folder / Path(text).expanduser())
    except RuntimeError:
        raise ValueError("expected a path, found the home of an unknown user") from None


def schema_hook(kind: type) -> dict[str, Any]:
    """The JSON Schema of these types."""
    return {"type": "string", **_SCHEMAS[kind]}


_SCHEMAS: dict[type, dict[str, Any]] = {
    Reference: {
        "pattern": "^(env|file|agent|command):",
        "description": "Where the secret is kept: env:NAME, file:path, agent: or command:...",
    },
    Path: {"pattern": "^(file|dir):.", "description": "file: and a path relative to this file."},
    Key: {"pattern": "^(file:.|agent:$)", "description": "file: and a path, or agent:"},
    Location: {"pattern": "^(file:.|https?://)", "description": "file: and a path, or a URL."},
    Place: {"minLength": 1, "description": "A path; a relative one is relative to this file."},
    Ceiling: {"pattern": f"^{_CEILING.pattern}$", "examples": ["60 people/hour"]},
    Period: {"pattern": f"^{_PERIOD.pattern}$", "examples": ["12 months"]},
}
