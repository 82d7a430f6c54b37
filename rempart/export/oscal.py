"""OSCAL assessment results: observations, a finding a control, a risk a weakness.

Identifiers are made from what they name, so that the same run gives the same file. Text in OSCAL is
Markdown, so what was found is escaped. A control nobody looked at is not satisfied and says why: a
tool's evidence never satisfies a control on its own. Source: NIST OSCAL 1.2, assessment-results.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from rempart.check import Outcome, Vantage
from rempart.export.md import escaped
from rempart.plain import indented, line
from rempart.report.findings import Finding, Findings, control_title, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run, SubjectRecord

SUFFIX = ".oscal.json"
VERSION: Final = "1.2.1"
NAMESPACE: Final = UUID("5b1f6e0a-6d0c-4a55-9d3e-3c7a1d1f0b2e")
NS: Final = "urn:rempart:oscal"
METHODS = {
    Vantage.OBSERVED: "TEST", Vantage.DECLARED: "EXAMINE", Vantage.STATED: "INTERVIEW",
}  # fmt: skip
REASONS = {True: "pass", False: "fail"}
Json: TypeAlias = dict[str, Any]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """One assessment of one result set."""
    told = spoken(language or run.language)
    plan = _uuid(run, "plan")
    title = told.say("report.title", organisation=run.organisation)
    document = {
        "uuid": _uuid(run, "document"),
        "metadata": {
            "title": escaped(title),
            "last-modified": _moment(run.finished),
            "version": line(run.id) or "1",
            "oscal-version": VERSION,
        },
        "import-ap": {"href": f"#{plan}"},
        "results": [_result(run, escaped(title), told)],
        "back-matter": {"resources": [_mandate(run, plan, told)]},
    }
    return indented({"assessment-results": document})


def _result(run: Run, title: str, told: Language) -> Json:
    found = Findings(run)
    cited, names = _by_control(run), _observed(run)
    parts = {
        "observations": [_observation(run, result, names, told) for result in run.results],
        "risks": [
            *(_risk(run, finding, names, told, accepted=False) for finding in found.open),
            *(_risk(run, finding, names, told, accepted=True) for finding in found.accepted),
        ],
        "findings": [
            _finding(run, control, cited[control], names, told) for control in sorted(cited)
        ],
    }
    return {
        "uuid": _uuid(run, "result"),
        "title": title,
        "description": escaped(told.say("method.frameworks")),
        "start": _moment(run.started),
        "end": _moment(run.finished),
        "local-definitions": {
            "components": [_tool(run)],
            **_some("inventory-items", [_item(run, subject) for subject in run.subjects]),
        },
        "reviewed-controls": {"control-selections": [_selection(cited)]},
        **{name: items for name, items in parts.items() if items},
    }


def _selection(cited: Iterable[str]) -> Json:
    controls = [{"control-id": _token(control)} for control in sorted(cited)]
    return {"include-controls": controls} if controls else {"include-all": {}}


def _by_control(run: Run) -> Mapping[str, list[ResultRecord]]:
    """The binding results behind every neutral control the run holds, none for some."""
    found: dict[str, list[ResultRecord]] = defaultdict(list)
    for control in run.controls:
        found[control] = []
    for result in run.results:
        record = run.checks.get(result.check)
        stated = result.check.removeprefix("stated.")
        for control in record.controls if record else (stated,):
            if result.binding and control in run.controls:
                found[control].append(result)
    return found


def _finding(
    run: Run, control: str, results: list[ResultRecord], names: Mapping[int, str], told: Language
) -> Json:
    seen = [one for one in results if one.vantage is not Vantage.STATED]
    outcomes = {one.outcome for one in seen if one.outcome is not Outcome.NOTAPPLICABLE}
    good = outcomes == {Outcome.PASS}
    bad = any(one.outcome is Outcome.FAIL for one in seen)
    title = escaped(control_title(run, control, told))
    return {
        "uuid": _uuid(run, "finding", control),
        "title": title,
        "description": title,
        "target": {
            "type": "objective-id",
            "target-id": _token(control),
            "status": {
                "state": "satisfied" if good else "not-satisfied",
                "reason": REASONS[good] if good or bad else "other",
            },
        },
        **_some(
            "related-observations",
            [{"observation-uuid": names[id(result)]} for result in results],
        ),
    }


def _observed(run: Run) -> Mapping[int, str]:
    """What every result is called; equal fingerprints are told apart by their order."""
    counted: Counter[str] = Counter()
    names = {}
    for result in run.results:
        counted[result.fingerprint] += 1
        ordinal = str(counted[result.fingerprint])
        names[id(result)] = _uuid(run, "observation", result.fingerprint, ordinal)
    return names


def _observation(run: Run, result: ResultRecord, names: Mapping[int, str], told: Language) -> Json:
    title = words(run, result.check, told).title
    what = " · ".join(filter(None, (result.subject, result.instance)))
    where = result.where
    place = f"{where.source}:{where.line}" if where.line else where.source
    return {
        "uuid": names[id(result)],
        "title": escaped(f"{title} ({what})"),
        "description": escaped(said(run, result, told)) or "-",
        "props": list(_facts(result)),
        "methods": [METHODS[result.vantage]],
        "types": ["control-objective"],
        "origins": [_origin(run)],
        "subjects": [
            {"subject-uuid": _uuid(run, "subject", result.subject), "type": "inventory-item"}
        ],
        **_some("relevant-evidence", [{"description": escaped(place)}] if line(place) else []),
        "collected": _moment(run.finished),
    }


def _facts(result: ResultRecord) -> Iterator[Json]:
    facts = {
        "outcome": result.outcome,
        "severity": result.severity,
        "vantage": result.vantage,
        "check": result.check,
        "authority": result.authority or "",
        "binding": "yes" if result.binding else "no",
        "reason": result.reason or "",
        "fingerprint": result.fingerprint,
    }
    return (_prop(name, value) for name, value in facts.items() if line(value))


def _risk(
    run: Run, finding: Finding, names: Mapping[int, str], told: Language, *, accepted: bool
) -> Json:
    text = words(run, finding.check, told)
    kind = "accepted" if accepted else "open"
    results = [result for item in finding.occurrences for result in item.results if result.binding]
    ends = sorted(result.waiver.until for result in results if result.waiver)
    return {
        "uuid": _uuid(run, "risk", kind, finding.check),
        "title": escaped(text.title),
        "description": escaped(text.rationale) or "-",
        "statement": escaped(text.rationale) or "-",
        "status": "deviation-approved" if accepted else "open",
        "characterizations": [{"origin": _origin(run), "facets": list(_facets(finding))}],
        **({"deadline": _day(ends[0])} if accepted and ends and _day(ends[0]) else {}),
        **_some("remediations", _remedies(run, finding, kind, escaped(text.remediation))),
        **_some(
            "related-observations",
            [{"observation-uuid": names[id(result)]} for result in results],
        ),
    }


def _facets(finding: Finding) -> Iterator[Json]:
    record = finding.record
    for name, value in (("risk", finding.severity), ("impact", record.impact),
                        ("exploitability", record.exploitability)):  # fmt: skip
        yield {"name": name, "system": "urn:rempart:anssi-passi", "value": line(value)}


def _remedies(run: Run, finding: Finding, kind: str, text: str) -> list[Json]:
    if not text:
        return []
    uuid = _uuid(run, "remedy", kind, finding.check)
    return [{"uuid": uuid, "lifecycle": "recommendation", "title": escaped(finding.check),
             "description": text}]  # fmt: skip


def _origin(run: Run) -> Json:
    return {"actors": [{"type": "tool", "actor-uuid": _uuid(run, "tool")}]}


def _tool(run: Run) -> Json:
    name = line(f"{run.tool.name} {run.tool.version}")
    return {
        "uuid": _uuid(run, "tool"), "type": "software", "title": escaped(name),
        "description": escaped(name), "status": {"state": "operational"},
    }  # fmt: skip


def _item(run: Run, subject: SubjectRecord) -> Json:
    facts = {"subject-id": subject.id, "kind": subject.kind, "owner": subject.owner}
    return {
        "uuid": _uuid(run, "subject", subject.id),
        "description": escaped(subject.name) or "-",
        "props": [_prop(name, value) for name, value in facts.items() if line(value)],
    }


def _mandate(run: Run, plan: str, told: Language) -> Json:
    """The mandate stands for the assessment plan: it says what might be contacted and how hard."""
    mandate = run.authorisation
    return {
        "uuid": plan,
        "title": escaped(f"{told.say('scope.heading')} {mandate.reference}"),
        "description": escaped(mandate.granted_by) or "-",
    }


def _prop(name: str, value: str) -> Json:
    return {"name": name, "ns": NS, "value": line(value)}


def _token(text: str) -> str:
    """The text as OSCAL writes identifiers."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", text)
    return kept if re.match(r"[A-Za-z_]", kept) else f"_{kept}"


def _some(name: str, items: list[Json]) -> Json:
    """The array under its name; OSCAL has no empty ones."""
    return {name: items} if items else {}


def _uuid(run: Run, *parts: str) -> str:
    return str(uuid5(NAMESPACE, "\0".join((run.id, *parts)).encode("utf-8", "replace").decode()))


def _moment(moment: datetime) -> str:
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zoned.isoformat()


def _day(text: str) -> str:
    """The last moment of an ISO date; empty for any other text."""
    try:
        return datetime.combine(datetime.fromisoformat(text), time(23, 59, 59), UTC).isoformat()
    except ValueError:
        return ""
