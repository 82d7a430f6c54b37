"""The chapters of the whole Word report."""

from tests.word.parts import Column, Paper
from tests.word.shared import MARKED, counts, say

SHOWN = 40  # places of one finding; all of them are in the run file and the CSV


def answer(paper: Paper) -> None:
    paper.text("{{ verdict }}", "Lead")
    paper.tag("for replay in run.replays")
    paper.text('{{ word("mark", replay.verdict) }} {{ replayed(replay) }}', "List Bullet")
    paper.tag("endfor")
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}", "List Bullet")
    paper.tag("endif")
    counts(paper)


def synthesis(paper: Paper) -> None:
    paper.tag("if found.open")
    paper.text(say("synthesis.intro"), "Intro")
    paper.table((
        Column(say("column.number"), "{{ wording.number(finding.check) }}", 14, bold=True),
        Column(say("column.finding"), "{{ words(finding.check).title }}", 78),
        Column(say("column.level"), '{{ word("severity", finding.severity) }}', 22,
               "wording.shade(finding.severity)"),
        Column(say("column.where"), "{{ wording.subjects(finding.subjects) }}", 34),
        Column(say("column.things"), "{{ language.number(finding.occurrences | length) }}", 26),
    ), "finding in found.open[:300]")  # fmt: skip
    paper.tag("else")
    paper.text(say("findings.none"))
    paper.tag("endif")


def findings(paper: Paper) -> None:
    paper.text(say("findings.intro"), "Intro")
    paper.tag("for finding in found.open")
    paper.tag("set text = words(finding.check)")
    title = '{{ wording.number(finding.check) }} {{ text.title }} · {{ say("finding.not") }}'
    paper.heading(title, 2, MARKED.format("f{{ loop.index }}"))
    paper.text(
        '{{ word("severity", finding.severity) }} · {{ finding.check }} ·'
        ' {{ say("things", finding.occurrences | length) }}{% if finding.record.impact %} ·'
        ' {{ say("risk", impact=word("impact", finding.record.impact),'
        ' exploitability=word("exploitability", finding.record.exploitability)) }}{% endif %}',
        "Under heading",
    )
    paper.tag("if finding.authorities")
    places(paper, (54, 66, 54))
    paper.tag("else")
    places(paper, (64, 110))
    paper.tag("endif")
    paper.tag(f"if finding.occurrences | length > {SHOWN}")
    paper.text(f'{{{{ say("finding.rest", (finding.occurrences | length) - {SHOWN}) }}}}', "Meta")
    paper.tag("endif")
    for key, part in (("why", "rationale"), ("do", "remediation"), ("temporary", "temporary"),
                      ("verify", "verify"), ("rollback", "rollback")):  # fmt: skip
        paper.tag(f"if text.{part}")
        paper.heading(say(f"finding.{key}"), 3)
        paper.prose(f"text.{part}")
        paper.tag("endif")
    paper.tag("for product, code in text.code.items()")
    paper.heading("{{ product }}", 3)
    paper.text("{{ code }}", "Code")
    paper.tag("endfor")
    paper.tag("if finding.record.controls")
    paper.heading(say("finding.asked"), 3)
    paper.text("{{ wording.asked(finding.record) }}", "Meta")
    paper.tag("endif")
    paper.tag("endfor")


def places(paper: Paper, widths: tuple[int, ...]) -> None:
    columns = (
        (say("column.subject"), "{{ wording.thing(item.first) }}"),
        (say("column.seen"), "{{ wording.seen(item.first) }}"),
        (say("column.verdicts"), "{{ wording.verdicts(item) }}"),
    )
    paper.table(
        [Column(*column, width) for column, width in zip(columns, widths, strict=False)],
        f"item in finding.occurrences[:{SHOWN}]",
    )


def replay(paper: Paper, *, detailed: bool = False) -> None:
    paper.text('{{ say("replay.intro" if run.replays else "replay.none") }}', "Intro")
    paper.tag("for replay in run.replays")
    paper.heading("{{ translated(replay.title) or replay.scenario }}", 2)
    paper.text("{{ translated(replay.summary) }}")
    paper.text('{{ word("mark", replay.verdict) }} {{ replayed(replay) }}', "Verdict")
    paper.table((
        Column(say("column.number"), "{{ loop.index }}", 14, bold=True),
        Column(say("replay.chain"), "{{ translated(step.title) or step.id }}", 50),
        Column(say("replay.here"),
               '{{ word("mark", step.state) }} {{ word("step", step.state) }}', 38),
        Column(say("replay.control"), "{{ wording.controls(step) | trim }}", 72),
    ), "step in replay.steps")  # fmt: skip
    if detailed:
        after(paper)
    paper.tag("endfor")


