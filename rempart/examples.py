"""Examples of a check, run: each outcome it can give, shown on observations a person wrote."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.check import Observation, Outcome, Yardstick
from rempart.declared import Check
from rempart.documents import read
from rempart.errors import ContentError
from rempart.verdicts import Authorities, Bench, Sight, verdicts

# The worst outcome of an example's results is the one it must name.
WORST = (
    Outcome.ERROR,
    Outcome.FAIL,
    Outcome.NOTCHECKED,
    Outcome.PASS,
    Outcome.NOTAPPLICABLE,
)
TAKEN = datetime(2026, 11, 25, tzinfo=UTC)
RULES = "_rules"


@dataclass(frozen=True, slots=True)
class Example:
    """One entry of examples.yaml: the outcome it must give, and why it is there."""

    file: str
    line: int
    outcome: Outcome
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.outcome}"


class _Fixed:
    """Authorities of one example: the entry it names, or the inline one it writes."""

    def __init__(self, books: Authorities, inline: Yardstick | None) -> None:
        self._books = books
        self._inline = inline

    def entry(self, authority: str, topic: type[Any], at: datetime) -> Any:  # noqa: ANN401
        return self._inline if authority == RULES else self._books.entry(authority, topic, at)


def examples(folder: Path) -> Iterator[Example]:
    """The examples of a check folder. Raises ContentErrors where the file is not a list of them."""
    file = folder / "examples.yaml"
    document = read(file)
    if not isinstance(document.value, list) or not document.value:
        raise ContentError("expected a list of examples", file=file, line=1)
    for index, item in enumerate(document.value):
        line = document.line_of((index,))
        names = [name for name in item if name in list(Outcome)] if isinstance(item, dict) else []
        if len(names) != 1 or not isinstance(item[names[0]], dict):
            words = ", ".join(Outcome)
            raise ContentError(f"expected one of {words} with its values", file=file, line=line)
        yield Example(str(file), line, Outcome(names[0]), item[names[0]])


def outcome(check: Check, example: Example, books: Authorities) -> tuple[Outcome, str]:
    """What the check says of an example, and the words it was seen with.

    Raises ContentError where a value does not fit its parameter.
    """
    sight, bench = _brought(check, example, books)
    results = verdicts(check, sight, bench)
    worst = min(results, key=lambda result: WORST.index(result.outcome))
    return worst.outcome, worst.seen


def _brought(check: Check, example: Example, books: Authorities) -> tuple[Sight, Bench]:
    values = dict(example.values)
    found: list[Observation] = []
    for need in check.signature.needs:
        raw = values.pop(need.name, [] if need.every else None)
        if raw is None:
            continue
        found += _observations(example, need.name, need.type, raw if need.every else [raw])
    authorities, bench_books = _authorities(check, example, values, books)
    settings = {setting.name: setting for setting in check.signature.settings}
    chosen = {}
    for name, raw in values.items():
        if name not in settings:
            known = ", ".join([*(need.name for need in check.signature.needs), *settings])
            raise ContentError(
                f"{name}: expected one of {known}", file=example.file, line=example.line
            )
        chosen[name] = _converted(example, name, raw, settings[name].type)
    return Sight.of("example", found), Bench(bench_books, authorities, {check.id: chosen})


def _observations(
    example: Example,
    name: str,
    kind: type[Observation],
    raw: Any,  # noqa: ANN401
) -> list[Observation]:
    items = raw if isinstance(raw, list) else [raw]
    found = []
    for item in items:
        value = {"taken": TAKEN, "subject": "example", **item} if isinstance(item, dict) else item
        found.append(_converted(example, name, value, kind))
    return found


def _authorities(
    check: Check, example: Example, values: dict[str, Any], books: Authorities
) -> tuple[tuple[str, ...], Authorities]:
    if check.signature.yardstick is None:
        return (), books
    name, topic = check.signature.yardstick
    raw = values.pop(name, None)
    if isinstance(raw, dict):
        return (RULES,), _Fixed(books, _converted(example, name, raw, topic))
    if raw is None:
        return (), books
    authorities = tuple(raw) if isinstance(raw, list) else (str(raw),)
    return authorities, books


def _converted(example: Example, name: str, raw: Any, kind: Any) -> Any:  # noqa: ANN401
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        message = f"{example.outcome}.{name}: {error}"
        raise ContentError(message, file=example.file, line=example.line) from None


__all__ = ["Example", "examples", "outcome"]
