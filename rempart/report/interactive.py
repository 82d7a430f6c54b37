"""The findings as data of a page: each text once, the things in short rows, for its script."""

from typing import Any

import msgspec

from rempart.plain import plain, slug
from rempart.report.analysis import Analysis
from rempart.report.findings import Finding, Occurrence, said, words
from rempart.report.language import Language
from rempart.results import Run

STATIC = 1000  # failing things that stand in a page as they are; more are data


def payload(analysis: Analysis, language: Language) -> str:
    """JSON that can stand in a script element; texts are stripped of control characters."""
    run = analysis.found.run
    subjects = {id_: place for place, id_ in enumerate(analysis.found.tallies)}
    told = {
        "subjects": list(subjects),
        "levels": {
            str(level): language.word("severity", level) for level, _, _ in analysis.found.counted
        },
        "say": {"more": language.say("filter.more", n="{n}")},
        "findings": [
            _finding(run, finding, number, subjects, language)
            for number, finding in enumerate(analysis.found.open, 1)
        ],
    }
    text = msgspec.json.encode(_clean(told)).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _finding(
    run: Run, finding: Finding, number: int, subjects: dict[str, int], language: Language
) -> dict[str, Any]:
    text = words(run, finding.check, language)
    return {
        "check": finding.check,
        "id": f"check-{slug(finding.check)}",
        "number": f"F{number:02}",
        "severity": str(finding.severity),
        "team": finding.record.team,
        "title": text.title,
        "meta": _meta(finding, language),
        "why": text.rationale,
        "do": text.remediation,
        "temporary": text.temporary,
        "verify": text.verify,
        "rollback": text.rollback,
        "code": text.code,
        "rows": [_row(run, finding, item, subjects, language) for item in finding.occurrences],
    }


def _meta(finding: Finding, language: Language) -> str:
    record = finding.record
    parts = [language.say("things", len(finding.occurrences))]
    if record.effort in ("S", "M", "L"):
        parts.append(language.say(f"effort.{record.effort}"))
    if record.team:
        parts.append(language.say("team", team=language.word("team", record.team)))
    risk = {
        "impact": language.word("impact", record.impact),
        "exploitability": language.word("exploitability", record.exploitability),
    }
    return " · ".join([*parts, language.say("risk", **risk)])


def _row(
    run: Run, finding: Finding, item: Occurrence, subjects: dict[str, int], language: Language
) -> list[Any]:
    """Subject, thing, what was seen, where, the level where it is another, the verdicts."""
    first = item.first
    where = first.where.source + (f":{first.where.line}" if first.where.line else "")
    return [
        subjects[first.subject],
        f"{first.root} {first.instance}".strip(),
        said(run, first, language),
        where,
        "" if item.severity == finding.severity else str(item.severity),
        [
            language.say(
                "verdict.by",
                authority=_authority(one.authority, language),
                outcome=language.word("outcome", one.outcome),
                role=language.say("authority.binds" if one.binding else "authority.informs"),
            )
            for one in item.results
            if one.authority
        ],
    ]


def _authority(id_: str, language: Language) -> str:
    name = language.word("authority", id_)
    return name if name != id_ else id_.upper()


def _clean(value: Any) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {plain(name): _clean(item) for name, item in value.items()}
    return value