def after(paper: Paper) -> None:
    """The same breach once the measures of thirty days are done, and what is public of it."""
    paper.tag("set later = analysis.after[replay.scenario]")
    paper.heading(say("replay.after"), 3)
    paper.text(say("replay.after.intro"), "Meta")
    states = '{} | map(attribute="state") | list'
    paper.tag(f"if {states.format('later.steps')} == {states.format('replay.steps')}")
    paper.text(say("replay.after.same"))
    paper.tag("else")
    paper.tag("for step in replay.steps")
    paper.tag("if later.steps[loop.index0].state != step.state")
    paper.text(
        '{{ say("replay.after.step", n=loop.index, title=translated(step.title) or step.id,'
        ' before=word("step", step.state),'
        ' after=word("step", later.steps[loop.index0].state)) }}',
        "List Bullet",
    )
    paper.tag("endif")
    paper.tag("endfor")
    paper.tag("endif")
    paper.text('{{ word("mark", later.verdict) }} {{ replayed(later) }}', "Verdict")
    paper.tag("if replay.sources")
    paper.heading('{{ say("replay.sources", replay.sources | length) }}', 3)
    paper.tag("for source in replay.sources")
    paper.text("{{ source }}", "Source")
    paper.tag("endfor")
    paper.tag("endif")


def unseen(paper: Paper) -> None:
    paper.text('{{ say("unseen.intro" if found.unseen else "unseen.none") }}', "Intro")
    paper.tag("for group in found.unseen")
    paper.labelled(
        '{{ word("reason", group.reason) }}{{ wording.colon() }}',
        "{{ words(group.check).title }} ({% for one in group.results[:12] %}{{ one.subject }}"
        "{% if not loop.last %}, {% endif %}{% endfor %}{% if group.results | length > 12 %} …"
        "{% endif %})",
        "List Bullet",
    )
    paper.tag("endfor")
    paper.tag("if found.errors")
    paper.heading(say("errors.heading"), 2)
    paper.text(say("errors.intro"), "Intro")
    paper.tag("for one in found.errors[:60]")
    paper.text(
        "{{ words(one.check).title }} ({{ one.subject }}){{ wording.colon() }} {{ one.seen }}",
        "List Bullet",
    )
    paper.tag("endfor")
    paper.tag("endif")


def statements(paper: Paper) -> None:
    paper.tag("if run.statements")
    paper.text(say("statements.intro"), "Intro")
    paper.table((
        Column(say("replay.control"), "{{ control_title(one.control) }}", 42),
        Column(say("column.about"), '{{ one.about | join(", ") }}', 24),
        Column(say("column.says"), "{{ wording.statement(one) }}", 52),
        Column(say("column.by"), "{{ wording.evidence(one) }}", 32),
        Column(say("column.until"), "{{ language.date(one.until) }}", 24),
    ), "one in run.statements")  # fmt: skip
    paper.tag("else")
    paper.text(say("statements.none"))
    paper.tag("endif")


def scope(paper: Paper) -> None:
    window = (
        '{{ say("scope.from_until", start=language.moment(run.authorisation.valid_from),'
        " end=language.moment(run.authorisation.valid_until)) }}"
    )
    paper.facts((
        (say("head.reference"), "{{ run.authorisation.reference }}"),
        (say("head.granted"), "{{ run.authorisation.granted_by }}"),
        (say("scope.contact"), "{{ run.authorisation.contact }}"),
        (say("scope.window"), window),
        (say("scope.scope"), '{{ run.authorisation.scope | join(", ") }}'),
        (say("scope.exclude"), '{{ run.authorisation.exclude | join(", ") or say("none") }}'),
        (say("scope.transit"), '{{ word("transit", run.authorisation.transit) }}'),
        (say("head.subjects"), "{{ language.number(run.subjects | length) }}"),
        (say("scope.frameworks"), '{{ run.audit.frameworks | join(", ") or say("none") }}'),
        (say("scope.canaries"), '{{ say("scope.requests", run.requests | length) }}'),
    ))  # fmt: skip
