"""Tickets for Jira's CSV import, in its wiki markup, where nothing found is markup.

Source: Atlassian, text formatting notation; entities stand for its special characters.
"""

import csv
import io
import re
from collections.abc import Iterator

from rempart.export.csv import cell
from rempart.plain import line, plain
from rempart.report.language import Language
from rempart.report.language import language as spoken
from rempart.results import Run
from rempart.tickets import Spot, Ticket, rating, tickets

SUFFIX = ".jira.csv"
COLUMNS = ("Summary", "Description", "Issue Type", "Priority", "Labels", "Labels", "External Id")
PRIORITIES = {"critical": "Highest", "high": "High", "medium": "Medium", "low": "Low"}
SUMMARY = 255  # characters Jira takes
_SPECIAL = re.compile(r"[&\\{}\[\]!*+^~?|#@<>]|(?<![^\W_])[_-]|[_-](?![^\W_])|://")


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """A row a ticket; commas part, and descriptions have several lines."""
    told = spoken(language or run.language)
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for ticket in tickets(run, told):
        text = "\n".join(_description(run, ticket, told))
        key = f"rempart-{ticket.key}"
        rows.writerow(
            (cell(ticket.title)[:SUMMARY], text, "Bug", PRIORITIES[ticket.severity],
             "security", f"severity-{ticket.severity}", key)
        )  # fmt: skip
    return out.getvalue().encode()


def wiki(text: object) -> str:
    """Text that Jira shows as it is."""
    shown = _SPECIAL.sub(lambda found: "".join(map(_entity, found[0])), line(str(text)))
    return re.sub(r"^(h[1-6]|bq)\.", lambda found: found[1] + _entity("."), shown)


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def _description(run: Run, ticket: Ticket, told: Language) -> Iterator[str]:
    text = ticket.words
    yield wiki(rating(ticket.record, told))
    yield ""
    yield f"h3. {wiki(told.say('ticket.places'))}"
    yield from map(_spot, ticket.spots)
    if ticket.more:
        yield f"* {wiki(told.say('ticket.more', ticket.more))}"
    for key, words in (("why", text.rationale), ("do", text.remediation),
                       ("temporary", text.temporary), ("verify", text.verify),
                       ("rollback", text.rollback)):  # fmt: skip
        if words:
            yield ""
            yield f"h3. {wiki(told.say(f'finding.{key}'))}"
            yield from (wiki(part) for part in re.split(r"\n\s*\n", plain(words)) if part.strip())
    yield ""
    yield wiki(told.say("ticket.done"))
    yield wiki(f"{run.organisation} · {ticket.check} · {', '.join(ticket.controls)}")


def _spot(spot: Spot) -> str:
    names = " ".join(filter(None, (spot.subject, spot.instance)))
    return f"* {wiki(names)}: {wiki(' · '.join(filter(None, (spot.seen, spot.source))))}"
