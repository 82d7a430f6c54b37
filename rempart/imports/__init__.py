"""Findings of other tools, kept as findings of an overlay: their words, their origin, one report.

A tool's severity becomes a place in the matrix; a person may rate it again, answer it or drop it
in the overlay, as any other.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

import msgspec

from rempart.collectors.text import clean
from rempart.errors import ContentError
from rempart.plain import line

MOST: Final = 64 * 1024 * 1024  # bytes of one file
MOST_FINDINGS: Final = 2000
TITLE: Final = 60
LONGEST: Final = 1200
_ID: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Foreign:
    """One finding of another tool. `severity` is critical, high, medium or low."""

    id: str
    title: str
    severity: str
    seen: str
    rationale: str = ""
    remediation: str = ""
    instance: str = ""
    controls: tuple[str, ...] = ()


class Failed(Exception):
    """The tool did not reach anything: no finding is no good news then."""


Reader: TypeAlias = Callable[[Any], Iterator[Foreign]]
# Where each severity lies in the matrix (impact, exploitability).
PLACES: Final = {
    "critical": ("critical", "high"),
    "high": ("major", "high"),
    "medium": ("important", "moderate"),
    "low": ("minor", "hard"),
}


def readers() -> dict[str, Reader]:
    """The tools whose results are read, by name."""
    from rempart.imports import nuclei, observatory, sslyze, testssl, zap

    return {
        "testssl": testssl.findings,
        "sslyze": sslyze.findings,
        "nuclei": nuclei.findings,
        "zap": zap.findings,
        "observatory": observatory.findings,
    }


def decoded(raw: bytes, file: str) -> Any:  # noqa: ANN401  (JSON)
    """One JSON value, or a list of those that stand one a line. Raises ContentError."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        whole = str(error)
    found = []
    for number, text in enumerate(raw.splitlines(), 1):
        if not text.strip():
            continue
        try:
            found.append(msgspec.json.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            at = number if found else 1
            raise ContentError(f"expected JSON: {whole}", file=file, line=at) from None
    if not found:
        raise ContentError("expected JSON, found nothing", file=file)
    return found


def findings(tool: str, raw: bytes, file: str) -> tuple[Foreign, ...]:
    """What a tool found, worst first. Raises ContentError for what is no result of it."""
    value = decoded(raw, file)
    try:
        found = list(readers()[tool](value))
    except Failed as error:
        raise ContentError(f"{tool} says that {error}", file=file) from None
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ContentError(f"expected a result of {tool}", file=file) from None
    order = list(PLACES)
    found.sort(key=lambda one: (order.index(one.severity), one.id, one.instance))
    return tuple(found[:MOST_FINDINGS])


def overlay(tool: str, found: Iterable[Foreign], subject: str, on: date) -> str:
    """An overlay that holds these findings, about one subject."""
    out = [
        "schema: rempart.overlay/1",
        f"# Findings of {tool}. Rate, answer or delete them; put words of your own for theirs.",
        "findings:",
    ]
    taken: dict[str, int] = {}
    for one in found:
        out += _written(tool, one, subject, on, _unique(f"{tool}.{one.id}", taken))
    if len(out) == 3:
        out[2] = "findings: []"
    return "\n".join(out) + "\n"


def _unique(name: str, taken: dict[str, int]) -> str:
    plain = _ID.sub("-", name).strip("-.")[:27] or "finding"
    taken[plain] = taken.get(plain, 0) + 1
    return plain if taken[plain] == 1 else f"{plain}-{taken[plain]}"


def _written(tool: str, one: Foreign, subject: str, on: date, id_: str) -> Iterator[str]:
    impact, exploitability = PLACES[one.severity]
    title = _told(one.title, TITLE) or one.id
    yield f"  - id: {_quoted(id_)}"
    yield "    source: tool"
    yield f"    impact: {impact}"
    yield f"    exploitability: {exploitability}"
    yield f"    seen: {_quoted(_told(one.seen, LONGEST) or title)}"
    yield f"    by: {_quoted(tool)}"
    yield f"    on: {on.isoformat()}"
    yield f"    about: [{_quoted(subject)}]"
    if one.instance:
        yield f"    instance: {_quoted(_told(one.instance, 200))}"
    if one.controls:
        yield f"    controls: [{', '.join(one.controls)}]"
    yield "    en:"
    yield f"      title: {_quoted(title)}"
    yield f"      rationale: {_quoted(_told(one.rationale, LONGEST) or title)}"
    remediation = _told(one.remediation, LONGEST) or f"See what {tool} says of it."
    yield f"      remediation: {_quoted(remediation)}"


def _told(text: str, most: int) -> str:
    """A tool's words on one line, without its markup and without people's numbers."""
    plain = clean(line(re.sub(r"<[^<>]{0,200}>", " ", text)), most * 4)
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
