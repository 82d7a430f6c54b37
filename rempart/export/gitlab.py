"""Tickets for GitLab, in Markdown: each confidential, labelled by its own quick actions."""

from rempart.export.github import body
from rempart.export.md import escaped
from rempart.report.language import language as spoken
from rempart.results import Run
from rempart.tickets import tickets

SUFFIX = ".gitlab.md"


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """All tickets, the most urgent first."""
    told = spoken(language or run.language)
    parts = [escaped(told.say("ticket.private")) + "\n"]
    for ticket in tickets(run, told):
        actions = ("/confidential", f'/label ~security ~"severity::{ticket.severity}"', "")
        parts.append("\n".join((*body(run, ticket, told), *actions)))
    return "\n---\n\n".join(parts).encode()
