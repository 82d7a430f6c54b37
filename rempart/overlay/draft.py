"""A first overlay for a run: every open finding with the keys a reviewer needs, as YAML."""

import json
from collections.abc import Iterator
from datetime import date
from string import Template

from rempart.overlay.keys import SCHEMA
from rempart.plain import line
from rempart.report.findings import Findings, said, words
from rempart.report.language import Language
from rempart.results import Run

HEAD = """\
# What a person adds to the run: rempart report RUN.json --overlay THIS -o client.html
# Keys and values: rempart overlay schema. Nothing here changes the run file.
schema: $schema
document:
  title: $title
  editions:
    - version: "0.1"
      date: $today
      author: TO BE NAMED
      changes: Draft, before the restitution meeting
findings: []
  # - id: E-01
  #   source: interview        # interview | test | screenshot | document | tool
  #   about: [$subject]
  #   impact: major            # minor | important | major | critical
  #   exploitability: moderate # hard | high | moderate | easy
  #   seen: What was said or seen, and by whom
  #   by: A. Martin
  #   on: $today
  #   evidence: file:evidence/minutes.pdf
  #   fr: {title: ..., rationale: ..., remediation: ...}
# One entry a result, uncommented when there is something to say of it:
#   rating: {impact: minor, exploitability: hard, reason: ..., by: ..., on: 2026-11-26}
#   false_positive: {reason: ..., proof: file:evidence/x.png, by: ..., on: 2026-11-26}
#   seen: {fr: ..., en: ..., de: ...}
#   answer: {says: ..., by: ..., on: 2026-11-28, decision: planned, due: 2027-01-31}
results:
"""


def draft(run: Run, language: Language, today: date) -> str:
    """The overlay to start from; everything that was found on targets stays in comments."""
    subject = run.subjects[0].id if run.subjects else "pro"
    title = language.say("report.title", organisation=run.organisation)
    values = {"schema": SCHEMA, "title": _quoted(title), "today": today, "subject": line(subject)}
    head = Template(HEAD).substitute(values)
    entries = "".join(f"{text}\n" for text in _entries(run, language))
    return head + (entries or "  {}\n")


def _entries(run: Run, language: Language) -> Iterator[str]:
    for finding in Findings(run).open:
        title = line(words(run, finding.check, language).title)
        for occurrence in finding.occurrences:
            first = occurrence.first
            thing = line(f"{first.subject} {first.instance}")
            yield f"  # {occurrence.severity} · {finding.check} · {title} · {thing}"
            yield f"  #   {line(said(run, first, language))}"
            yield f"  {_quoted(first.fingerprint)}: {{digest: {_quoted(first.digest)}}}"


def _quoted(text: str) -> str:
    """Text for YAML; a fingerprint of digits alone, or around an `e`, stays text."""
    return json.dumps(line(text), ensure_ascii=False)
