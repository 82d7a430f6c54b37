"""A short report in Markdown, for issues and merge requests; nothing found can become markup."""

import logging
import re
from collections.abc import Iterable, Iterator

from rempart.errors import UsageError
from rempart.plain import line
from rempart.report.answer import audit_title, complete, replayed, translated, verdict
from rempart.report.findings import Finding, Findings, said, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.report.readings import answered, views
from rempart.results import Place, Run

log = logging.getLogger(__name__)

SUFFIX = ".md"
SHOWN = 50  # places of one finding; all of them are in the run file
_INLINE = re.compile(r"([\\`*_\[\]|~$#])")
_LINKING = re.compile(r"(mailto|xmpp|www)([:.])", re.IGNORECASE)
_LEADING = re.compile(r"^([-+=>]|\d+(?=[.)]))")


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """The answer, the findings, what was not checked, what was accepted.

    Raises UsageError for the sheet of one team, which would hold what is not the team's.
    """
    located(template)
    if template not in ("", "report"):
        log.warning(
            "Markdown has one form, the short report: --template %s is for pages, PDF and Word",
            line(template),
        )
    told = spoken(language or run.language)
    found = Findings(run)
    parts = (
        _head(run, found, told),
        *((_retest(run, told),) if run.retest else ()),
        _findings(run, found.open, told),
        _unseen(run, found, told),
        _waivers(run, told),
        *((_set_aside(run, found, told),) if found.false_positives else ()),
    )
    return "\n".join(text for part in parts for text in (*part, "")).encode()


def located(template: str) -> None:
    """Raise UsageError for the sheet of one team."""
    if template.startswith("team:"):
        raise UsageError(f"Markdown holds the whole run; for one team: --for {template}")


def escaped(text: object) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, no list, no link by itself."""
    shown = line(str(text)).replace("&", "&amp;").replace("<", "&lt;")
    shown = _INLINE.sub(r"\\\1", shown).replace("@", "&#64;").replace("://", "&#58;//")
    shown = re.sub(
        r"(?i)(mailto|xmpp|www)([:.])", lambda found: f"{found[1]}&#{ord(found[2])};", shown
    )
    return _LEADING.sub(lambda found: f"&#{ord(found[1][0])};{found[1][1:]}", shown)


def _head(run: Run, found: Findings, language: Language) -> Iterator[str]:
    mandate = run.authorisation
    yield f"# {escaped(language.say('report.title', organisation=run.organisation))}"
    yield ""
    told = (audit_title(run, language), language.moment(run.started), mandate.reference)
    yield " · ".join(map(escaped, told))
    yield ""
    yield f"**{escaped(verdict(found, language))}**"
    for sentence in (*(answered(log, language) for log in views(run)),
                     *(replayed(replay, language) for replay in run.replays),
                     complete(found, language)):  # fmt: skip
        if sentence:
            yield f"- {escaped(sentence)}"
    yield ""
    columns = (language.say("severity"), language.say("column.findings"))
    yield from _table((*columns, language.say("column.things")), (
        (language.word("severity", level), str(findings), str(things))
        for level, findings, things in found.counted
    ))  # fmt: skip


def _retest(run: Run, language: Language) -> Iterator[str]:
    """What became of an earlier run's open findings, where this run is a retest."""
    if run.retest is None:
        return
    yield f"## {escaped(language.say('retest.heading'))}"
    counts = {state: language.number(n) for state, n in run.retest.counts.items()}
    yield escaped(language.say("retest.summary", **counts))
    yield ""
    headings = ("severity", "column.check", "column.where", "retest.state", "column.why")
    yield from _table(tuple(map(language.say, headings)), (
        (language.word("severity", item.severity), words(run, item.check, language).title,
         f"{item.subject} {item.instance}", language.word("retest_state", item.state),
         language.word("reason", item.reason or "") or language.word("retest_why", item.why))
        for finding in run.retest.findings for item in finding.items
    ))  # fmt: skip


def _set_aside(run: Run, found: Findings, language: Language) -> Iterator[str]:
    """Findings a reviewer showed to be none, with the proof."""
    yield f"## {escaped(language.say('review.heading'))}"
    headings = ("column.check", "column.where", "column.why", "review.proof")
    yield from _table(tuple(map(language.say, headings)), (
        (words(run, item.check, language).title, f"{item.subject} {item.instance}",
         translated(item.review.reason, language), item.review.proof)
        for item in found.false_positives if item.review
    ))  # fmt: skip


def _findings(run: Run, findings: tuple[Finding, ...], language: Language) -> Iterator[str]:
    yield f"## {escaped(language.say('findings.heading'))}"
    if not findings:
        yield escaped(language.say("findings.none"))
    headings = tuple(
        language.say(f"column.{name}") for name in ("subject", "thing", "seen", "where")
    )
    for finding in findings:
        text = words(run, finding.check, language)
        level = language.word("severity", finding.severity)
        yield f"### {escaped(level)} · {escaped(text.title)}"
        yield ""
        yield from _table(headings, (
            (first.subject, first.instance, said(run, first, language), _place(first.where))
            for first in (item.first for item in finding.occurrences[:SHOWN])
        ))  # fmt: skip
        if len(finding.occurrences) > SHOWN:
            yield ""
            yield escaped(language.say("finding.rest", len(finding.occurrences) - SHOWN))
        yield ""
        yield f"**{escaped(language.say('finding.do'))}** {escaped(text.remediation)}"
        yield ""


def _unseen(run: Run, found: Findings, language: Language) -> Iterator[str]:
    yield f"## {escaped(language.say('unseen.heading'))}"
    if not found.unseen:
        yield escaped(language.say("unseen.none"))
        return
    for group in found.unseen:
        title = words(run, group.check, language).title
        subjects = ", ".join(dict.fromkeys(item.subject for item in group.results[:SHOWN]))
        why = language.word("reason", group.reason)
        yield f"- {escaped(why)} · {escaped(title)} · {escaped(subjects)}"


def _waivers(run: Run, language: Language) -> Iterator[str]:
    if not run.waivers:
        return
    yield f"## {escaped(language.say('waivers.heading'))}"
    names = ("waiver", "what", "why", "who", "until")
    yield from _table(tuple(language.say(f"column.{name}") for name in names), (
        (item.id, f"{item.check} · {item.subject} {item.instance}", item.reason,
         language.say("waivers.who", owner=item.owner, approver=item.approver),
         language.date(item.until))
        for item in run.waivers
    ))  # fmt: skip


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(headings)
    yield "|" + " --- |" * len(headings)
    yield from map(_row, rows)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(map(escaped, cells)) + " |"


def _place(where: Place) -> str:
    return f"{where.source}:{where.line}" if where.line else where.source
