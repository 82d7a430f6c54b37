"""Heimdall Data Format (InSpec's exec-json): a control a check, a result a verdict that binds.

Heimdall takes an impact of 0 for "not applicable", so that is kept for checks that found nothing to
judge. Source: MITRE inspecjs, exec-json 1.0.
"""

import hashlib
from datetime import datetime
from typing import Any, TypeAlias

from rempart.check import Outcome, Severity
from rempart.plain import indented, line, plain
from rempart.report.findings import asked, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run

SUFFIX = ".hdf.json"
IMPACTS = {
    Severity.LOW: 0.3, Severity.MEDIUM: 0.5, Severity.HIGH: 0.7, Severity.CRITICAL: 0.9,
}  # fmt: skip
STATES = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.NOTCHECKED: "skipped",
    Outcome.NOTAPPLICABLE: "skipped",
    Outcome.ERROR: "error",
}
UNMAPPED = "UM-1"  # what Heimdall files under "unmapped" among NIST controls
Json: TypeAlias = dict[str, Any]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """One profile: the audit."""
    told = spoken(language or run.language)
    by_check: dict[str, list[ResultRecord]] = {}
    for result in run.results:
        if result.binding:
            by_check.setdefault(result.check, []).append(result)
    digests = "".join(record.digest for _, record in sorted(run.checks.items()))
    profile = {
        "name": line(f"rempart-{run.audit.id}"),
        "title": line(run.audit.title.get(told.id, run.audit.id)),
        "version": line(run.tool.version),
        "sha256": hashlib.sha256(digests.encode("utf-8", "replace")).hexdigest(),
        "status": "loaded",
        "supports": [],
        "attributes": [],
        "groups": _groups(by_check),
        "controls": [_control(run, check, found, told) for check, found in by_check.items()],
    }
    document = {
        "platform": {"name": line(run.tool.name), "release": line(run.tool.version),
                     "target_id": line(run.organisation)},
        "profiles": [profile],
        "statistics": {"duration": _seconds(run.started, run.finished)},
        "version": line(run.tool.version),
    }  # fmt: skip
    return indented(document)


def _groups(by_check: dict[str, list[ResultRecord]]) -> list[Json]:
    domains: dict[str, list[str]] = {}
    for check in by_check:
        domains.setdefault(line(check.partition(".")[0]), []).append(line(check))
    return [{"id": domain, "controls": checks} for domain, checks in domains.items()]


def _control(run: Run, check: str, results: list[ResultRecord], told: Language) -> Json:
    text = words(run, check, told)
    record = run.checks.get(check)
    failed = [result for result in results if result.outcome is Outcome.FAIL]
    worst = max(failed or results, key=lambda result: result.severity.rank).severity
    nothing = all(result.outcome is Outcome.NOTAPPLICABLE for result in results)
    control: Json = {
        "id": line(check),
        "title": line(text.title),
        "desc": plain(text.rationale),
        "descriptions": [
            {"label": "fix", "data": plain(text.remediation)},
            {"label": "check", "data": plain(text.verify)},
        ],
        "impact": 0.0 if nothing else IMPACTS[worst],
        "refs": [{"ref": line(ref)} for ref in record.refs] if record else [],
        "tags": _tags(run, check, told),
        "source_location": {},
        "results": [_result(run, result, told) for result in results],
    }
    waived = [result.waiver for result in failed if result.waiver]
    if waived and len(waived) == len(failed):
        control["waiver_data"] = {
            "justification": line("; ".join(f"{one.id}: {one.reason}" for one in waived)),
            "expiration_date": line(min(one.until for one in waived)),
            "run": True,
            "skipped_due_to_waiver": False,
            "message": line("; ".join(f"{one.owner}, {one.approver}" for one in waived)),
        }
    return control


def _tags(run: Run, check: str, told: Language) -> Json:
    record = run.checks.get(check)
    controls = record.controls if record else (check.removeprefix("stated."),)
    standards = asked(run, check, told)
    nist = [one for framework, ids in standards.items() if "800-53" in framework for one in ids]
    tags: Json = {
        "nist": nist or [UNMAPPED],
        "rempart": list(map(line, controls)),
        "frameworks": {line(name): list(map(line, ids)) for name, ids in standards.items()},
    }
    if record:
        tags["severity"] = told.word("severity", record.severity)
    return tags


def _result(run: Run, result: ResultRecord, told: Language) -> Json:
    what = " · ".join(filter(None, (result.subject, result.instance, result.authority)))
    where = result.where
    found: Json = {
        "status": STATES[result.outcome],
        "code_desc": line(what),
        "start_time": run.started.isoformat(),
        "resource_id": result.fingerprint,
    }
    seen = line(said(run, result, told))
    if result.outcome is Outcome.PASS:
        return found | {"message": seen}
    if result.outcome is Outcome.FAIL:
        place = f"{where.source}:{where.line}" if where.line else where.source
        return found | {"message": plain(f"{seen}\n{place}")}
    why = told.word("reason", result.reason) if result.reason else ""
    word = why or told.word("outcome", result.outcome)
    return found | {"skip_message": line(f"{word}: {seen}")}


def _seconds(started: datetime, finished: datetime) -> float:
    return float(max(0, int((finished - started).total_seconds())))
