"""Every result as a row, for spreadsheets: no cell is ever a formula.

French and German spreadsheets split at semicolons, others at commas; a byte order mark says UTF-8.
Source of the neutralisation: OWASP ASVS 5.0, 1.2.10.
"""

import csv
import io

from rempart.plain import line
from rempart.report.findings import said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run, SubjectRecord

SUFFIX = ".csv"
COLUMNS = (
    "check", "title", "subject", "kind", "owner", "root", "instance", "vantage", "authority",
    "binding", "outcome", "severity", "seen", "source", "line", "reason", "waiver", "waiver_until",
    "fingerprint",
)  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "|", "%")


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """A header of machine names, then a row a result, in the order of the run."""
    told = spoken(language or run.language)
    subjects = {subject.id: subject for subject in run.subjects}
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter="," if told.id == "en" else ";")
    rows.writerow(COLUMNS)
    for result in run.results:
        rows.writerow(map(cell, row(run, result, subjects.get(result.subject), told)))
    return out.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """One line of harmless text; a leading quote where a spreadsheet would see a formula."""
    text = str(value)
    shown = line(text)
    return f"'{shown}" if text.startswith(FORMULAS) or shown.startswith(FORMULAS) else shown


def row(
    run: Run, result: ResultRecord, subject: SubjectRecord | None, language: Language
) -> tuple[object, ...]:
    """The values of one result, in the order of `COLUMNS`, as they are."""
    waiver = result.waiver
    return (
        result.check,
        words(run, result.check, language).title,
        result.subject,
        subject.kind if subject else "",
        subject.owner if subject else "",
        result.root,
        result.instance,
        result.vantage,
        result.authority or "",
        "yes" if result.binding else "no",
        result.outcome,
        result.severity,
        said(run, result, language),
        result.where.source,
        result.where.line or "",
        result.reason or "",
        waiver.id if waiver else "",
        waiver.until if waiver else "",
        result.fingerprint,
    )
