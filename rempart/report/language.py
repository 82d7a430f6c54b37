"""What reports say in French, English and German: sentences, dates and numbers.

Sentences stand in `reports/strings/<language>.yaml` and in the files of the folder of that name,
whole, with `{placeholders}`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TypeAlias

import msgspec

from rempart.card import LANGUAGES
from rempart.catalogue import built_in
from rempart.errors import RenderError

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
GROUPS = {"fr": "\N{NARROW NO-BREAK SPACE}", "en": ",", "de": "."}


class Plural(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that changes with a number `{n}`."""

    one: str
    other: str


Sentences: TypeAlias = dict[str, str | Plural]


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its `{placeholders}` replaced, nothing else interpreted.

    Raises KeyError where a value is missing.
    """
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), sentence)


def placeholders(sentence: str) -> set[str]:
    """The names a sentence wants."""
    return set(_PLACEHOLDER.findall(sentence))


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the reports."""

    id: str
    sentences: Sentences

    def say(self, key: str, n: int | None = None, /, **values: object) -> str:
        """A sentence; `n` chooses singular or plural and is its `{n}`. Raises RenderError."""
        sentence = self.sentences.get(key)
        if sentence is None:
            raise RenderError(f"reports/strings/{self.id}.yaml: no sentence `{key}`")
        if isinstance(sentence, Plural):
            sentence = sentence.one if self._single(n or 0) else sentence.other
        told = {name: self._told(value) for name, value in values.items()}
        try:
            return filled(sentence, told if n is None else {"n": self.number(n), **told})
        except KeyError as missing:
            raise RenderError(f"the sentence `{key}` wants a value for {missing}") from None

    def word(self, group: str, value: str) -> str:
        """The word for a value of a closed list, the value itself where the list has none."""
        found = self.sentences.get(f"{group}.{value}")
        return found if isinstance(found, str) else value

    def number(self, value: int) -> str:
        """A whole number with this language's separator of thousands."""
        return f"{value:,}".replace(",", GROUPS[self.id])

    def figures(self, text: str) -> str:
        """The text with numbers such as 20 000 000 parted as this language does."""
        return _GROUPED.sub(lambda found: self.number(int(re.sub(r"\s", "", found[0]))), text)

    def date(self, value: date | str) -> str:
        """25 novembre 2026; a text that is no ISO date comes back as it is."""
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return str(value)
        day = self.word("day", str(value.day))
        return self.say("date", day=day, month=self.say(f"month.{value.month}"), year=value.year)

    def moment(self, value: datetime) -> str:
        """Date, time and zone; a time without a zone counts as UTC."""
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        return self.say(
            "moment",
            date=self.date(value.date()),
            hour=value.hour,
            hh=f"{value:%H}",
            minute=f"{value:%M}",
            zone=_zone(value),
        )

    def _single(self, n: int) -> bool:
        return n < 2 if self.id == "fr" else n == 1

    def _told(self, value: object) -> str:
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        return str(value)


def _zone(value: datetime) -> str:
    offset = f"{value:%z}"
    return "UTC" if offset in ("+0000", "") else f"UTC{offset[:3]}:{offset[3:5]}"


@lru_cache(maxsize=len(LANGUAGES))
def language(id_: str) -> Language:
    """The language of that name, English for one the cards do not speak."""
    from rempart.documents import decode
    from rempart.documents.kept import kept

    name = id_ if id_ in LANGUAGES else "en"
    folder = built_in() / "reports" / "strings"
    sentences: Sentences = {}
    for file in (folder / f"{name}.yaml", *sorted((folder / name).glob("*.yaml"))):
        found = decode(kept(file), Sentences)
        if twice := sentences.keys() & found.keys():
            raise RenderError(f"{file}: expected new sentences, found {min(twice)!r} again")
        sentences |= found
    return Language(name, sentences)
