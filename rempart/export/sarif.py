"""SARIF 2.1.0 for code hosts: failures by the authority that binds, each with a stable identity.

What was not checked or broke is a notification of the tool, never a result; an accepted failure is
a suppressed result. Source: OASIS SARIF 2.1.0; limits and severity bands of GitHub code scanning.
"""

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from rempart.check import Outcome, Vantage
from rempart.plain import indented, line, plain
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import CheckRecord, ResultRecord, Run

SUFFIX = ".sarif"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}  # GitHub's bands
KEPT: Final = 5_000  # results that GitHub keeps of one run
NOTED: Final = 1_000  # notifications
GZIP: Final = 10_000_000  # bytes of an upload, compressed
Json: TypeAlias = dict[str, Any]


def export(
    run: Run, *, template: str = "", language: str = "", repository_only: bool = False
) -> bytes:
    """One SARIF run; `repository_only` leaves out what no repository holds, as the gate wants."""
    told = spoken(language or run.language)
    kept = _repositories(run) if repository_only else {item.id for item in run.subjects}
    results = [item for item in run.results if item.subject in kept]
    failed = [item for item in results if item.outcome is Outcome.FAIL and item.binding]
    missing = [item for item in results if item.outcome in (Outcome.NOTCHECKED, Outcome.ERROR)]
    if len(failed) > KEPT:
        failed = sorted(failed, key=_urgency)[:KEPT]
    while True:
        content = _encoded(run, failed, missing[:NOTED], kept, told)
        if len(content) <= GZIP or len(gzip.compress(content)) <= GZIP or not failed:
            return content
        failed = sorted(failed, key=_urgency)[: len(failed) // 2]
        missing = missing[: len(missing) // 2]


def _urgency(result: ResultRecord) -> tuple[bool, int]:
    """What is open first, then by severity: a host keeps the first ones only."""
    return not result.open, -result.severity.rank


def _encoded(
    run: Run,
    failed: list[ResultRecord],
    missing: list[ResultRecord],
    kept: set[str],
    told: Language,
) -> bytes:
    rules = {check: place for place, check in enumerate(sorted({item.check for item in failed}))}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, rules, told)},
                "automationDetails": {"id": f"rempart/{run.audit.id}/"},
                "originalUriBaseIds": _bases(run, kept),
                "invocations": [_invocation(run, missing, told)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(run, item, rules, told) for item in failed],
            }
        ],
    }
    return indented(log)


def _repositories(run: Run) -> set[str]:
    return {subject.id for subject in run.subjects if subject.kind == "repository"}


def _base(run: Run, subject: str) -> str:
    """`%SRCROOT%` for the only repository, one name each where there are several."""
    several = len(_repositories(run)) > 1
    return f"%{subject.upper()}%" if several else ROOT


def _bases(run: Run, kept: set[str]) -> Json:
    return {
        _base(run, subject): {"description": {"text": f"The root of repository {line(subject)}"}}
        for subject in sorted(_repositories(run) & kept)
    }


def _driver(run: Run, rules: Iterable[str], language: Language) -> Json:
    return {
        "name": run.tool.name,
        "semanticVersion": run.tool.version,
        "rules": [_rule(run, check, language) for check in rules],
    }


def _rule(run: Run, check: str, language: Language) -> Json:
    text = words(run, check, language)
    rule: Json = {
        "id": check,
        "name": "".join(part.title() for part in check.replace("_", ".").split(".")),
        "shortDescription": {"text": plain(text.title)},
    }
    record = run.checks.get(check)
    if record is None:
        return rule
    return rule | {
        "fullDescription": {"text": plain(text.rationale)[:1000]},
        "help": {"text": plain(f"{text.rationale}\n\n{text.remediation}".strip())},
        "defaultConfiguration": {"level": LEVELS[record.severity]},
        "properties": _properties(record),
    }


def _properties(record: CheckRecord) -> Json:
    return {
        "tags": ["security", *record.controls, *record.refs][:20],
        "precision": "high",
        "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[
            LEVELS[record.severity]
        ],
        "security-severity": SCORES[record.severity],
    }


def _result(run: Run, result: ResultRecord, rules: dict[str, int], language: Language) -> Json:
    title = words(run, result.check, language).title
    what = f"{result.subject} {result.instance}".strip()
    found: Json = {
        "ruleId": result.check,
        "ruleIndex": rules[result.check],
        "kind": "fail",
        "level": LEVELS[result.severity],
        "message": {"text": line(f"{title} ({what}): {said(run, result, language)}")},
        "locations": [_location(run, result)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{result.fingerprint}:1",
            "rempart/v1": result.fingerprint,
        },
        "properties": _facts(result),
    }
    if result.waiver:
        waiver = result.waiver
        why = f"{waiver.reason} ({waiver.id}, {waiver.owner}, {waiver.approver}, {waiver.until})"
        found["suppressions"] = [
            {
                "kind": "inSource" if waiver.inline else "external",
                "status": "accepted",
                "justification": line(why),
            }
        ]
    elif result.known is not None:
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": str(result.known)}
        ]
        found["baselineState"] = "unchanged"
    return found


def _facts(result: ResultRecord) -> Json:
    facts = {
        "severity": str(result.severity),
        "vantage": str(result.vantage),
        "subject": result.subject,
    }
    return facts | ({"authority": result.authority} if result.authority else {})


def _location(run: Run, result: ResultRecord) -> Json:
    location: Json = {
        "logicalLocations": [
            {
                "name": line(result.instance or result.subject),
                "fullyQualifiedName": line(f"{result.subject}/{result.instance}".rstrip("/")),
                "kind": "resource",
            }
        ]
    }
    file = declared_file(run, result)
    if file:
        uri = quote(file, safe="/", errors="replace")
        physical: Json = {"artifactLocation": {"uri": uri, "uriBaseId": _base(run, result.subject)}}
        # What a file leaves out stands on none of its lines; code scanning wants one all the same.
        start = max(result.where.line or 1, 1)
        end = max(result.where.end_line or 0, start)
        physical["region"] = {"startLine": start, "endLine": end}
        location["physicalLocation"] = physical
    return location


def declared_file(run: Run, result: ResultRecord) -> str:
    """The path of what a repository declares, from the top of a checkout; else empty."""
    path = PurePosixPath(result.where.source)
    declared = result.vantage is Vantage.DECLARED and result.subject in _repositories(run)
    outside = not path.parts or path.is_absolute() or ".." in path.parts
    if outside or not declared:
        return ""
    return str(PurePosixPath(run.gate.prefix, path) if run.gate else path)


def _invocation(run: Run, missing: list[ResultRecord], language: Language) -> Json:
    broke = any(item.outcome is Outcome.ERROR for item in missing)
    return {
        "executionSuccessful": not broke,
        "startTimeUtc": _utc(run.started),
        "endTimeUtc": _utc(run.finished),
        "toolExecutionNotifications": [_notification(run, item, language) for item in missing],
    }


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _notification(run: Run, result: ResultRecord, language: Language) -> Json:
    title = words(run, result.check, language).title
    why = language.word("reason", result.reason) if result.reason else language.say("outcome.error")
    what = f"{result.subject} {result.instance}".strip()
    return {
        "descriptor": {"id": result.check},
        "level": "error" if result.outcome is Outcome.ERROR else "warning",
        "message": {"text": line(f"{why}: {title} ({what}): {result.seen}")},
        "locations": [_location(run, result)],
    }
