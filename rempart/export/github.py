"""Tickets for GitHub, in Markdown: one a heading, to file in a private repository.

A hidden key in each says which ticket it is, so that it is updated and not filed twice.
"""

import re
from collections.abc import Iterator

from rempart.export.md import escaped
from rempart.plain import line, plain
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import Run
from rempart.tickets import Spot, Ticket, rating, tickets

SUFFIX = ".github.md"
KEY = "<!-- rempart:"


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """All tickets, the most urgent first."""
    told = spoken(language or run.language)
    parts = [escaped(told.say("ticket.private")) + "\n"]
    for ticket in tickets(run, told):
        labels = f"<!-- labels: security, severity/{ticket.severity} -->"
        parts.append("\n".join((*body(run, ticket, told), labels, "")))
    return "\n---\n\n".join(parts).encode()


def body(run: Run, ticket: Ticket, told: Language) -> Iterator[str]:
    """The lines of one ticket: heading, key, places, why, what to do."""
    text = ticket.words
    yield f"# {escaped(ticket.title)}"
    yield ""
    yield f"{KEY}{ticket.key} -->"
    yield escaped(rating(ticket.record, told))
    yield ""
    yield from _section(told.say("ticket.places"))
    yield from map(_spot, ticket.spots)
    if ticket.more:
        yield f"- {escaped(told.say('ticket.more', ticket.more))}"
    yield ""
    for key, words in (("why", text.rationale), ("do", text.remediation),
                       ("temporary", text.temporary), ("verify", text.verify),
                       ("rollback", text.rollback)):  # fmt: skip
        if words:
            yield from _section(told.say(f"finding.{key}"))
            yield prose(words)
            yield ""
    for product, block in sorted(text.code.items()):
        yield from _section(told.say("ticket.code", product=line(product)))
        yield from fenced(block)
        yield ""
    yield escaped(told.say("ticket.done"))
    yield ""
    controls = ", ".join(map(code, (ticket.check, *ticket.controls)))
    yield f"{escaped(run.organisation)} · {controls}"
    yield ""


def code(text: str) -> str:
    """The text as code on one line, whatever stands in it."""
    shown = line(text) or " "
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def fenced(text: str) -> Iterator[str]:
    """The text as a block of code, whatever stands in it."""
    shown = plain(text).strip("\n").replace(KEY, KEY.replace("!--", "! --"))
    fence = "`" * max(3, max(map(len, re.findall("`+", shown)), default=0) + 1)
    yield fence
    yield shown
    yield fence


def prose(text: str) -> str:
    """A card's paragraphs: what stands between backticks is code, nothing else is markup."""
    paragraphs = re.split(r"\n\s*\n", plain(text).strip())
    return "\n\n".join(
        "".join(
            code(part) if place % 2 else _words(part)
            for place, part in enumerate(re.split(r"`([^`]+)`", paragraph))
        ).strip()
        for paragraph in paragraphs
    )


def _words(text: str) -> str:
    """Escaped words with the blanks around them kept."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    return f"{before}{escaped(text)}{after}" if text.strip() else before


def _section(heading: str) -> Iterator[str]:
    yield f"## {escaped(heading)}"
    yield ""


def _spot(spot: Spot) -> str:
    names = " ".join(code(name) for name in (spot.subject, spot.instance) if name)
    seen = " · ".join(code(text) for text in (spot.seen, spot.source) if text)
    return f"- [ ] {names}: {seen}"
