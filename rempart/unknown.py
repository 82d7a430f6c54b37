"""Three-valued facts: a value, one of several values, or not known and why.

Comparing an unknown gives an unknown; its truth value raises `NotSeen`. So nobody can pass by
accident: `if unknown:` and `unknown and ...` never choose a branch.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar, Union

import msgspec

from rempart.errors import NotSeen, Reason

T = TypeVar("T")
Scalar: TypeAlias = bool | int | str | None


class _Compared(msgspec.Struct, frozen=True, eq=False):
    """Comparison operators that answer with a `Fact` instead of a boolean."""

    def _compared(self, holds: Callable[[Scalar], "Fact"]) -> "Fact":
        raise NotImplementedError

    def __eq__(self, other: object) -> "Fact":  # type: ignore[override]
        return self._compared(lambda value: _equal(value, other))

    def __ne__(self, other: object) -> "Fact":  # type: ignore[override]
        return negated(self == other)

    def __lt__(self, other: object) -> "Fact":
        return self._compared(lambda value: value < other)  # type: ignore[operator]

    def __le__(self, other: object) -> "Fact":
        return self._compared(lambda value: value <= other)  # type: ignore[operator]

    def __gt__(self, other: object) -> "Fact":
        return self._compared(lambda value: value > other)  # type: ignore[operator]

    def __ge__(self, other: object) -> "Fact":
        return self._compared(lambda value: value >= other)  # type: ignore[operator]

    def __hash__(self) -> int:
        return id(self)


class Unknown(_Compared, frozen=True, eq=False, tag_field="seen", tag="unknown"):
    """A value nobody saw, with the reason from the closed list and the words of what is missing."""

    reason: Reason
    detail: str = ""

    def _compared(self, holds: Callable[[Scalar], "Fact"]) -> "Fact":
        return self

    def __bool__(self) -> bool:
        raise NotSeen(self.reason, self.detail)


class OneOf(_Compared, frozen=True, eq=False, tag_field="seen", tag="one_of"):
    """Exactly one of these values, not known which (a conditional in a repository)."""

    values: tuple[bool | int | str | None, ...]

    def _compared(self, holds: Callable[[Scalar], "Fact"]) -> "Fact":
        facts = [holds(value) for value in self.values]
        if all_of(*facts) is True:
            return True
        if any_of(*facts) is False:
            return False
        return Unknown(Reason.UNRESOLVED, f"one of {', '.join(map(str, self.values))}")

    def __bool__(self) -> bool:
        raise NotSeen(Reason.UNRESOLVED, f"one of {', '.join(map(str, self.values))}")


Fact: TypeAlias = bool | Unknown
Seen: TypeAlias = Union[T, Unknown, OneOf]  # noqa: UP007  (a generic alias needs the call form)


def _equal(value: object, other: object) -> Fact:
    return value == other


def negated(fact: Fact) -> Fact:
    """The opposite of a fact; what is unknown stays unknown."""
    return fact if isinstance(fact, Unknown) else not fact


def all_of(*facts: Fact) -> Fact:
    """False if any is false, else unknown if any is unknown, else true."""
    unknown: Unknown | None = None
    for fact in facts:
        if isinstance(fact, Unknown):
            unknown = _first(unknown, fact)
        elif not fact:
            return False
    return True if unknown is None else unknown


def any_of(*facts: Fact) -> Fact:
    """True if any is true, else unknown if any is unknown, else false."""
    unknown: Unknown | None = None
    for fact in facts:
        if isinstance(fact, Unknown):
            unknown = _first(unknown, fact)
        elif fact:
            return True
    return False if unknown is None else unknown


def _first(earlier: Unknown | None, later: Unknown) -> Unknown:
    return later if earlier is None else earlier


def among(value: object, allowed: Iterable[object]) -> Fact:
    """Whether the value is one of those allowed; use it instead of `in` where it may be unknown."""
    return any_of(*(_equal(value, candidate) for candidate in allowed))


def unseen(value: object) -> bool:
    """Whether the value is not known, or not known to be one."""
    return isinstance(value, Unknown | OneOf)
