"""A gate in Markdown, for a comment on a merge request: short enough for every code host.

A hidden mark in its first line says which gate it is, so that the next run replaces it.
"""

from collections.abc import Iterator

from rempart.export.github import code
from rempart.export.md import escaped
from rempart.export.sarif import declared_file
from rempart.plain import line
from rempart.report import gating
from rempart.report.findings import Findings, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import ResultRecord, Run, digest

SUFFIX = ".comment.md"
LONGEST = 60_000  # characters: GitHub takes 65,536, GitLab a million
CELL = 400  # characters of what was seen
MARK = "<!-- rempart:gate:{} -->"


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """The answer, the findings worst first, exceptions, what was not seen or left out."""
    told = spoken(language or run.language)
    subject = next((one.id for one in run.subjects), "")
    lines = [MARK.format(digest(subject, run.audit.id)[:12])]
    lines += _head(run, told)
    closing = list(_closing(run, told))
    left = LONGEST - sum(len(text) + 1 for text in (*lines, *closing))
    rows = _rows(run, told)
    if rows:
        names = ("severity", "column.check", "column.thing", "column.where", "column.seen")
        lines += ["", _row(*(escaped(told.say(name)) for name in names)), "|" + " --- |" * 5]
    shown = 0
    for row in rows:
        left -= len(row) + 1
        if left < 200:
            break
        lines.append(row)
        shown += 1
    if shown < len(rows):
        lines += ["", escaped(told.say("gate.rest", len(rows) - shown))]
    return ("\n".join([*lines, *closing]) + "\n").encode()


def _head(run: Run, told: Language) -> Iterator[str]:
    yield f"## {escaped(told.say('gate.title', repository=run.organisation))}"
    yield ""
    for place, sentence in enumerate(gating.answer(run, run.audit.fail_on, told)):
        yield f"**{escaped(sentence)}**" if place == 0 else escaped(sentence)
        yield ""


def _rows(run: Run, told: Language) -> list[str]:
    return [_finding(run, one, told) for one in gating.open_findings(run)]


def _finding(run: Run, one: ResultRecord, told: Language) -> str:
    file = declared_file(run, one) or one.where.source
    where = f"{file}:{one.where.line}" if one.where.line else file
    seen = line(said(run, one, told))[:CELL]
    level, title = told.word("severity", one.severity), words(run, one.check, told).title
    thing = line(one.instance or one.subject)[:CELL]
    return _row(escaped(level), escaped(title), _cell(thing), _cell(where), escaped(seen))


def _cell(text: str) -> str:
    """Code that stays in its cell: a bar would end it even there."""
    return code(text.replace("|", "¦"))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _closing(run: Run, told: Language) -> Iterator[str]:
    yield from _repairs(run, told)
    unseen = Findings(run).unseen
    if unseen:
        yield from ("", f"### {escaped(told.say('unseen.heading'))}", "")
        for group in unseen[: gating.SHOWN]:
            why, title = told.word("reason", group.reason), words(run, group.check, told).title
            places = ", ".join(dict.fromkeys(_place(one) for one in group.results[:5]))
            yield f"- {escaped(line(f'{why} · {title} · {places}')[:CELL])}"
    sections = (
        ("gate.exceptions", (text for _, text in gating.exceptions(run, told))),
        ("gate.left_out", gating.left_out(run, told)),
    )
    for key, texts in sections:
        rows = list(texts)
        if rows:
            yield from ("", f"### {escaped(told.say(key))}", "")
            yield from (f"- {escaped(text[:CELL])}" for text in rows)
    for sentence in (*gating.stood(run, told), *gating.others(run, told),
                     *gating.remarks(run, told)):  # fmt: skip
        yield from ("", escaped(sentence))


def _repairs(run: Run, told: Language) -> Iterator[str]:
    """What to type for each check that failed, once."""
    checks = dict.fromkeys(one.check for one in gating.open_findings(run))
    if checks:
        yield from ("", f"### {escaped(told.say('gate.fix'))}", "")
    for check in list(checks)[: gating.SHOWN]:
        text = words(run, check, told)
        yield f"- **{escaped(text.title)}**: {escaped(text.remediation)}"


def _place(one: ResultRecord) -> str:
    return one.where.source or one.instance or one.subject
