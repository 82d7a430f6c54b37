"""What a repository declares wrong, as GitLab's SAST report, shown among its vulnerabilities.

Accepted failures are left out; what could not be judged is a warning of the scan.
Source: GitLab, security report schemas, SAST 15.
"""

from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from rempart.check import Outcome
from rempart.export.sarif import declared_file
from rempart.plain import indented, line, plain
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run

SUFFIX = ".gitlab-sast.json"
VERSION: Final = "15.0.6"
NAMESPACE: Final = UUID("0c9f7a34-3f1e-4b37-8d39-8a9d9f6f7e55")
NAME, SOLUTION = 255, 7000  # characters GitLab takes
Json: TypeAlias = dict[str, Any]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """One scan of the run's repositories."""
    told = spoken(language or run.language)
    open_ = [result for result in run.results if result.open and declared_file(run, result)]
    kinds = {subject.id: subject.kind for subject in run.subjects}
    unseen = [
        result for result in run.results
        if kinds.get(result.subject) == "repository"
        and result.outcome in (Outcome.NOTCHECKED, Outcome.ERROR)
    ]  # fmt: skip
    document = {
        "version": VERSION,
        "scan": _scan(run, unseen, told),
        "vulnerabilities": [
            _vulnerability(run, result, place, told) for place, result in enumerate(open_)
        ],
    }
    return indented(document)


def _scan(run: Run, unseen: list[ResultRecord], told: Language) -> Json:
    tool = {
        "id": "rempart",
        "name": line(run.tool.name) or "rempart",
        "version": line(run.tool.version),
        "vendor": {"name": "rempart"},
    }
    scan: Json = {
        "analyzer": tool,
        "scanner": tool,
        "type": "sast",
        "start_time": _moment(run.started),
        "end_time": _moment(run.finished),
        "status": "success",
    }
    if unseen:
        scan["messages"] = [{"level": "warn", "value": _unseen(run, one, told)} for one in unseen]
    return scan


def _unseen(run: Run, result: ResultRecord, told: Language) -> str:
    why = told.word("reason", result.reason) if result.reason else told.say("outcome.error")
    title = words(run, result.check, told).title
    return line(f"{why}: {title} ({result.instance or result.subject}): {result.seen}")


def _vulnerability(run: Run, result: ResultRecord, place: int, told: Language) -> Json:
    text = words(run, result.check, told)
    check, what = line(result.check), result.instance or result.subject
    location: Json = {"file": line(declared_file(run, result))}
    if result.where.line and result.where.line > 0:
        location["start_line"] = result.where.line
        location["end_line"] = max(result.where.end_line or 0, result.where.line)
    return {
        "id": str(uuid5(NAMESPACE, f"{run.id}\0{place}\0{result.fingerprint}")),
        "name": line(f"{text.title} ({what})")[:NAME],
        "description": plain(f"{said(run, result, told)}\n\n{text.rationale}"),
        "severity": str(result.severity).capitalize(),
        "solution": plain(text.remediation)[:SOLUTION],
        "location": location,
        "identifiers": [
            {"type": "rempart", "name": f"rempart {check}", "value": check},
            *(
                {"type": "rempart_control", "name": line(control), "value": line(control)}
                for control in _controls(run, result.check)
            ),
        ],
    }


def _controls(run: Run, check: str) -> tuple[str, ...]:
    record = run.checks.get(check)
    return record.controls if record else ()


def _moment(moment: datetime) -> str:
    """GitLab wants UTC without a zone."""
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{zoned.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
