"""sshd_config as sshd reads it: the first value wins, `Match` overrides, `Include` nests.

Source: sshd_config(5), OpenSSH 9.2; its defaults hold where a whole configuration says nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from rempart.check import Evidence, Unknown, Vantage
from rempart.collectors.sshd_keywords import ALGORITHMS, FIELDS, KEYWORDS, Keyword
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.ssh import SshdSettings

Included: TypeAlias = Callable[[str], Iterable[tuple[str, str]]]  # pattern -> (file, text) in order
ALIASES = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
}
EVERYBODY = ("", "all")
DEPTH = 16  # sshd's own limit of nested Include
MOST = 1_000_000  # characters followed in all: includes that include each other come to an end
MOST_NAMES = 200  # of one list over all its lines
COST = 1_000  # what an include costs beside its characters
# Written by crypto-policies(7): algorithms, and nothing else that stands in KEYWORDS.
POLICIES = "/etc/crypto-policies/back-ends/"
_WORDS = re.compile(r'"[^"]*"|\'[^\']*\'|[^\s"\']+')
_TEMPLATED = re.compile(r"\{\{|\{%|<%|\$\{|%\{|^\$[A-Za-z_]")


@dataclass(frozen=True, slots=True)
class Directive:
    """One line in force: its keyword in lower case, and the `Match` it stands under ("" for none).

    `include` with a value is one that could not be followed; `policies` decides algorithms alone.
    """

    match: str
    keyword: str
    value: str
    place: Evidence


def settings(
    text: str,
    file: str,
    included: Included | None = None,
    *,
    vantage: Vantage = Vantage.DECLARED,
) -> Iterator[SshdSettings]:
    """What a configuration sets: for everybody, then for each `Match` that changes something.

    Without `included`, an Include leaves what comes after it unresolved. A drop-in file, known by
    its folder, decides only what it says: the rest is unresolved, not sshd's default.
    """
    found = list(directives(text, file, included))
    whole = "sshd_config.d" not in PurePosixPath(file).parts
    everybody = _everybody(found, file, whole=whole)
    everybody = replace(everybody, vantage=vantage)
    yield everybody
    yield from matched(everybody, found)


def read(printed: str, source: str) -> SshdSettings:
    """What `sshd -T` printed: settings in force for everybody; one it left out is unresolved."""
    found = [
        Directive("", keyword, value, Evidence(source))
        for keyword, _, value in (line.partition(" ") for line in printed.splitlines())
        if keyword in KEYWORDS
    ]
    silent = {one.field for one in KEYWORDS.values() if one.silent is not None}
    said = {KEYWORDS[item.keyword].field for item in found}
    left_out: dict[str, Any] = {
        one.field: one.silent for one in KEYWORDS.values() if one.field in silent - said
    }
    return replace(_everybody(found, source, whole=False), **left_out, decided={})


def matched(everybody: SshdSettings, found: Sequence[Directive]) -> Iterator[SshdSettings]:
    """The settings of each `Match` that touches one of them; what it leaves out holds for all."""
    blocks: dict[str, list[Directive]] = {}
    for directive in found:
        if directive.match.lower() not in EVERYBODY:
            blocks.setdefault(directive.match, []).append(directive)
    for match, inside in blocks.items():
        decided = _decided(inside)
        if decided.open:
            unknown = _not_followed(decided.open)
            decided.values = {**dict.fromkeys(FIELDS, unknown), **decided.values}
        if decided.values:
            yield replace(
                everybody,
                **decided.values,
                key=clean(f"Match {match}", 200),
                who=clean(f"Match {match}", 200),
                source=inside[0].place.source,
                line=inside[0].place.line,
                decided={**everybody.decided, **decided.places},
            )


def directives(text: str, file: str, included: Included | None = None) -> Iterator[Directive]:
    """The lines in force, in sshd's order, includes followed where `included` answers."""
    left = MOST

    def follow(pattern: str) -> list[tuple[str, str]] | None:
        nonlocal left
        if included is None or left <= 0:
            return None
        found = list(included(pattern))
        left -= sum(len(content) + COST for _, content in found) + COST
        return found

    yield from _directives(text, file, follow, "", DEPTH)


def _directives(
    text: str,
    file: str,
    follow: Callable[[str], list[tuple[str, str]] | None],
    match: str,
    depth: int,
) -> Iterator[Directive]:
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        keyword, value = _split(line)
        place = Evidence(file, number)
        if keyword == "match":
            match = value
        elif keyword == "include":
            patterns = [one for one in value.split() if not one.startswith(POLICIES)]
            if len(patterns) < len(value.split()):
                yield Directive(match, "policies", value, place)
            found = [follow(pattern) if depth else None for pattern in patterns]
            if None in found:
                yield Directive(match, keyword, value, place)
            for path, content in (pair for pairs in found for pair in pairs or ()):
                yield from _directives(content, path, follow, match, depth - 1)
        else:
            yield Directive(match, ALIASES.get(keyword, keyword), value, place)


def _split(line: str) -> tuple[str, str]:
    keyword, _, rest = line.replace("\t", " ").partition(" ")
    if "=" in keyword:
        keyword, _, more = line.partition("=")
        rest = more
    words = []
    for word in _WORDS.findall(rest.lstrip(" =")):
        if word.startswith("#"):
            break
        words.append(word[1:-1] if word[0] in "\"'" and word[0] == word[-1] else word)
    return keyword.strip().strip("\"'").lower(), " ".join(words)


@dataclass(slots=True)
class _Decided:
    """Settings some lines decide, and where."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Evidence] = field(default_factory=dict)
    open: Directive | None = None  # the first Include that was not followed


def _decided(found: Iterable[Directive]) -> _Decided:
    decided = _Decided()
    for directive in found:
        if directive.keyword == "include":
            decided.open = decided.open or directive
        if directive.keyword == "policies":
            for name in set(ALGORITHMS) - decided.values.keys():
                decided.values[name] = _not_followed(directive)
        known = KEYWORDS.get(directive.keyword)
        if known is None or (known.field in decided.values and not known.adds):
            continue
        value = _not_followed(decided.open) if decided.open else _value(known, directive)
        before = decided.values.get(known.field, ())
        if isinstance(before, tuple) and isinstance(value, tuple):
            value = (*before, *value)[:MOST_NAMES]
        decided.values[known.field] = value
        decided.places.setdefault(known.field, directive.place)
    return decided


def _everybody(found: Sequence[Directive], file: str, *, whole: bool) -> SshdSettings:
    decided = _decided(item for item in found if not item.match)
    for item in KEYWORDS.values():
        if item.field not in decided.values:
            decided.values[item.field] = _unsaid(item, decided.open, file, whole=whole)
    # `Match all` holds for everybody and overrides what stands above it
    overriding = _decided(item for item in found if item.match.lower() == "all")
    return SshdSettings(
        **{**decided.values, **overriding.values},
        source=file,
        decided={**decided.places, **overriding.places},
    )


def _unsaid(item: Keyword, include: Directive | None, file: str, *, whole: bool) -> object:
    if include is not None:
        return _not_followed(include)
    if not whole:
        return Unknown(Reason.UNRESOLVED, f"{file} does not say {item.written}")
    return item.default


def _not_followed(include: Directive) -> Unknown:
    return Unknown(Reason.UNRESOLVED, f"Include {include.value} is not followed")


def _value(item: Keyword, directive: Directive) -> object:
    if _TEMPLATED.search(directive.value):
        return Unknown(Reason.UNRESOLVED, f"{item.written} {directive.value[:60]}")
    return item.value(directive.value)
