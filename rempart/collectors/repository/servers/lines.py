"""Lines of a server's configuration, templates included: what is decided, and what may be.

A template is never rendered. A value with a variable in it is not decided, a line under a condition
may or may not be there, and a file that fills in whole lines may say anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from rempart.check import Seen, Unknown
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.servers.families import untemplated
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean

TEMPLATED = re.compile(r"\{\{|\{%|<%|\$\{|\$\(|%\{|@@?\w+@|__\w+__")
_OPENS = re.compile(
    r"(?:\{%[-+]?|\{\{-?|<%-?|%\{)\s*(?:if|for|range|with|unless|each|foreach)\b|<%-?\s*.*\bdo\s*(?:\|.*\|)?\s*-?%>"
)
_CLOSES = re.compile(r"(?:\{%[-+]?|\{\{-?|<%-?|%\{)\s*(?:end\w*|\})")
_CONTROL = re.compile(
    r"\{%.*?%\}|<%(?!=).*?%>|%\{.*?\}|\{#.*?#\}|\{\{-?\s*(?:if|else|end|range|with|define|template|include|/\*)\b.*?\}\}",
    re.S,
)
_FILLED = re.compile(r"\s*(?:\{\{.*\}\}|<%=.*%>|\$\{[^}]*\})\s*")
_INCLUDES = re.compile(r"\{%[-+]?\s*(?:include|import|extends)\b")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without the template's own marks; `sure` where it stands under no condition."""

    number: int
    text: str
    sure: bool = True


@dataclass(frozen=True)
class Text:
    """A configuration file: its lines, and whether a template may put more between them."""

    path: str
    content: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", self.content.removeprefix("\ufeff"))

    @cached_property
    def name(self) -> str:
        """The file's name without the ending of a template."""
        return untemplated(PurePosixPath(self.path).name)

    @cached_property
    def folder(self) -> str:
        """The folder it stands in."""
        return str(PurePosixPath(self.path).parent)

    @cached_property
    def open(self) -> bool:
        """Whether whole lines are filled in, or written in a loop: anything may stand there."""
        return any(
            _FILLED.fullmatch(line) or _INCLUDES.search(line) for line in self.content.splitlines()
        )

    @cached_property
    def lines(self) -> list[Line]:
        """Its lines, with blank ones where the template steers."""
        found, depth = [], 0
        for number, raw in enumerate(self.content.splitlines(), 1):
            opens, closes = len(_OPENS.findall(raw)), len(_CLOSES.findall(raw))
            inline = opens > 0 and opens == closes
            depth = max(0, depth + opens - closes) if opens > closes else depth
            text = _CONTROL.sub("", raw) if "{" in raw or "<%" in raw else raw
            found.append(Line(number, text, depth == 0 and not inline))
            depth = max(0, depth + opens - closes) if closes > opens else depth
        return found

    def place(self, line: int = 1) -> Place:
        """A place in the file."""
        return Place(self.path, line)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as written."""

    name: str
    value: str
    line: int
    sure: bool = True

    @property
    def shown(self) -> str:
        """As people write it."""
        return clean(f"{self.name} = {self.value}", 100)


@dataclass(frozen=True, slots=True)
class Decided:
    """A fact, the words that decided it, and their line."""

    value: Seen[bool]
    words: str
    line: int


def meant(value: Seen[str], words: dict[str, bool], shown: str, line: int) -> Decided:
    """What a setting's word means; one that is none of the words decides nothing."""
    word = words.get(value.strip().lower()) if isinstance(value, str) else None
    return Decided(unresolved(shown) if word is None else word, shown, line)


@dataclass
class Settings:
    """The settings of one file or section; of those with one name the last holds."""

    text: Text
    found: dict[str, list[Setting]] = field(default_factory=dict)
    line: int = 1

    @classmethod
    def of(cls, text: Text, settings: Iterable[Setting], line: int = 1) -> "Settings":
        """Settings by name."""
        made = cls(text, line=line)
        for setting in settings:
            made.found.setdefault(setting.name, []).append(setting)
        return made

    def last(self, *names: str) -> Setting | None:
        """The setting of any of these names that holds."""
        found = [one for name in names for one in self.found.get(name, ())]
        return max(found, key=lambda one: one.line) if found else None

    def value(self, *names: str) -> Seen[str] | None:
        """What it says; None where nothing does, unknown where that is not decided."""
        setting = self.last(*names)
        if setting is None:
            return unresolved(f"{self.text.path} may say {names[0]}") if self.text.open else None
        if TEMPLATED.search(setting.value):
            return unresolved(setting.shown)
        if not setting.sure:
            return unresolved(f"{setting.shown}, under a condition")
        return setting.value

    def decided(
        self,
        names: tuple[str, ...],
        words: dict[str, bool],
        default: Seen[bool] | None,
        absent: str = "",
    ) -> Decided | None:
        """What the setting's word means; None where nothing says it and nothing is the default."""
        setting, value = self.last(*names), self.value(*names)
        line = setting.line if setting else self.line
        if value is None or setting is None:
            if default is None:
                return None
            shown = absent or f"{names[0]} is absent"
            return Decided(value if isinstance(value, Unknown) else default, shown, line)
        return meant(value, words, setting.shown, line)


_ASSIGNED = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*(=|:|\s)\s*(.*)", re.S)


def assigned(
    text: Text, *, comments: str = "#", separator: str = "=", lower: bool = True
) -> Iterator[Setting]:
    """The `name = value` lines of a file; a space separates too where `separator` says so."""
    for line in text.lines:
        bare = line.text.strip()
        if not bare or bare[0] in comments:
            continue
        match = _ASSIGNED.fullmatch(bare)
        if match is None:
            if re.fullmatch(r"[A-Za-z_][\w.-]*", bare):
                yield Setting(bare.lower() if lower else bare, "", line.number, line.sure)
            continue
        if not match[2].strip() and " " not in separator:
            continue
        value = uncommented(match[3].removeprefix("=").strip(), comments)
        name = match[1].lower() if lower else match[1]
        yield Setting(name, value, line.number, line.sure)


def uncommented(value: str, comments: str = "#") -> str:
    """A value without the comment after it and the quotes around it."""
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    for mark in comments:
        value = re.split(rf"\s{re.escape(mark)}", value, maxsplit=1)[0]
    return value.strip()
