"""Results as JUnit XML, for CI servers: a suite a subject, a case a thing judged.

What was not seen, does not apply or was accepted is `skipped` and says so; nothing but a pass looks
like one. Only the authority that binds counts. Source: the schema of Jenkins' xUnit plugin.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC
from xml.etree import ElementTree as Xml

from rempart.check import Outcome
from rempart.plain import line, plain
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run

SUFFIX = ".junit.xml"
SKIPPED = "skipped"


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """One `testsuites` element; suites in the order of the run's subjects."""
    told = spoken(language or run.language)
    by_subject: dict[str, list[ResultRecord]] = {subject.id: [] for subject in run.subjects}
    for result in run.results:
        if result.binding:
            by_subject.setdefault(result.subject, []).append(result)
    root = Xml.Element("testsuites", name=line(f"rempart {run.audit.id}"))
    for subject, results in by_subject.items():
        root.append(_suite(run, subject, results, told))
    _count(root, [result for results in by_subject.values() for result in results])
    Xml.indent(root)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(run: Run, subject: str, results: list[ResultRecord], told: Language) -> Xml.Element:
    suite = Xml.Element("testsuite", name=line(subject) or "-")
    suite.set("timestamp", f"{run.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
    _count(suite, results)
    suite.set(SKIPPED, str(sum(_kind(result) == SKIPPED for result in results)))
    for result in results:
        suite.append(_case(run, result, told))
    return suite


def _count(element: Xml.Element, results: Iterable[ResultRecord]) -> None:
    counts = Counter(map(_kind, results))
    element.set("tests", str(counts.total()))
    element.set("failures", str(counts["failure"]))
    element.set("errors", str(counts["error"]))


def _kind(result: ResultRecord) -> str:
    """The element that says what became of a case; empty for a pass."""
    if result.open:
        return "failure"
    if result.outcome is Outcome.PASS:
        return ""
    return "error" if result.outcome is Outcome.ERROR else SKIPPED


def _case(run: Run, result: ResultRecord, told: Language) -> Xml.Element:
    text = words(run, result.check, told)
    name = " · ".join(filter(None, (text.title, result.instance, result.authority)))
    case = Xml.Element("testcase", name=line(name))
    case.set("classname", line(f"{result.subject}.{result.check}"))
    kind = _kind(result)
    seen = line(said(run, result, told))
    if kind:
        part = Xml.SubElement(case, kind, type=_type(result), message=_message(result, seen, told))
        if kind == "failure":
            part.text = plain(f"{seen}\n{_where(result)}\n\n{text.remediation}")
    return case


def _type(result: ResultRecord) -> str:
    return str(result.severity if result.open else result.reason or result.outcome)


def _message(result: ResultRecord, seen: str, told: Language) -> str:
    waiver = result.waiver
    if waiver and result.outcome is Outcome.FAIL:
        parts = (seen, told.say("column.waiver"), waiver.id, waiver.reason, waiver.until)
        return line(" · ".join(parts))
    if result.open:
        return f"{told.word('severity', result.severity)}: {seen}"
    why = told.word("reason", result.reason) if result.reason else ""
    return ": ".join(filter(None, (why or told.word("outcome", result.outcome), seen)))


def _where(result: ResultRecord) -> str:
    where = result.where
    return f"{where.source}:{where.line}" if where.line else where.source
