"""The summary of a run on a terminal: the answer, the worst findings, what was not seen.

Plain text of a given width; on a terminal the same lines with colours. What was found is data:
control characters are replaced and no markup in it is interpreted.
"""

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from rempart.check import Outcome
from rempart.plain import line
from rempart.report.answer import complete, replayed, verdict
from rempart.report.findings import Finding, Findings, words
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import Run

WIDTH = 100
NARROW = 40  # below this, lines are not cut any shorter
FINDINGS = 10
REASONS = 8
STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "blue",
    "good": "bold green",
    "bad": "bold red",
    "unsure": "bold yellow",
    "heading": "bold",
    "soft": "dim",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line and the name of its style, empty for none."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def summary(run: Run, language: str = "", *, width: int = WIDTH) -> str:
    """The summary as plain text, at most `width` columns, with a line feed at its end."""
    return bare(_lines(run, language, width))


def bare(lines: Iterable[Line]) -> str:
    """The lines without colours."""
    shown = ("".join(span.text for span in spans) for spans in lines)
    return "\n".join(text.rstrip() for text in shown) + "\n"


def show(run: Run, stream: TextIO | None = None, language: str = "") -> None:
    """Write the summary to a stream, in colours on a terminal that wants them (NO_COLOR)."""
    write(lambda width: _lines(run, language, width), stream)


def write(lines: Callable[[int], Iterable[Line]], stream: TextIO | None = None) -> None:
    """Write the lines made for a width, in colours on a terminal that wants them (NO_COLOR)."""
    out = stream or sys.stdout
    if not out.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        out.write(bare(lines(_width(out))))
        return
    from rich.console import Console  # only a terminal needs it
    from rich.text import Text

    console = Console(file=out, markup=False, highlight=False, emoji=False, soft_wrap=True)
    for spans in lines(console.width):
        console.print(Text.assemble(*((span.text, STYLES.get(span.style, "")) for span in spans)))


