"""What a check is written with: observations in, results out.

A check is a plain function. A positional parameter annotated with an `Observation` is what it
needs, `tuple[X, ...]` is all of them; a keyword-only parameter is a setting; a parameter annotated
with a `Yardstick` makes the engine ask once per authority. `rempart.signature` reads that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias

from rempart.errors import Reason
from rempart.unknown import Fact, OneOf, Seen, Unknown, all_of, among, any_of, negated, unseen

__all__ = [
    "Evidence",
    "Fact",
    "Gap",
    "Grade",
    "Observation",
    "OneOf",
    "Outcome",
    "Reason",
    "Result",
    "Seen",
    "Severity",
    "Unknown",
    "Vantage",
    "Yardstick",
    "all_of",
    "among",
    "any_of",
    "graded",
    "negated",
    "notapplicable",
    "notchecked",
    "unseen",
    "verdict",
]

Figure: TypeAlias = bool | int | str | None
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """What a check may answer; XCCDF's words."""

    PASS = "pass"  # noqa: S105  (an outcome, not a password)
    FAIL = "fail"
    NOTAPPLICABLE = "notapplicable"
    NOTCHECKED = "notchecked"
    ERROR = "error"


class Vantage(StrEnum):
    """How a fact is known: seen on the thing, written in a repository, or said by somebody."""

    OBSERVED = "observed"
    DECLARED = "declared"
    STATED = "stated"


class Severity(StrEnum):
    """The four risk levels of the ANSSI scale (minor, important, major, critical), in order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was seen: a file, URL, command or query, and the lines when it has lines."""

    source: str
    line: int | None = None
    end_line: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, never what to think of it. Subclasses are frozen, slotted, and name units.

    `key` tells things of one subject apart (a mount point, an account, a Terraform address) and is
    stable and human. `source` is the command, URL, query or relative path that answered. `subject`
    and `taken` are stamped by the engine; `taken` is the only clock a check knows. `root` is the
    root of a repository a declared thing belongs to. A type with `drawn` is kept whole in the run,
    for reports to draw.
    """

    drawn: ClassVar[bool] = False

    _: KW_ONLY
    subject: str = ""
    key: str = ""
    vantage: Vantage = Vantage.OBSERVED
    source: str = ""
    line: int | None = None
    end_line: int | None = None
    root: str = ""
    taken: datetime = EPOCH

    def at(self, setting: str) -> "Observation":
        """The same, standing on the line that decides this field, where lines are known."""
        return self


@dataclass(frozen=True, slots=True)
class Gap:
    """An observation that could not be made: its type's name and the reason, kept for a replay.

    `key` and `source` say which thing was not seen, when that is known.
    """

    type: str
    reason: Reason
    detail: str = ""
    _: KW_ONLY
    subject: str = ""
    key: str = ""
    source: str = ""
    taken: datetime = EPOCH


class Grade(StrEnum):
    """How an authority regards a value."""

    PREFER = "prefer"
    ACCEPT = "accept"
    TOLERATE = "tolerate"
    DISCOURAGE = "discourage"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A dated threshold of one authority on one topic; the subclass is the topic.

    `since` and `until` bound the dates on which it is in force; `state` says how well it is
    verified (`verified`, `verified_secondary`, `recalled`); `refs` are rules such as
    `anssi-tls:R3`.
    """

    topic: ClassVar[str] = ""
    _: KW_ONLY
    authority: str = ""
    since: date | None = None
    until: date | None = None
    state: str = "verified"
    refs: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One answer of a check about one thing.

    `seen` is a short sentence of what was seen, in the product's own words; `facts` holds its
    figures and words typed, and fills the `says` sentences of the card; `counts` are figures that
    change from day to day (rows, bytes) without changing what was judged: shown like facts, they
    stay out of the digest that brings accepted failures back. `of` names the thing within the
    subject; empty means the observation's key. `severity` may only lower the card's.
    """

    outcome: Outcome
    seen: str
    where: Evidence
    of: str = ""
    facts: Mapping[str, Figure] = field(default_factory=dict)
    counts: Mapping[str, Figure] = field(default_factory=dict)
    reason: Reason | None = None
    severity: Severity | None = None
    vantage: Vantage | None = None
    root: str = ""


Where: TypeAlias = Observation | Evidence | str


def verdict(
    good: Fact | OneOf | Grade,
    seen: object,
    where: Where,
    *,
    of: str = "",
    facts: Mapping[str, Figure] | None = None,
    counts: Mapping[str, Figure] | None = None,
    severity: Severity | None = None,
) -> Result:
    """Pass when good, fail when not, `notchecked` with its reason when not known.

    `where` is best the observation itself: its source, line, key and vantage go along.
    A `Grade` of a yardstick fails when forbidden, fails at low severity when discouraged.
    """
    reason: Reason | None = None
    if isinstance(good, OneOf):
        good = good == True  # noqa: E712  (three-valued: answers with a fact)
    if isinstance(good, Unknown):
        outcome, reason = Outcome.NOTCHECKED, good.reason
        seen = good.detail or seen
    elif isinstance(good, Grade):
        outcome = Outcome.FAIL if good in (Grade.FORBID, Grade.DISCOURAGE) else Outcome.PASS
        if good is Grade.DISCOURAGE:
            severity = Severity.LOW
    else:
        outcome = Outcome.PASS if good else Outcome.FAIL
    result = _result(outcome, seen, where, of=of, facts=facts or {}, reason=reason)
    if not counts and severity is None:
        return result
    return replace(result, counts=counts or {}, severity=severity)


def notapplicable(seen: object, where: Where, *, of: str = "") -> Result:
    """The question does not arise here: nothing to judge."""
    return _result(Outcome.NOTAPPLICABLE, seen, where, of=of, facts={}, reason=None)


def notchecked(reason: Reason, seen: object, where: Where, *, of: str = "") -> Result:
    """What was needed was not seen, and why."""
    return _result(Outcome.NOTCHECKED, seen, where, of=of, facts={}, reason=reason)


def graded(value: str, **names: Iterable[str]) -> Grade | None:
    """The grade whose list names the value; None when the authority is silent about it.

    The worst wins: `graded("TLSv1", forbid=yardstick.forbid, accept=yardstick.accept)`.
    """
    for grade in reversed(Grade):
        if value in names.get(grade, ()):
            return grade
    return None


def spoken(value: object) -> str:
    """A value as evidence shows it: booleans as yes and no, lists with commas, nothing as none."""
    if isinstance(value, Unknown):
        return value.detail or str(value.reason)
    if isinstance(value, OneOf):
        return " | ".join(spoken(item) for item in value.values)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, tuple | list | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return ", ".join(spoken(item) for item in items) or "none"
    return str(value)


def _result(
    outcome: Outcome,
    seen: object,
    where: Where,
    *,
    of: str,
    facts: Mapping[str, Figure],
    reason: Reason | None,
) -> Result:
    text = spoken(seen)
    if isinstance(where, Observation):
        place = Evidence(where.source, where.line, where.end_line)
        key, vantage, root = of or where.key, where.vantage, where.root
        return Result(outcome, text, place, key, facts, reason=reason, vantage=vantage, root=root)
    place = where if isinstance(where, Evidence) else Evidence(where)
    return Result(outcome, text, place, of, facts, reason=reason)
