"""OCSF compliance findings for SIEMs: an event for every verdict of an authority that binds.

A pass is status 1, a failure 3; what was not seen is unknown (0), what is neither is other (99).
Source: OCSF 1.8, class 2003 (compliance_finding); times are milliseconds.
"""

from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from rempart.check import Outcome, Severity
from rempart.plain import indented, line, plain
from rempart.report.findings import asked, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run, SubjectRecord

SUFFIX = ".ocsf.json"
VERSION: Final = "1.8.0"
CLASS: Final = 2003
CREATE: Final = 1
SEVERITIES = {Severity.LOW: 2, Severity.MEDIUM: 3, Severity.HIGH: 4, Severity.CRITICAL: 5}
INFORMATIONAL: Final = 1
STATES = {
    Outcome.PASS: (1, "Pass"),
    Outcome.FAIL: (3, "Fail"),
    Outcome.NOTCHECKED: (0, "Unknown"),
    Outcome.NOTAPPLICABLE: (99, "Not applicable"),
    Outcome.ERROR: (99, "Error"),
}
NEW: Final = 1
SUPPRESSED: Final = 3
Json: TypeAlias = dict[str, Any]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """An array of events, in the order of the run."""
    told = spoken(language or run.language)
    subjects = {subject.id: subject for subject in run.subjects}
    events = [
        _event(run, result, subjects.get(result.subject), told)
        for result in run.results
        if result.binding
    ]
    return indented(events)


def _event(run: Run, result: ResultRecord, subject: SubjectRecord | None, told: Language) -> Json:
    failed = result.outcome is Outcome.FAIL
    text = words(run, result.check, told)
    event: Json = {
        "activity_id": CREATE,
        "category_uid": 2,
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + CREATE,
        "time": _milliseconds(run.finished),
        "start_time": _milliseconds(run.started),
        "severity_id": SEVERITIES[result.severity] if failed else INFORMATIONAL,
        "message": line(f"{text.title} ({result.subject}): {said(run, result, told)}"),
        "metadata": {
            "version": VERSION,
            "product": {"name": line(run.tool.name), "vendor_name": line(run.tool.name),
                        "version": line(run.tool.version), "lang": told.id},
            "uid": line(run.id) or "run",
        },
        "finding_info": _info(run, result, text.title, text.rationale),
        "compliance": _compliance(run, result, told),
        "resources": [_resource(result, subject)],
        "evidences": [{"data": _evidence(result)}],
    }  # fmt: skip
    if text.remediation:
        event["remediation"] = {"desc": plain(text.remediation)}
    if failed:
        event["status_id"] = SUPPRESSED if result.waiver else NEW
    if result.waiver and failed:
        waiver = result.waiver
        event["comment"] = line(f"{waiver.id}: {waiver.reason} ({waiver.until})")
    return event


def _info(run: Run, result: ResultRecord, title: str, why: str) -> Json:
    facts = {"vantage": result.vantage, "authority": result.authority or "",
             "thing": result.instance}  # fmt: skip
    return {
        "uid": line(result.fingerprint),
        "title": line(title),
        "desc": plain(why),
        "types": ["Compliance"],
        "product_uid": line(result.check),
        "created_time": _milliseconds(run.started),
        "tags": [
            {"name": name, "value": line(value)} for name, value in facts.items() if line(value)
        ],
    }


def _compliance(run: Run, result: ResultRecord, told: Language) -> Json:
    number, state = STATES[result.outcome]
    record = run.checks.get(result.check)
    controls = record.controls if record else (result.check.removeprefix("stated."),)
    standards = asked(run, result.check, told)
    why = told.word("reason", result.reason) if result.reason else ""
    return {
        "control": ", ".join(map(line, controls)),
        "status_id": number,
        "status": state,
        "status_details": [line(text) for text in (why, said(run, result, told)) if line(text)],
        "standards": sorted(map(line, standards)),
        "requirements": sorted(
            {line(f"{framework}:{one}") for framework, ids in standards.items() for one in ids}
        ),
    }


def _resource(result: ResultRecord, subject: SubjectRecord | None) -> Json:
    resource: Json = {"uid": line(result.subject) or "-"}
    if subject is None:
        return resource
    resource |= {"name": line(subject.name) or "-", "type": line(subject.kind)}
    if subject.owner:
        resource["group"] = {"name": line(subject.owner)}
    if subject.criticality:
        resource["criticality"] = line(subject.criticality)
    return resource


def _evidence(result: ResultRecord) -> Json:
    facts = {
        line(name): line(fact) if isinstance(fact, str) else fact
        for name, fact in result.facts.items()
    }
    return {
        "seen": line(result.seen),
        "source": line(result.where.source),
        "line": result.where.line,
        "facts": facts,
    }


def _milliseconds(moment: datetime) -> int:
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000)