def _width(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns if out.isatty() else WIDTH
    except (OSError, ValueError):
        return WIDTH


def _lines(run: Run, language: str, width: int) -> Iterator[Line]:
    told, found, width = spoken(language or run.language), Findings(run), max(width, NARROW)
    yield from opening(run, found, told, width)
    yield from _findings(run, found, told, width)
    yield from unseen(run, found, told, width)
    yield from _waivers(run, told, width)


def opening(run: Run, found: Findings, language: Language, width: int) -> Iterator[Line]:
    """The answer: what was found, what is missing, the counts."""
    yield (Span(cut(run.organisation, width), "heading"),)
    style = "bad" if found.serious else "unsure" if found.incomplete or found.open else "good"
    yield from wrapped(verdict(found, language), width, style)
    if any(graph.get("type") == "ReadingCurve" for graph in run.graphs):
        yield from _logs(run, language, width)
    for replay in run.replays:
        mark = language.word("mark", replay.verdict)
        yield from wrapped(replayed(replay, language), width, lead=f"{mark} ")
    missing = complete(found, language)
    if missing:
        yield from wrapped(missing, width, lead="? ")
    counts = {str(item): language.number(run.coverage.outcomes.get(item, 0)) for item in Outcome}
    yield from wrapped(language.say("summary.counts", **counts), width, "soft")


def _findings(run: Run, found: Findings, language: Language, width: int) -> Iterator[Line]:
    if not found.open:
        return
    yield from heading(language.say("summary.findings"))
    shown = found.open[:FINDINGS]
    levels = [language.word("severity", finding.severity) for finding in shown]
    subjects = [_where(finding) for finding in shown]
    first, last = _fit(levels, width), min(_fit(subjects, width), width // 3)
    middle = width - first - last - 6
    for finding, level, where in zip(shown, levels, subjects, strict=True):
        title = words(run, finding.check, language).title
        places = f" ({len(finding.occurrences)})" if len(finding.occurrences) > 1 else ""
        yield (
            Span("  "),
            Span(level.ljust(first), finding.severity),
            Span("  " + (cut(title, middle - len(places)) + places).ljust(middle)),
            Span("  " + cut(where, last), "soft"),
        )
    if len(found.open) > len(shown):
        yield (Span("  " + language.say("summary.more", len(found.open) - len(shown)), "soft"),)


def unseen(run: Run, found: Findings, language: Language, width: int) -> Iterator[Line]:
    """What was not checked or broke, by reason."""
    reasons: dict[str, list[str]] = {}
    for group in found.unseen:
        text = f"{words(run, group.check, language).title} ({_subjects(_each(group.results))})"
        reasons.setdefault(language.word("reason", group.reason), []).append(text)
    for item in found.errors:
        text = f"{words(run, item.check, language).title} ({item.subject}: {item.seen})"
        reasons.setdefault(language.say("outcome.error"), []).append(text)
    if not reasons:
        return
    yield from heading(language.say("summary.unseen"))
    first = min(_fit(reasons, width), width // 3)
    for reason, texts in reasons.items():
        for place, text in enumerate(texts[:REASONS]):
            label = cut(reason, first) if place == 0 else ""
            yield (Span(f"  {label.ljust(first)}", "unsure"), _rest(text, width - first - 4))
        if len(texts) > REASONS:
            more = language.say("summary.more", len(texts) - REASONS)
            yield (Span(f"  {' ' * first}  {more}", "soft"),)


def _logs(run: Run, language: Language, width: int) -> Iterator[Line]:
    """What the read logs tell; their reader is loaded where one was measured."""
    from rempart.report.readings import answered, views

    for log in views(run):
        mark = language.word("mark", log.state)
        yield from wrapped(answered(log, language), width, lead=f"{mark} ")


def _waivers(run: Run, language: Language, width: int) -> Iterator[Line]:
    if not run.waivers:
        return
    yield from heading(language.say("summary.waivers"))
    for waiver in sorted(run.waivers, key=lambda item: item.until):
        key = "summary.waiver.expired" if waiver.expired else "summary.waiver"
        told = language.say(key, id=waiver.id, until=language.date(waiver.until))
        if waiver.changed and not waiver.expired:
            told = f"{waiver.id}: {language.say('waivers.changed', waiver.changed)}"
        text = f"{told} · {words(run, waiver.check, language).title} ({waiver.subject})"
        style = "bad" if waiver.expired or waiver.changed else ""
        yield (Span("  " + cut(text, width - 2), style),)


def heading(text: str) -> Iterator[Line]:
    """A heading after an empty line."""
    yield ()
    yield (Span(text, "heading"),)


def wrapped(text: str, width: int, style: str = "", lead: str = "") -> Iterator[Line]:
    """A sentence on as many lines as it takes."""
    indent = " " * len(lead)
    for part in textwrap.wrap(line(text), width, initial_indent=lead, subsequent_indent=indent):
        yield (Span(part, style),)


def _rest(text: str, width: int) -> Span:
    return Span("  " + cut(text, width))


def _each(results: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(getattr(item, "subject", "")) for item in results))


def _where(finding: Finding) -> str:
    """The subjects concerned; for a single place, the thing too."""
    first = finding.occurrences[0].first
    if len(finding.occurrences) > 1:
        return _subjects(finding.subjects)
    return f"{first.subject} {first.instance}".strip()


def _subjects(subjects: tuple[str, ...]) -> str:
    return ", ".join(subjects[:3]) + (" …" if len(subjects) > 3 else "")


def _fit(texts: Iterable[str], most: int) -> int:
    return min(max((len(line(text)) for text in texts), default=0), most)


def cut(text: str, width: int) -> str:
    """Hostile text on one line of that many columns."""
    shown = line(text)
    return shown if len(shown) <= width else shown[: max(width - 1, 0)] + "…"
