"""A gate on a terminal: each finding with its lines and what to type, then what else to know.

What was found is data: it is cut to one line, holds no control character, and cannot begin a line
that a pipeline would take for a command.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator

from rempart.check import Severity
from rempart.gate.excerpts import Excerpts
from rempart.plain import line
from rempart.report import gating
from rempart.report.findings import Findings, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.report.summary import Line, Span, cut, heading, unseen, wrapped, write
from rempart.results import ResultRecord, Run

FINDINGS = 50
_COMMAND = re.compile(r"##(?=\w*\[)")  # what some pipelines heed anywhere in a line


def show(run: Run, excerpts: Excerpts, fail_on: Severity, language: str = "") -> None:
    """Write what a person must know to standard output."""
    told = spoken(language or run.language)
    write(lambda width: map(_harmless, _lines(run, excerpts, fail_on, told, max(width, 60))))


def _harmless(spans: Line) -> Line:
    """The line as no pipeline takes it for a command, wherever it was broken."""
    whole = "".join(span.text for span in spans)
    mark = (Span("| "),) if whole.lstrip().startswith("::") else ()
    return mark + tuple(Span(_COMMAND.sub("# #", span.text), span.style) for span in spans)


def _lines(
    run: Run, excerpts: Excerpts, fail_on: Severity, told: Language, width: int
) -> Iterator[Line]:
    yield (Span(cut(told.say("gate.title", repository=run.organisation), width), "heading"),)
    found = gating.open_findings(run)
    stops = bool(gating.blocking(run, fail_on))
    style = "bad" if stops else "unsure" if found else "good"
    for sentence in gating.answer(run, fail_on, told):
        yield from wrapped(sentence, width, style)
    for one in found[:FINDINGS]:
        yield from _finding(run, one, excerpts, told, width)
    if len(found) > FINDINGS:
        yield ()
        yield (Span(told.say("gate.rest", len(found) - FINDINGS), "soft"),)
    yield from unseen(run, Findings(run), told, width)
    yield from _section(told.say("gate.exceptions"), gating.exceptions(run, told), width)
    omitted = (("soft", text) for text in gating.left_out(run, told))
    yield from _section(told.say("gate.left_out"), omitted, width)
    closing = [*gating.stood(run, told), *gating.others(run, told), *gating.remarks(run, told)]
    if closing:
        yield ()
    for sentence in closing:
        yield from wrapped(sentence, width, "soft")


def _finding(
    run: Run, one: ResultRecord, excerpts: Excerpts, told: Language, width: int
) -> Iterator[Line]:
    text = words(run, one.check, told)
    level = told.word("severity", one.severity)
    yield ()
    title = cut(f"{text.title} ({told.word('outcome', 'fail')}) · {one.instance}", width - 10)
    yield Span(level, one.severity), Span(f"  {title}", "heading")
    place = f"{one.where.source}:{one.where.line}" if one.where.line else one.where.source
    yield (Span("  " + cut(f"{place} · {one.check} · {said(run, one, told)}", width - 2), "soft"),)
    for shown in excerpts.of(one.where):
        code = told.say("gate.hidden") if shown.text is None else shown.text
        yield Span(f"  {shown.number:>5} | ", "soft"), Span(code[: max(width - 10, 20)].rstrip())
    yield from _repair(text.remediation, told, width)


def _repair(text: str, told: Language, width: int) -> Iterator[Line]:
    lead = f"  {told.say('gate.fix')}: "
    for number, part in enumerate(textwrap.wrap(line(text), max(width - len(lead), 40))[:3]):
        yield Span(lead if number == 0 else " " * len(lead), "soft"), Span(part)


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[Line]:
    told = list(rows)
    if told:
        yield from heading(title)
    for style, text in told:
        for part in textwrap.wrap(text, width - 4)[:4]:
            yield (Span(f"  {part}", style),)
