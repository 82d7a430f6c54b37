"""What lines are against a pattern: found, not found, or not to be told and why.

Source: the evaluators of Wazuh 4 and 5. One line must be everything a pattern asks; where a pattern
only says what must not be, version 4 looks for a line that is not so, version 5 for none that is.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rempart.check import Reason
from rempart.collectors.sca.grammar import Dialect, Minterm, Rule
from rempart.collectors.sca.osregex import Wrong
from rempart.collectors.sca.regex import search

BUFFER: Final = 2047  # characters of a line that version 4 reads at once
OPERATORS: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Invalid:
    """Neither found nor not found. Without a reason the thing is simply not there."""

    detail: str
    reason: Reason | None = None


Found = bool | Invalid


def lines(text: str, dialect: Dialect) -> list[str]:
    """The lines of a file or an answer; version 4 splits long ones."""
    found = [line.rstrip("\r") for line in text.split("\n")]
    if found and not found[-1]:
        found.pop()
    if dialect.version == 4:
        return [piece for line in found for piece in _pieces(line)]
    return found


def _pieces(line: str) -> Iterator[str]:
    yield line[:BUFFER]
    for start in range(BUFFER, len(line), BUFFER):
        yield line[start : start + BUFFER]


def matches(rule: Rule, found: Sequence[str]) -> Found:
    """Whether the lines are what a rule's pattern asks."""
    terms, dialect = rule.pattern, rule.dialect
    if not found:
        return False
    try:
        tests = [_test(term, dialect) for term in terms]
    except ValueError as error:
        return Invalid(f"pattern: {error}", Reason.UNRESOLVED)
    if dialect.version != 4 and len(terms) == 1 and terms[0].negated:
        return _none(tests[0], found)
    invalid: Invalid | None = None
    for line in found:
        told = _line(tests, terms, line)
        if told is True:
            return True
        if isinstance(told, Invalid):
            invalid = invalid or told
    return invalid or False


def _line(tests: Sequence[Callable[[str], Found]], terms: Sequence[Minterm], line: str) -> Found:
    """Whether one line is all that is asked."""
    invalid: Invalid | None = None
    for test, term in zip(tests, terms, strict=True):
        told = test(line)
        if isinstance(told, Invalid):
            invalid = told
        elif told is term.negated:
            return False
    return invalid or True


def _none(test: Callable[[str], Found], found: Sequence[str]) -> Found:
    invalid: Invalid | None = None
    for line in found:
        told = test(line)
        if told is True:
            return False
        if isinstance(told, Invalid):
            invalid = told
    return invalid or True


def _test(term: Minterm, dialect: Dialect) -> Callable[[str], Found]:
    """A test of one line, without the `!`. Raises ValueError for a pattern that is none."""
    if term.kind == "literal":
        if dialect.version == 4:
            folded = term.text.casefold()
            return lambda line: line.casefold() == folded
        return lambda line: line == term.text
    try:
        look = search(term.text, dialect.regex, plain_case=dialect.version == 4)
    except Wrong:  # the engine of version 4 takes it, and finds nothing
        look = _nothing
    if term.kind == "r":
        return lambda line: look(line) is not None
    compare = OPERATORS[term.operator]

    def number(line: str) -> Found:
        match = look(line)
        if match is None:
            return False
        if not match.re.groups and dialect.version == 4:
            return Invalid("the number's pattern captures nothing")
        try:
            value = int(match.group(1 if match.re.groups else 0))
        except (TypeError, ValueError):
            return Invalid("what was captured is no number")
        return compare(value, term.number)

    return number


def _nothing(_: str) -> None:
    """No match."""


def named(term: Minterm, dialect: Dialect) -> Callable[[str], bool]:
    """A test of a file's name within a folder. Raises ValueError."""
    if dialect.version == 4:
        flavour = "osregex" if term.kind == "r" else "osmatch"
        look = search(term.text, flavour, plain_case=True)
        return lambda name: (look(name) is not None) is not term.negated
    if term.kind == "literal":
        return lambda name: (name == term.text) is not term.negated
    look = search(term.text, dialect.regex, plain_case=False)
    return lambda name: (look(name) is not None) is not term.negated
