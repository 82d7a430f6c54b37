"""Rules that say what a secret looks like in text: our own, and those a payer brings along."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.collectors.repository.secrets.patterns import Pattern, Unusable, compiled
from rempart.documents import contents, decode
from rempart.documents.kept import kept
from rempart.errors import ContentError, ContentErrors

TABLE: Final = Path(__file__).parents[1] / "tables" / "secret_rules.yaml"
SIZE: Final = 4_000_000  # bytes of a file of rules
RULES: Final = 5_000


class Allow(msgspec.Struct, frozen=True):
    """What is no secret after all: by path, by a pattern of its text, or by words in it.

    `target` is what the patterns are searched in: secret, match or line. With `every`, all that is
    given must hold.
    """

    patterns: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    target: str = "secret"
    every: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of secret; the fields are explained at the head of the table.

    `allowed` and `whole` belong to rules from outside: exceptions, and a search of the whole text
    instead of the lines around the keywords.
    """

    id: str
    title: str
    pattern: str = ""
    kind: str = "token"
    keywords: tuple[str, ...] = ()
    group: int = 0
    entropy: float = 0
    allow: tuple[str, ...] = ()
    paths: str = ""
    reach: int = 0
    words: bool = False
    decoded: str = ""
    beside: str = ""
    whole: bool = False
    allowed: tuple[Allow, ...] = ()


@lru_cache(maxsize=1)
def own() -> tuple[Rule, ...]:
    """The rules that come along."""

    class Table(msgspec.Struct, forbid_unknown_fields=True):
        rules: tuple[Rule, ...]

    return decode(kept(TABLE), Table).rules


def rules(file: str = "") -> tuple[Rule, ...]:
    """Our own rules and those of a file, which may also switch some of ours off."""
    if not file:
        return own()
    more, off = from_file(Path(file))
    named = {rule.id for rule in more}
    return (*(rule for rule in own() if rule.id not in off | named), *more)


