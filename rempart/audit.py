"""An audit file: which checks, with which settings, against which authorities and breaches.

`audits/payer.yaml` is the model. Patterns of `checks` are shell-like; a leading `!` takes back
what it fits. Settings are typed by the check's own signature; one beyond the card's bounds is
allowed, and every report names it as weakened.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.card import Bound, Card
from rempart.check import Severity
from rempart.documents import Document, Step
from rempart.documents.faults import suggestion
from rempart.documents.kept import kept
from rempart.errors import ContentError, ContentErrors
from rempart.signature import Setting, Signature
from rempart.titles import Titles

SCHEMA = "rempart.audit/1"
Text = Annotated[str, Meta(min_length=1)]
Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Values: TypeAlias = dict[str, dict[str, Any]]


class Judged(Protocol):
    """What an audit file asks of a check."""

    @property
    def id(self) -> str: ...
    @property
    def card(self) -> Card: ...
    @property
    def signature(self) -> Signature: ...


class Named(Protocol):
    """What selecting a check asks of it."""

    @property
    def id(self) -> str: ...
    @property
    def card(self) -> Card: ...


N = TypeVar("N", bound=Named)


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the audit is told unless the command line says otherwise; empty means the default."""

    template: str = ""
    language: Literal["", "en", "fr", "de"] = ""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys of an audit file. The first authority of `yardsticks` that speaks binds."""

    schema: Literal["rempart.audit/1"]
    id: Id
    title: Titles
    checks: Annotated[tuple[Text, ...], Meta(min_length=1)] = ("*",)
    settings: dict[str, dict[str, Any]] = {}
    yardsticks: tuple[Id, ...] = ()
    frameworks: tuple[Id, ...] = ()
    scenarios: tuple[Id, ...] = ()
    policies: tuple[Text, ...] = ()
    fail_on: Severity = Severity.HIGH
    report: Report = Report()


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit file, read; `digest` is the SHA-256 of the file."""

    id: str
    title: Mapping[str, str]
    checks: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Any]]
    yardsticks: tuple[str, ...]
    frameworks: tuple[str, ...]
    scenarios: tuple[str, ...]
    policies: tuple[str, ...]
    fail_on: Severity
    report: Report
    file: Path
    digest: str
    document: Document


def load(path: Path) -> Audit:
    """The audit of a file; raises ContentErrors with every fault and its line."""
    raw = documents.contents(path, documents.Limits().size)
    document = kept(path)
    file = documents.decode(document, File)
    errors = [
        document.error((key, place), f'expected each {key[:-1]} once, found "{name}" again')
        for key in ("yardsticks", "frameworks", "scenarios")
        for place, name in enumerate(getattr(file, key))
        if name in getattr(file, key)[:place]
    ]
    if errors:
        raise ContentErrors(errors)
    return Audit(
        file.id,
        file.title.every(),
        file.checks,
        file.settings,
        file.yardsticks,
        file.frameworks,
        file.scenarios,
        file.policies,
        file.fail_on,
        file.report,
        path,
        hashlib.sha256(raw).hexdigest(),
        document,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of an audit file, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **msgspec.json.schema(File)}


def fits(patterns: Sequence[str], *names: str) -> bool:
    """Whether the last pattern that fits one of the names takes it in; `!` takes it back."""
    chosen = False
    for pattern in patterns:
        if any(fnmatchcase(name, pattern.removeprefix("!")) for name in names):
            chosen = not pattern.startswith("!")
    return chosen


def selected(audit: Audit, checks: Iterable[N]) -> tuple[N, ...]:
    """The checks the audit asks for, by id or alias; a pattern that fits none is an error."""
    known = tuple(checks)
    names = [name for check in known for name in (check.id, *check.card.aliases)]
    errors = [
        audit.document.error(("checks", place), _no_check(pattern.removeprefix("!"), names))
        for place, pattern in enumerate(audit.checks)
        if not any(fnmatchcase(name, pattern.removeprefix("!")) for name in names)
    ]
    if errors:
        raise ContentErrors(errors)
    return tuple(check for check in known if fits(audit.checks, check.id, *check.card.aliases))


def demand_known(audit: Audit, key: str, names: Iterable[str]) -> None:
    """Raise ContentErrors for each yardstick, framework or scenario nobody knows."""
    known = tuple(names)
    errors = [
        audit.document.error(
            (key, place),
            f'expected a known {key[:-1]}, found "{name}"{suggestion(name, known)}',
        )
        for place, name in enumerate(getattr(audit, key))
        if name not in known
    ]
    if errors:
        raise ContentErrors(errors)


def validated_settings(
    audit: Audit, entries: Iterable[Judged]
) -> tuple[Values, dict[str, tuple[str, ...]]]:
    """The settings of each check by id, and the names of those beyond the card's bounds.

    `entries` are all checks, not only the selected ones. Raises ContentErrors, with the line in the
    audit file, for a pattern that fits no check, an unknown setting and a value of another type.
    """
    known = tuple(entries)
    values: Values = {}
    errors: list[ContentError] = []
    for pattern, wanted in audit.settings.items():
        fitting = [
            check
            for check in known
            if any(fnmatchcase(name, pattern) for name in (check.id, *check.card.aliases))
        ]
        if not fitting:
            names = [name for check in known for name in (check.id, *check.card.aliases)]
            errors.append(audit.document.error(("settings", pattern), _no_check(pattern, names)))
            continue
        for name in wanted:
            try:
                for check, value in _set(audit.document, fitting, (pattern, name)):
                    values.setdefault(check.id, {})[name] = value
            except ContentErrors as several:
                errors += several.errors
    if errors:
        raise ContentErrors(errors)
    return values, {
        check.id: loose
        for check in known
        if (loose := tuple(_weakened(check.card.settings, values.get(check.id, {}))))
    }


def _no_check(pattern: str, names: Sequence[str]) -> str:
    return f'expected a check id, found "{pattern}"{suggestion(pattern, names)}'


def _set(
    document: Document, checks: Sequence[Judged], key: tuple[str, str]
) -> Iterator[tuple[Judged, Any]]:
    """The value of one setting for every fitting check that has it."""
    pattern, name = key
    path: tuple[Step, ...] = ("settings", pattern, name)
    settable: list[tuple[Judged, Setting]] = [
        (check, one) for check in checks for one in check.signature.settings if one.name == name
    ]
    if not settable:
        others = sorted({one.name for check in checks for one in check.signature.settings})
        there = f"one of {', '.join(others)}" if others else "none, for it has no settings"
        message = f'expected a setting ({there}), found "{name}"{suggestion(name, others)}'
        raise ContentErrors([document.error(path, message)])
    for check, one in settable:
        yield check, documents.decode(document, one.type, at=path)


def _weakened(bounds: Mapping[str, Bound], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        bound = bounds.get(name)
        if bound is not None and _beyond(bound, value):
            yield name


def _beyond(bound: Bound, value: object) -> bool:
    if bound.among is not None:
        members = value if isinstance(value, tuple | list | set | frozenset) else (value,)
        if any(member not in bound.among for member in members):
            return True
    if value is None:  # no limit at all
        return bound.at_most is not None or bound.at_least is not None
    if not isinstance(value, int | float):
        return False
    too_much = bound.at_most is not None and value > bound.at_most
    return too_much or (bound.at_least is not None and value < bound.at_least)
