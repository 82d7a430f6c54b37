"""Secrets in any text of a repository: keywords first, then rules, entropy and what is no secret.

Each finding stands for one occurrence and is named by file, rule or setting, and ordinal, never by
line. What the structure of a file already told is taken out afterwards, by `merged`.
"""

import base64
import binascii
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from rempart.collectors.repository import secrets as names
from rempart.collectors.repository.secrets import SETTING, dull, given, placeholder, refers
from rempart.collectors.repository.secrets_entropy import bits
from rempart.collectors.repository.secrets_keys import WORD, private_keys
from rempart.collectors.repository.secrets_patterns import compiled
from rempart.collectors.repository.secrets_places import Sort, apart, of_words, sort_of, template
from rempart.collectors.repository.secrets_rules import Allow, Rule
from rempart.collectors.repository.secrets_settings import name_around, setting
from rempart.collectors.repository.secrets_words import Words, words
from rempart.observations.exposure import LiteralSecret

BEFORE: Final = 400  # bytes of a line before a keyword
AFTER: Final = 1_200
MOST: Final = 1_000  # findings of one file
_SETTING: Final = -1
_PEM: Final = -2


@dataclass(slots=True)
class _Text:
    """One file while it is searched."""

    path: str
    content: bytes
    sort: Sort
    apart: bool
    template: bool
    found: list["_Found"] = field(default_factory=list)


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
        self._asked = tuple(tuple(sorted(ones)) for ones in asked.values())
        self._words: Words = words(tuple(asked), engine)

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
        seen: set[tuple[int, int]] = set()
        whole: set[int] = set()
        begun: set[int] = set()
        first = last = -1  # of the name that was looked at last
        named = _has_settings(text)
        ending = text.path.rpartition(".")[2].lower() if "." in text.path else ""
        for number, place in self._words.hits(text.content.lower()):
            start = end = -1
            for asked in self._asked[number]:
                if asked == _PEM or (asked >= 0 and self._rules[asked].whole):
                    whole.add(asked)
                    continue
                if asked == _SETTING:
                    if named and not first <= place < last:
                        first, last = name_around(text.content, place)
                        if first not in begun:
                            begun.add(first)
                            _settings(text, first, last, ending)
                    continue
                if start < 0:
                    start, end = _line(text.content, place)
                if (asked, start) in seen:
                    continue
                seen.add((asked, start))
                self._ruled(text, self._rules[asked], start, end, place)
            if len(text.found) > MOST:
                break
        if _PEM in whole:
            _private_keys(text)
        for one in (*(self._rules[asked] for asked in sorted(whole) if asked >= 0), *self._always):
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
            group = rule.group or _first(match)
            if match[group] and not _excused(text, rule, match, window):
                begin, stop = start + match.start(group), start + match.end(group)
                value = match[group].decode("utf-8", "replace")
                found = _Found(begin, stop, rule.id, rule.kind, rule.title, value, True, rule.id)
                text.found.append(found)
            if len(text.found) > MOST:
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


def _settings(text: _Text, start: int, end: int, ending: str) -> None:
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


def _first(match: re.Match[bytes]) -> int:
    """The first group that took part; the whole where there is none."""
    taken = (number for number, one in enumerate(match.groups(), 1) if one)
    return next(taken, 0)


_COUNTED: Final = re.compile(r"0123456789|1234567890|(?i:abcdefghij)|(.)\1{7}")


def _excused(text: _Text, rule: Rule, match: re.Match[bytes], window: bytes) -> bool:
    """Whether what a rule matches is no secret."""
    value = match[rule.group or _first(match)].decode("utf-8", "replace")
    if rule.entropy and bits(value) < rule.entropy:
        return True
    if any(_allowed(text, one, match, value) for one in rule.allowed):
        return True
    if rule.whole:
        return False
    if any(re.fullmatch(one, value) for one in rule.allow) or placeholder(value) or refers(value):
        return True
    if _COUNTED.search(value):
        return True
    return (
        (rule.words and _of_an_example(text, value, match))
        or (bool(rule.decoded) and not _decodes(rule.decoded, value))
        or (bool(rule.beside) and not compiled(rule.beside).search(window))
    )


_SAID: Final = re.compile(
    r"(?:user(?:name)?|pass(?:word|wd|wort)?|pwd?|secret|token|(?:api)?key|auth|cred(?:ential)?s?|mdp)",
    re.I,
)


_RESERVED: Final = re.compile(  # RFC 2606, and what manuals write instead
    rb"@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|test|invalid|domain\.\w+|company\.com"
    rb"|my[\w-]*|your[\w-]*|host(?:name)?|server)[:/]?$",
    re.I,
)


def _of_an_example(text: _Text, value: str, match: re.Match[bytes]) -> bool:
    """Whether a password in a URL or a command only shows how one is written."""
    if re.search(r"[{}<>]|\$\w|%[sd(]|^\.+$|^:|\\", value) or _RESERVED.search(match[0]):
        return True
    settled = text.sort not in (Sort.PROGRAM, Sort.PROSE) and not (text.apart or text.template)
    return _SAID.fullmatch(value) is not None if settled else dull(value)


def _decodes(pattern: str, value: str) -> bool:
    try:
        inner = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return re.fullmatch(pattern, inner, re.S) is not None and not placeholder(
        inner.partition(":")[2]
    )


def _allowed(text: _Text, allow: Allow, match: re.Match[bytes], value: str) -> bool:
    """Whether an exception of a payer's own rules excuses a match."""
    said: list[bool] = []
    if allow.paths:
        said.append(any(compiled(one).search(text.path.encode()) for one in allow.paths))
    if allow.patterns:
        searched = {"match": match[0], "line": _whole_line(text.content, match)}
        where = searched.get(allow.target, value.encode())
        said.append(any(compiled(one).search(where) for one in allow.patterns))
    if allow.words:
        lowered = value.lower()
        said.append(any(word in lowered for word in allow.words))
    return bool(said) and (all(said) if allow.every else any(said))


def _whole_line(content: bytes, match: re.Match[bytes]) -> bytes:
    start, _ = _line(content, match.start())
    _, end = _line(content, match.end())
    return content[start:end]


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
