"""Patterns of a payer's own, matched in a time that grows with the line alone.

RE2 does that for any pattern, where it is installed. Python's own `re` tries again and again where
repetitions can share what they match, so there only patterns are taken that leave it no choice:
each repetition ends where the next thing begins. One that does not is let pass and sees less.
"""

import re
from collections.abc import Iterable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

MEMORY: Final = 64 << 20  # bytes for one pattern of RE2
# Characters a pattern is shown: by how often it may begin to try anew at each of them.
SHOWN: Final = (65_536, 2048, 256)
BRIEF: Final = 32  # repetitions that are no more than that may share what they match
_OTHERS: Final = 256  # stands for all characters beyond Latin-1
_ALL: Final = frozenset(range(_OTHERS + 1))
_CLASSES: Final = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_MANY: Final = (*_REPEATS, sre.POSSESSIVE_REPEAT)
Chars = frozenset[int]


class TooFree(ValueError):
    """Python's own engine could take forever over it."""

    def __init__(self) -> None:
        super().__init__(
            "expected a pattern whose repetitions cannot share what they match, found one that may "
            "take forever over some lines: say which character ends each, such as [^,]*, or "
            "install RE2 (pip install 'rempart[discovery]')"
        )


class Pattern:
    """A pattern by RE2, or by Python with as many characters as it can take."""

    def __init__(self, written: str, *, portable: bool = False) -> None:
        """Raises ValueError (re.error, TooFree) with what is wrong.

        A `portable` pattern is also to be used where RE2 is not: on the host of a log.
        """
        self.written = written
        own = re.compile(written)
        self.groups, self.groupindex = own.groups, dict(own.groupindex)
        fast = None if portable else _by_re2(written)
        loose = _loose(written) if fast is None else 0
        again = fast is None and _goes_far(parser.parse(written))
        self._matched, self._searched = SHOWN[loose], SHOWN[loose + again]
        self._engine: Any = own if fast is None else fast

    def search(self, text: str) -> Any:  # noqa: ANN401
        """The first match, as `re` has it."""
        return self._engine.search(text[: self._searched])

    def fullmatch(self, text: str) -> Any:  # noqa: ANN401
        """A match of the whole text, as `re` has it; what is too long for it has none."""
        return None if len(text) > self._matched else self._engine.fullmatch(text)


def _by_re2(written: str) -> Any:  # noqa: ANN401
    """The pattern by RE2; None where there is none, or it is beyond it."""
    try:
        import re2
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        return re2.compile(written, options)
    except re2.error:
        return None


def _loose(written: str) -> int:
    """How many repetitions share characters with what follows, at most one. Raises TooFree."""
    try:
        tree = parser.parse(written)
    except RecursionError:
        raise TooFree from None
    loose = _walk(list(tree), frozenset(), within=False)
    if loose > 1:
        raise TooFree
    return loose


def _goes_far(items: Iterable[Any]) -> bool:
    """Whether a search that begins anew at each character may each time go far."""
    for op, about in items:
        if op in _MANY and (about[1] > BRIEF or _goes_far(about[2])):
            return True
        if op is sre.SUBPATTERN and _goes_far(about[-1]):
            return True
        if op is sre.ATOMIC_GROUP and _goes_far(about):
            return True
        if op in (sre.ASSERT, sre.ASSERT_NOT) and _goes_far(about[1]):
            return True
        if op is sre.BRANCH and any(map(_goes_far, about[1])):
            return True
    return False


def _walk(items: list[Any], follow: Chars, *, within: bool) -> int:
    """Loose repetitions of a sequence that is followed by one of these characters."""
    loose = 0
    for place, item in enumerate(items):
        loose += _one(item, _first(items[place + 1 :], follow), within=within)
    return loose


