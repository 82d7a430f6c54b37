"""Rules of a Wazuh SCA policy, taken apart: what is looked at, and what it must look like.

    rule      ["not "] type ":" target [" -> " pattern]
    pattern   minterm {" && " minterm}
    minterm   ["!"] ("r:" regex | "n:" regex " compare " operator " " number | literal)

Types are f (file), d (folder), p (process), c (command). Versions 4 and 5 of the format differ in
small things that change verdicts; each is named where it counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COMPARISONS: Final = ("<=", ">=", "!=", "==", "<", ">")
# What people write in version 4, and mean.
_MEANT: Final = {"=>": ">=", "=<": "<=", "=": "==", "\\!=": "!=", "<>": "!="}
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}")
_WRITTEN: Final = re.compile(r"\s*(\\?!=|=>|=<|<=|>=|==|<>|<|>|=)\s*([+-]?\d{1,18})\s*")
LONGEST: Final = 20_000  # characters of a rule


class Malformed(ValueError):
    """No rule of this grammar; the check it stands in is not checked."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is to be understood.

    `executed` takes comparisons of version 4 as its agent executes them: `=>` is then `==`.
    """

    version: int
    regex: str = "pcre2"  # or osregex
    executed: bool = False


@dataclass(frozen=True, slots=True)
class Minterm:
    """One thing a line must be, or must not be: `kind` is r, n or literal."""

    kind: str
    text: str
    negated: bool = False
    operator: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `name` is the file name within a folder, `pattern` what its lines must be."""

    text: str
    kind: str
    target: str
    dialect: Dialect
    negated: bool = False
    name: Minterm | None = None
    pattern: tuple[Minterm, ...] = ()
    whole: str = ""  # the pattern as it is written
    note: str = ""  # what was read otherwise than it is written

    @property
    def targets(self) -> tuple[str, ...]:
        """Version 4 takes a list of paths, version 5 one."""
        if self.dialect.version != 4:
            return (self.target,)
        return tuple(one.strip() for one in self.target.split(",") if one.strip())


def rule(text: str, dialect: Dialect, variables: Mapping[str, str] | None = None) -> Rule:
    """A rule, its variables filled in. Raises Malformed."""
    if len(text) > LONGEST or "\0" in text:
        raise Malformed("the rule is too long, or holds a NUL")
    rest = text.strip()
    negated = rest[:4] == "not " or (dialect.version == 4 and rest[:4].lower() == "not ")
    rest = rest[4:].lstrip() if negated else rest
    rest = rest.removeprefix("!")  # accepted before the type, and ignored, in both versions
    kind, colon, body = rest.partition(":")
    if not colon or kind not in ("f", "d", "p", "c", "r"):
        raise Malformed(f"unknown rule letter {kind[:20]!r}: expected f, d, p or c")
    if kind == "r":
        raise Malformed("a rule about the Windows registry")
    target, arrow, pattern = body.partition(" -> ")
    if kind == "p" and dialect.version == 4:
        target, arrow, pattern = "", " -> ", body
    target = _filled(target.strip(), variables or {})
    if not target and kind != "p":
        raise Malformed("a rule without a target")
    paths = target.split(",") if dialect.version == 4 else [target]
    if kind in ("f", "d") and not all(one.strip()[:1] in ("/", "") for one in paths):
        raise Malformed("expected a path that starts with /")
    name = None
    if kind == "d" and arrow:
        first, arrow, pattern = pattern.partition(" -> ")
        name, _ = minterm(first.strip(), dialect, name=True)
    made = Rule(text, kind, target, dialect, negated, name)
    if not arrow:
        return made
    found = [minterm(one, dialect) for one in pattern.strip().split(" && ")]
    notes = "; ".join(note for _, note in found if note)
    terms = tuple(term for term, _ in found)
    return Rule(text, kind, target, dialect, negated, name, terms, pattern.strip(), notes)


def _filled(target: str, variables: Mapping[str, str]) -> str:
    """Longest names first, so that `$ab` is never `$a` and a b."""
    for name in sorted(variables, key=len, reverse=True):
        target = target.replace(name, variables[name])
    return target


def minterm(text: str, dialect: Dialect, *, name: bool = False) -> tuple[Minterm, str]:
    """One minterm, and a note where it is read otherwise than it is written."""
    negated = text.startswith("!")
    rest = text[1:] if negated else text
    prefix = rest[:2].lower() if dialect.version == 4 else rest[:2]
    if prefix == "r:":
        return Minterm("r", rest[2:], negated), ""
    if prefix != "n:" or name:
        return Minterm("literal", rest, negated), ""
    pattern, word, comparison = rest[2:].partition(" compare ")
    if not word:
        raise Malformed("a number without ` compare `")
    operator, number, note = _comparison(comparison, dialect)
    return Minterm("n", pattern, negated, operator, number), note


def _comparison(text: str, dialect: Dialect) -> tuple[str, int, str]:
    if dialect.version != 4:
        operator, _, number = text.strip().partition(" ")
        if operator not in COMPARISONS or not _NUMBER.fullmatch(number.strip()):
            raise Malformed(f"expected an operator and a number, found {text[:40]!r}")
        return operator, int(number), ""
    if dialect.executed:
        return _as_executed(text)
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise Malformed(f"expected an operator and a number, found {text[:40]!r}")
    written = found[1]
    operator = _MEANT.get(written, written)
    note = f"compares with {written}, read as {operator}" if operator != written else ""
    return operator, int(found[2]), note


def _as_executed(text: str) -> tuple[str, int, str]:
    """What the agent of version 4 does: a leading `=` means equal, whatever follows it."""
    digits = re.search(r"\d{1,18}", text)
    if digits is None:
        raise Malformed("a comparison without a number")
    if text.startswith("="):
        note = (
            ""
            if text.startswith("==")
            else f"compares with {text.split(maxsplit=1)[0]}, executed as =="
        )
        return "==", int(digits[0]), note
    operator = next((one for one in ("!=", "<=", ">=", "<", ">") if one in text), "")
    if not operator:
        raise Malformed("a comparison without an operator")
    return operator, int(digits[0]), ""


def words(command: str) -> tuple[str, ...]:
    """A command as its argument list: blanks divide, double quotes and backslashes keep together.

    Single quotes are letters like others. Raises Malformed for a quote that is not closed.
    """
    found: list[str] = []
    current, within, begun, escaped = "", False, False, False
    for letter in command:
        if escaped:
            current, escaped = current + letter, False
        elif letter == "\\":
            escaped = begun = True
        elif letter == '"':
            within, begun = not within, True
        elif letter.isspace() and not within:
            if begun or current:
                found.append(current)
            current, begun = "", False
        else:
            current += letter
    if within or escaped:
        raise Malformed("a quote that is not closed")
    return (*found, current) if current or begun else tuple(found)
