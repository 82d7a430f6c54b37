"""Findings for DefectDojo's "Generic Findings Import", one a thing that failed.

DefectDojo refuses a file with a key it does not know, so only those of its parser are written.
`unique_id_from_tool` is the fingerprint: import again with "reimport" and nothing is duplicated.
Source: DefectDojo, dojo/tools/generic/json_parser.py.
"""

from typing import Any, TypeAlias

from rempart.check import Outcome, Vantage
from rempart.export.md import escaped
from rempart.export.sarif import declared_file
from rempart.plain import indented, line
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run

SUFFIX = ".defectdojo.json"
EFFORTS = {"S": "Low", "M": "Medium", "L": "High"}
TITLE = 511  # characters DefectDojo keeps of a title
Json: TypeAlias = dict[str, Any]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """The failures by the authority that binds; an accepted one is inactive and risk-accepted."""
    told = spoken(language or run.language)
    document = {
        "name": line(f"rempart {run.audit.id}"),
        "type": "rempart",
        "version": line(run.tool.version),
        "description": line(f"{run.organisation} · {run.id}"),
        "findings": [
            _finding(run, result, told)
            for result in run.results
            if result.outcome is Outcome.FAIL and result.binding
        ],
    }
    return indented(document)


def _finding(run: Run, result: ResultRecord, told: Language) -> Json:
    text = words(run, result.check, told)
    record = run.checks.get(result.check)
    what = " · ".join(filter(None, (result.subject, result.instance)))
    file = declared_file(run, result)
    place = f"{result.where.source}:{result.where.line}" if result.where.line else ""
    told_where = escaped(place or result.where.source)
    finding: Json = {
        "title": line(f"{text.title} ({what})")[:TITLE],
        "severity": str(result.severity).capitalize(),
        "description": f"{escaped(said(run, result, told))}\n\n{told_where}".strip(),
        "date": f"{run.started:%Y-%m-%d}",
        "mitigation": escaped(text.remediation),
        "impact": escaped(text.rationale),
        "active": result.waiver is None,
        "verified": result.vantage is Vantage.OBSERVED,
        "risk_accepted": result.waiver is not None,
        "static_finding": result.vantage is Vantage.DECLARED,
        "dynamic_finding": result.vantage is Vantage.OBSERVED,
        "unique_id_from_tool": line(result.fingerprint),
        "vuln_id_from_tool": line(result.check),
        "component_name": line(result.instance or result.subject),
        "service": line(result.subject),
        "tags": [line(tag) for tag in ("rempart", result.vantage, result.authority) if tag],
    }
    if file:
        finding |= {"file_path": line(file)} | (
            {"line": result.where.line} if result.where.line else {}
        )
    if record and record.effort in EFFORTS:
        finding["effort_for_fixing"] = EFFORTS[record.effort]
    if record and record.refs:
        finding["references"] = "\n".join(escaped(ref) for ref in record.refs)
    if result.waiver:
        why = f"{result.waiver.id}: {result.waiver.reason} ({result.waiver.approver})"
        finding["severity_justification"] = escaped(why)
    return finding