def _one(item: Any, after: Chars, *, within: bool) -> int:  # noqa: ANN401
    op, about = item
    if op is sre.SUBPATTERN:
        return _walk(list(about[-1]), after, within=within)
    if op is sre.ATOMIC_GROUP or op in (sre.ASSERT, sre.ASSERT_NOT):
        body = about if op is sre.ATOMIC_GROUP else about[1]
        return _walk(list(body), _ALL if op is sre.ATOMIC_GROUP else frozenset(), within=within)
    if op is sre.POSSESSIVE_REPEAT:
        return _walk(list(about[2]), _ALL, within=True)
    if op is sre.BRANCH:
        firsts = [_first(list(each), after) for each in about[1]]
        if within and _overlap(firsts):
            raise TooFree
        return max(_walk(list(each), after, within=within) for each in about[1])
    if op in _REPEATS:
        return _repeat(about, after, within=within)
    if op in (sre.GROUPREF, sre.GROUPREF_EXISTS):
        raise TooFree
    return 0


def _repeat(about: Any, after: Chars, *, within: bool) -> int:  # noqa: ANN401
    least, most, body = about[0], about[1], list(about[2])
    begins = _first(body, frozenset())
    single = len(body) == 1 and body[0][0] in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
    shared = most > least and bool(begins & after)
    if not single and most > 1:
        # What comes after a turn is another turn, or what follows.
        if _walk(body, begins | after, within=True) or shared or _nullable(body):
            raise TooFree
        return 0
    if not single:
        return _walk(body, after, within=within)
    if shared and within:
        raise TooFree
    return int(shared and most > BRIEF)


def _overlap(sets: Iterable[Chars]) -> bool:
    seen: set[int] = set()
    for each in sets:
        if seen & each:
            return True
        seen |= each
    return False


def _first(items: list[Any], follow: Chars) -> Chars:
    """The characters a sequence can begin with, those after it included where it can be empty."""
    found: set[int] = set()
    for item in items:
        found |= _begins(item)
        if not _empty(item):
            return frozenset(found)
    return frozenset(found) | follow


def _begins(item: Any) -> Chars:  # noqa: ANN401, PLR0911
    op, about = item
    if op is sre.LITERAL:
        return frozenset({min(about, _OTHERS)})
    if op is sre.NOT_LITERAL:
        return _ALL - ({about} if about < _OTHERS else set())
    if op is sre.ANY:
        return _ALL - {10}
    if op is sre.IN:
        return _members(about)
    if op in _MANY:
        return _first(list(about[2]), frozenset())
    if op in (sre.SUBPATTERN, sre.ATOMIC_GROUP):
        return _first(list(about[-1] if op is sre.SUBPATTERN else about), frozenset())
    if op is sre.BRANCH:
        return frozenset().union(*(_first(list(each), frozenset()) for each in about[1]))
    return frozenset()


def _members(about: Iterable[Any]) -> Chars:
    found: set[int] = set()
    negated = False
    for op, what in about:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            found.add(min(what, _OTHERS))
        elif op is sre.RANGE:
            found.update(range(what[0], min(what[1], _OTHERS - 1) + 1))
            found.update({_OTHERS} if what[1] >= _OTHERS else ())
        else:
            found.update(_category(what))
    return (_ALL - (found - {_OTHERS})) if negated else frozenset(found)


def _category(what: Any) -> Iterator[int]:  # noqa: ANN401
    pattern = re.compile(_CLASSES[what])
    yield from (code for code in range(_OTHERS) if pattern.match(chr(code)))
    yield _OTHERS


def _empty(item: Any) -> bool:  # noqa: ANN401
    op, about = item
    if op in _MANY:
        return about[0] == 0 or _nullable(list(about[2]))
    if op is sre.SUBPATTERN:
        return _nullable(list(about[-1]))
    if op is sre.ATOMIC_GROUP:
        return _nullable(list(about))
    if op is sre.BRANCH:
        return any(_nullable(list(each)) for each in about[1])
    return op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT)


def _nullable(items: list[Any]) -> bool:
    return all(map(_empty, items))