def from_file(path: Path) -> tuple[tuple[Rule, ...], frozenset[str]]:
    """Rules in the schema of Gitleaks, and the ids of rules it switches off.

    Raises ContentErrors that name file, line and rule: for no TOML, for an unknown field, for a
    pattern that the engine at hand cannot take.
    """
    try:
        text = contents(path, SIZE).decode("utf-8")
        table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise _errors(path, 1, "expected UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise _errors(path, int(place[1]) if place else 1, f"expected TOML: {error}") from None
    except RecursionError:
        raise _errors(path, 1, "expected TOML, found it too deep") from None
    return _Reading(path, text, table).read()


def _errors(path: Path, line: int, message: str) -> ContentErrors:
    return ContentErrors([ContentError(message, file=str(path), line=line)])


_RULE_FIELDS: Final = frozenset(
    {"id", "description", "regex", "keywords", "entropy", "secretGroup", "path", "tags"}
    | {"allowlist", "allowlists", "skipReport", "required"}
)
_ALLOW_FIELDS: Final = frozenset(
    {"description", "regexes", "regexTarget", "paths", "stopwords", "condition", "commits"}
    | {"targetRules"}
)


class _Reading:
    """One file of rules while it is read; all that is wrong is told at once."""

    def __init__(self, path: Path, text: str, table: Mapping[str, Any]) -> None:
        self._path, self._table = path, table
        lines = text.splitlines()
        starts = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*rules\s*]]", line)]
        self._starts, self._lines = starts, lines
        self._wrong: list[ContentError] = []

    def read(self) -> tuple[tuple[Rule, ...], frozenset[str]]:
        table = self._table
        extend = table.get("extend", {})
        off: object = extend.get("disabledRules", []) if isinstance(extend, dict) else []
        if isinstance(extend, dict) and {"path", "url"} & extend.keys():
            self._fault(
                self._line("path"), "expected rules in this file, found [extend] of another"
            )
        everywhere = tuple(self._allows(table, self._line("allowlist"), "the file"))
        found = table.get("rules", [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._fault(1, "expected [[rules]], found something else")
            found = []
        if len(found) > RULES:
            self._fault(1, f"expected at most {RULES} rules, found {len(found)}")
        read = [self._rule(n, one, everywhere) for n, one in enumerate(found[:RULES])]
        if self._wrong:
            raise ContentErrors(self._wrong)
        return tuple(filter(None, read)), frozenset(off if isinstance(off, list) else ())

    def _rule(self, ordinal: int, table: dict[str, Any], more: tuple[Allow, ...]) -> Rule | None:
        id_ = table.get("id")
        line = self._line("id", ordinal)
        if not isinstance(id_, str) or not re.fullmatch(r"[\w.-]{1,80}", id_):
            self._fault(line, "expected an id of letters, digits and hyphens in each rule")
            return None
        for name in sorted(table.keys() - _RULE_FIELDS):
            expected = ", ".join(sorted(_RULE_FIELDS))
            self._fault(self._line(name, ordinal), f"{id_}: expected {expected}, found {name}")
        regex, path = table.get("regex", ""), table.get("path", "")
        if not (isinstance(regex, str) and isinstance(path, str) and (regex or path)):
            self._fault(line, f"{id_}: expected a regex or a path")
            return None
        group, entropy = table.get("secretGroup", 0), table.get("entropy", 0)
        if not isinstance(group, int) or not isinstance(entropy, int | float):
            self._fault(line, f"{id_}: expected numbers for secretGroup and entropy")
            return None
        pattern = self._usable(regex, self._line("regex", ordinal), id_)
        self._usable(path, self._line("path", ordinal), id_)
        if pattern is not None and group > pattern.groups:
            count = f"{pattern.groups} in the regex"
            self._fault(line, f"{id_}: expected a secretGroup, found {group} with {count}")
        keywords = table.get("keywords", [])
        return Rule(
            id_,
            str(table.get("description", id_)),
            regex,
            "secret",
            tuple(str(word).lower() for word in keywords if word),
            group,
            float(entropy),
            paths=path,
            whole=True,
            allowed=(*self._allows(table, line, id_), *more),
        )

    def _allows(self, table: Mapping[str, Any], line: int, id_: str) -> Iterator[Allow]:
        found = table.get("allowlists", table.get("allowlist", []))
        for one in found if isinstance(found, list) else [found]:
            if not isinstance(one, dict) or one.keys() - _ALLOW_FIELDS:
                self._fault(line, f"{id_}: expected {', '.join(sorted(_ALLOW_FIELDS))}")
                continue
            patterns, paths = _texts(one.get("regexes")), _texts(one.get("paths"))
            for pattern in (*patterns, *paths):
                self._usable(pattern, line, id_)
            target = str(one.get("regexTarget", "secret")) or "secret"
            every = str(one.get("condition", "OR")).upper() in ("AND", "&&")
            words = tuple(word.lower() for word in _texts(one.get("stopwords")))
            targets = frozenset(_texts(one.get("targetRules")))
            if not targets or id_ in targets:
                yield Allow(patterns, paths, words, target, every)

    def _usable(self, pattern: str, line: int, id_: str) -> Pattern | None:
        try:
            return compiled(pattern)
        except Unusable as error:
            self._fault(
                line, f"{id_}: expected a pattern without {error.what}, found {pattern!r:.80}"
            )
        return None

    def _line(self, field: str, ordinal: int | None = None) -> int:
        """Where a field of a rule stands; of the file where no rule is named."""
        first = 0 if ordinal is None or ordinal >= len(self._starts) else self._starts[ordinal]
        after = self._starts[(ordinal or 0) + 1 :] if ordinal is not None else []
        last = after[0] - 1 if after else len(self._lines)
        for number in range(first, last):
            if re.match(rf"\s*\[*[\"']?{re.escape(field)}", self._lines[number]):
                return number + 1
        return max(first, 1)

    def _fault(self, line: int, message: str) -> None:
        self._wrong.append(ContentError(message, file=str(self._path), line=line))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
