"""Secrets in any text of a repository: keywords first, then rules, entropy and what is no secret.

Each finding stands for one occurrence and is named by file, rule or setting, and ordinal, never by
line. What the structure of a file already told is taken out afterwards, by `merged`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rempart.collectors.repository.secrets import given as names
from rempart.collectors.repository.secrets.excuses import excused, first_group
from rempart.collectors.repository.secrets.given import SETTING, given
from rempart.collectors.repository.secrets.keys import WORD, private_keys
from rempart.collectors.repository.secrets.patterns import compiled
from rempart.collectors.repository.secrets.places import Sort, apart, of_words, sort_of, template
from rempart.collectors.repository.secrets.rules import Rule
from rempart.collectors.repository.secrets.settings import name_around, setting
from rempart.collectors.repository.secrets.words import Words, words
from rempart.observations.exposure import LiteralSecret

BEFORE: Final = 400  # bytes of a line before a keyword
AFTER: Final = 1_200
MOST: Final = 1_000  # findings of one file
_SETTING: Final = -1
_PEM: Final = -2


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    name: str  # of the rule or the setting
    kind: str
    title: str
    value: str
    literal: bool = True
    rule: str = ""


@dataclass(slots=True)
class _Text:
    """One file while it is searched."""

    path: str
    content: bytes
    sort: Sort
    apart: bool
    template: bool
    found: list[_Found] = field(default_factory=list)
    whole: set[int] = field(default_factory=set)  # rules to search all of it by
    windows: dict[int, tuple[int, int]] = field(default_factory=dict)  # searched last, by rule
    name: tuple[int, int] = (-1, -1)  # looked at last; keywords come nearly in order

    @property
    def ending(self) -> str:
        """What follows the last dot of the path."""
        return self.path.rpartition(".")[2].lower() if "." in self.path else ""

    def window(self, asked: int, place: int) -> tuple[int, int] | None:
        """The part around a place to search by a rule; None where it was searched already."""
        start, end = self.windows.get(asked, (0, 0))
        if start <= place and place + AFTER // 2 <= end:
            return None
        window = _line(self.content, place)
        self.windows[asked] = window
        return None if window == (start, end) else window

    def unseen_name(self, place: int) -> tuple[int, int] | None:
        """The name around a place; None where it was looked at already."""
        start, end = self.name
        if start <= place < end:
            return None
        self.name = name_around(self.content, place)
        return self.name


class _Keywords:
    """Words to look for, and the rules that each of them calls."""

    __slots__ = ("asked", "words")

    def __init__(self, asked: Mapping[bytes, Iterable[int]], engine: str) -> None:
        self.asked = tuple(tuple(sorted(ones)) for ones in asked.values())
        self.words: Words = words(tuple(asked), engine)


class Search:
    """The rules made ready once, for many files. `engine` names one for the keywords."""

    def __init__(
        self, rules: Iterable[Rule], *, engine: str = "", linear_time: bool | None = None
    ) -> None:
        self._linear = linear_time
        self._rules = tuple(rules)
        self._always = tuple(one for one in self._rules if not one.keywords)
        asked: dict[bytes, list[int]] = {WORD: [_PEM]}
        for name in names.words():
            asked.setdefault(name, []).append(_SETTING)
        for number, one in enumerate(self._rules):
            for word in one.keywords:
                asked.setdefault(word.encode(), []).append(number)
        rules_alone = {word: ones for word, ones in asked.items() if ones != [_SETTING]}
        self._named = _Keywords(asked, engine)
        self._unnamed = _Keywords(rules_alone, engine)

    def secrets(self, path: str, content: bytes) -> Iterator[LiteralSecret]:
        """The secrets of one text, in the order in which they stand."""
        sort = sort_of(path, content)
        text = _Text(path, content, sort, apart(path), template(path))
        self._look(text)
        lines = _Lines(content)
        ordinals: Counter[str] = Counter()
        for one in _apart(text.found)[:MOST]:
            ordinals[one.name] += 1
            key = f"{path}:{one.name}"
            if ordinals[one.name] > 1:
                key = f"{key} #{ordinals[one.name]}"
            yield given(
                one.kind,
                key,
                one.literal,
                path,
                lines.of(one.start),
                value=one.value,
                attribute=one.title,
                rule=one.rule,
                end_line=lines.of(max(one.start, one.end - 1)),
            )

    def _look(self, text: _Text) -> None:
        named, ending = _has_settings(text), text.ending
        keywords = self._named if named else self._unnamed
        for number, place in keywords.words.hits(text.content.lower()):
            for asked in keywords.asked[number]:
                if asked == _SETTING:
                    if named and (name := text.unseen_name(place)):
                        _setting(text, *name, ending)
                elif asked == _PEM or self._rules[asked].whole:
                    text.whole.add(asked)
                elif window := text.window(asked, place):
                    self._ruled(text, self._rules[asked], *window, place)
            if len(text.found) > 4 * MOST:
                break
        if _PEM in text.whole:
            _private_keys(text)
        whole = (self._rules[asked] for asked in sorted(text.whole) if asked >= 0)
        for one in (*whole, *self._always):
            self._ruled(text, one, 0, len(text.content), 0)

    def _ruled(self, text: _Text, rule: Rule, start: int, end: int, place: int) -> None:
        """What one rule finds in a part of the text, or around a place in it."""
        if rule.paths and not self._concerns(rule, text.path):
            return
        if not rule.pattern:
            text.found.append(_Found(0, 0, rule.id, rule.kind, rule.title, "", True, rule.id))
            return
        if rule.reach:
            start, end = max(0, place - rule.reach), place + rule.reach
        window = text.content if end - start >= len(text.content) else text.content[start:end]
        for match in compiled(rule.pattern, self._linear).finditer(window):
            group = rule.group or first_group(match)
            if match[group] and not excused(text, rule, match, window):
                begin, stop = start + match.start(group), start + match.end(group)
                value = match[group].decode("utf-8", "replace")
                found = _Found(begin, stop, rule.id, rule.kind, rule.title, value, True, rule.id)
                text.found.append(found)
            if len(text.found) > 4 * MOST:
                return

    def _concerns(self, rule: Rule, path: str) -> bool:
        pattern = rule.paths if rule.whole else rf"\A(?:{rule.paths})\z"
        return compiled(pattern, self._linear).search(path.encode()) is not None


def _has_settings(text: _Text) -> bool:
    """Whether names and values are settings, and not words, tests or a form to fill in."""
    if text.template or of_words(text.path):
        return False
    return text.sort is not Sort.PROSE and not (text.sort is Sort.PROGRAM and text.apart)


def _line(content: bytes, place: int) -> tuple[int, int]:
    """Start and end of the line around a place; of a long one, the part around it."""
    start = content.rfind(b"\n", max(0, place - BEFORE), place) + 1
    if start == 0:
        start = max(0, place - BEFORE)
    end = content.find(b"\n", place, place + AFTER)
    return start, end if end >= 0 else min(len(content), place + AFTER)


def _setting(text: _Text, start: int, end: int, ending: str) -> None:
    one = setting(text.content, start, end, text.sort, ending)
    if one and (one.literal or ".env" in text.path):
        where = one.start, one.end
        found = _Found(*where, one.name, one.kind, one.name, one.value, one.literal, SETTING)
        text.found.append(found)


def _private_keys(text: _Text) -> None:
    for start, end, body, literal in private_keys(text.content):
        value = body.decode("ascii", "replace")
        found = _Found(
            start, end, "private-key", "private key", text.path, value, literal, "private-key"
        )
        text.found.append(found)


def _apart(found: list[_Found]) -> list[_Found]:
    """The findings in order, of those that overlap the first of the most certain: rules first."""
    kept: list[_Found] = []
    taken: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda one: (one.rule == SETTING, one.start, -one.end)):
        at = bisect_right(taken, (one.start, one.end))
        before = taken[at - 1] if at else (-1, -1)
        after = taken[at] if at < len(taken) else (one.end + 1, one.end + 1)
        if one.start < before[1] or after[0] < one.end or (one.start, one.end) == before:
            continue
        taken.insert(at, (one.start, one.end))
        kept.append(one)
    return sorted(kept, key=lambda one: one.start)


class _Lines:
    """Numbers of lines by place; counted on only as far as asked."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place, self._line = 0, 1

    def of(self, place: int) -> int:
        """The line of a place; places come in order, or the count starts anew."""
        if place < self._place:
            self._place, self._line = 0, 1
        self._line += self._content.count(b"\n", self._place, place)
        self._place = place
        return self._line
