"""The run as a workbook: findings, requirements on every subject, results, what was not seen."""

from collections.abc import Iterator
from typing import TypeAlias

from rempart.export.csv import COLUMNS, row
from rempart.plain import line, plain
from rempart.report.compliance import STATES, Compliance, Table
from rempart.report.findings import Findings, requirement_title, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import Run
from rempart.workbook import Cell, Sheet, workbook

SUFFIX = ".xlsx"
Row: TypeAlias = tuple[Cell, ...]


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """Sheets in the reader's language; the one of all results has the columns of the CSV."""
    told = spoken(language or run.language)
    found = Findings(run)
    tables = Compliance(run).tables
    return workbook(
        (
            _sheet(told, "findings", ("severity", "title", "check", "impact", "exploitability",
                   "effort", "team", "things", "subjects", "remediation"),
                   _findings(run, found, told)),
            *(_requirements(run, table, told) for table in tables),
            Sheet(told.say("sheet.results"), COLUMNS, [
                tuple(map(line, map(str, cells)))
                for cells in _results(run, told)
            ]),
            _sheet(told, "unseen", ("reason", "title", "subject", "thing", "seen"),
                   _unseen(run, found, told)),
            _sheet(told, "waivers", ("waiver", "check", "subject", "thing", "reason", "owner",
                   "approver", "until"), _waivers(run)),
            Sheet(told.say("sheet.legend"), (_heading(told, "letter"), _heading(told, "state")), [
                (told.word("letter", state), told.word("cell", state)) for state in STATES
            ]),
        )
    )  # fmt: skip


def _sheet(told: Language, name: str, headings: tuple[str, ...], rows: Iterator[Row]) -> Sheet:
    texts = tuple(_heading(told, heading) for heading in headings)
    return Sheet(told.say(f"sheet.{name}"), texts, list(rows))


def _heading(told: Language, name: str) -> str:
    own = f"sheet.column.{name}"
    return told.say(own if own in told.sentences else f"column.{name}")


def _findings(run: Run, found: Findings, told: Language) -> Iterator[Row]:
    for finding in found.open:
        text, record = words(run, finding.check, told), finding.record
        yield (
            told.word("severity", finding.severity),
            line(text.title),
            line(finding.check),
            told.word("impact", record.impact),
            told.word("exploitability", record.exploitability),
            told.word("effort", record.effort),
            told.word("team", record.team),
            len(finding.occurrences),
            line(", ".join(finding.subjects)),
            plain(text.remediation),
        )


def _requirements(run: Run, table: Table, told: Language) -> Sheet:
    """One framework: a row a requirement, a column a subject, letters in the cells."""
    names = tuple(_heading(told, name) for name in ("requirement", "title", "state", "source"))
    rows = [
        (
            line(one.id),
            line(requirement_title(run, one.title, one.neutral, told)),
            told.word("cell", one.state),
            told.word("verified", table.verified),
            *(told.word("letter", one.cells[name]) if name in one.cells else ""
              for name in table.subjects),
        )
        for one in table.rows
    ]  # fmt: skip
    return Sheet(line(table.id), (*names, *map(line, table.subjects)), rows)


def _results(run: Run, told: Language) -> Iterator[tuple[object, ...]]:
    subjects = {subject.id: subject for subject in run.subjects}
    return (row(run, result, subjects.get(result.subject), told) for result in run.results)


def _unseen(run: Run, found: Findings, told: Language) -> Iterator[Row]:
    for group in found.unseen:
        title = line(words(run, group.check, told).title)
        why = told.word("reason", group.reason)
        for one in group.results:
            yield (why, title, line(one.subject), line(one.instance), line(one.seen))
    for one in found.errors:
        title = line(words(run, one.check, told).title)
        why = told.say("outcome.error")
        yield (why, title, line(one.subject), line(one.instance), line(one.seen))


def _waivers(run: Run) -> Iterator[Row]:
    for one in run.waivers:
        texts = (one.id, one.check, one.subject, one.instance, one.reason, one.owner, one.approver,
                 one.until)  # fmt: skip
        yield tuple(map(line, texts))
