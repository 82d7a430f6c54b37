"""Findings as GitHub shows them beside a change: annotations on the lines, a summary of the job.

Source: GitHub, workflow commands. A step shows ten annotations of each kind, so the worst come
first and the summary holds them all; what was found is escaped and cannot begin a command.
"""

import os
from collections.abc import Iterator, Mapping

from rempart.check import Severity
from rempart.export.comment import export
from rempart.export.sarif import declared_file
from rempart.plain import line
from rempart.report import gating
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run

KINDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
EACH = 10  # annotations of one kind that a step shows
LONGEST = 1_000_000  # bytes of a step's summary
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def annotations(run: Run, language: str = "") -> Iterator[str]:
    """One workflow command a finding, the worst first, as many as are shown."""
    told = spoken(language or run.language)
    counts = dict.fromkeys(KINDS.values(), 0)
    for one in gating.open_findings(run):
        kind = KINDS[one.severity]
        counts[kind] += 1
        if counts[kind] <= EACH:
            yield _annotation(run, one, kind, told)


def _annotation(run: Run, one: ResultRecord, kind: str, told: Language) -> str:
    text = words(run, one.check, told)
    properties = {}
    if file := declared_file(run, one):
        properties["file"] = file
        if one.where.line and one.where.line > 0:
            properties["line"] = str(one.where.line)
            properties["endLine"] = str(max(one.where.end_line or 0, one.where.line))
    properties["title"] = f"{one.check}: {text.title}"
    named = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    message = f"{one.instance or one.subject}: {said(run, one, told)}. {text.remediation}"
    return f"::{kind} {named}::{_escaped(message, _DATA)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(letter, letter) for letter in line(text))


def summarise(run: Run, environment: Mapping[str, str], language: str = "") -> None:
    """Add the findings to the summary of the job's step, where there is one."""
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return
    content = export(run, language=language)[:LONGEST].decode("utf-8", "ignore").encode()
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "ab") as file:
        file.write(content + b"\n")
