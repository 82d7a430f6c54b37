"""The chapters of the Word report for those who decide."""

from tests.word.parts import Column, Paper
from tests.word.shared import counts, measures, say, waivers


def level(paper: Paper) -> None:
    paper.text("{{ verdict }}", "Lead")
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}")
    paper.tag("endif")
    paper.heading(say("level.heading"), 2)
    paper.tag("if found.open")
    paper.text('{{ word("severity", found.open[0].severity) }}', "Lead")
    paper.text(
        '{{ say("level.why", title=words(found.open[0].check).title,'
        ' subjects=found.open[0].subjects[:3] | join(", ")) }}'
    )
    paper.tag("else")
    paper.text('{{ say("level.none" if found.passed else "level.nothing") }}')
    paper.tag("endif")
    paper.heading(say("decisions.heading"), 2)
    paper.tag("for decision in analysis.decisions")
    paper.text(
        '{{ say("decision." ~ decision.id, decision.number, subjects=decision.subjects[:5]'
        ' | join(", ")) if decision.number else say("decision." ~ decision.id) }}',
        "List Number",
    )
    paper.tag("endfor")
    paper.tag("if run.replays")
    paper.heading(say("here.heading"), 2)
    paper.table((
        Column(say("column.what"), "{{ translated(replay.title) or replay.scenario }}", 110),
        Column(say("replay.here"),
               '{{ word("mark", replay.verdict) }} {{ word("here", replay.verdict) }}', 64),
    ), "replay in run.replays")  # fmt: skip
    paper.text(say("here.paths"), "Meta")
    paper.tag("endif")


def risks(paper: Paper) -> None:
    paper.tag("if analysis.risks")
    paper.text(say("risks.intro"), "Intro")
    paper.tag("for risk in analysis.risks[:5]")
    paper.heading(
        'R{{ risk.number }} · {{ word("family", risk.family) }}'
        ' ({{ word("severity", risk.severity) }})',
        2,
    )
    paper.text('{{ word("gain", risk.family) }}', "Tight")
    paper.labelled(
        '{{ say("risk.people") }}{{ wording.colon() }}', "{{ wording.people(risk) }}", "Tight"
    )
    paper.labelled(
        '{{ say("risk.service") }}{{ wording.colon() }}',
        '{{ word("service", risk.family) }}',
        "Tight",
    )
    paper.labelled(
        '{{ say("risk.rests", risk.findings | length) }}{{ wording.colon() }}',
        "{{ wording.rests(risk) }}",
        "Tight",
    )
    paper.tag("endfor")
    paper.heading(say("risk.duty"), 2)
    paper.text('{{ say("risk.duty.text" if run.populations else "risk.duty.none") }}')
    paper.tag("else")
    paper.text(say("risks.none"))
    paper.tag("endif")


def matrix(paper: Paper) -> None:
    paper.text(say("matrix.intro"), "Intro")
    head = '{{{{ word("exploitability", analysis.matrix[0][{}].exploitability) | capitalize }}}}'
    first = Column(
        '{{ say("matrix.impact") }} \\ {{ say("matrix.exploitability") }}',
        '{{ word("impact", row[0].impact) | capitalize }}', 38, bold=True,
    )  # fmt: skip
    cells = (
        Column(
            head.format(n),
            f"{{{{ wording.cell(row[{n}]) }}}}",
            34,
            f"wording.shade(row[{n}].severity)",
        )
        for n in range(4)
    )
    paper.table((first, *cells), "row in analysis.matrix")
    counts(paper)
    spots(paper)


def spots(paper: Paper) -> None:
    paper.tag("if analysis.measures")
    paper.heading(say("scatter.heading"), 2)
    paper.text(say("scatter.intro"), "Intro")
    level = Column(
        say("column.level"), '{{ word("severity", row[0].severity) }}', 30,
        "wording.shade(row[0].severity)", bold=True,
    )  # fmt: skip
    efforts = (
        Column(f'{{{{ say("scatter.effort", effort=word("work", "{one}")) }}}}',
               f"{{{{ wording.spot(row[{place}]) }}}}", 36)
        for place, one in enumerate("SML")
    )  # fmt: skip
    unknown = Column(
        '{{ say("scatter.effort", effort=say("effort.none")) }}',
        "{{ wording.spot(row[3]) if row | length > 3 else '–' }}",
        36,
    )
    paper.table((level, *efforts, unknown), "row in analysis.spots")
    paper.tag("endif")


def first_measures(paper: Paper) -> None:
    measures(paper, 12)


def trend(paper: Paper) -> None:
    levels = ("critical", "high", "medium", "low")
    paper.tag("if run.earlier")
    paper.text(say("trend.intro"), "Intro")
    paper.table((
        Column(say("column.run"), "{{ language.date(one.started.date()) }}", 54, bold=True),
        *(Column(f'{{{{ word("severity", "{level}") }}}}',
                 f'{{{{ language.number(one.open.get("{level}", 0)) }}}}', 24)
          for level in levels),
        Column(say("column.unseen"), "{{ language.number(one.unseen) }}", 24),
    ), "one in run.earlier")  # fmt: skip
    paper.tag("else")
    paper.text(say("trend.none"))
    paper.tag("endif")


def accepted(paper: Paper) -> None:
    waivers(paper)
    paper.heading(say("reservations.heading"), 2)
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}", "List Bullet")
    paper.tag("endif")
    paper.text(say("reservations.inventory"), "List Bullet")
    for point in ("moment", "exhaustive", "stated", "host", "frameworks"):
        paper.text(say(f"method.{point}"), "List Bullet")
    paper.tag("if document and document.reservations")
    paper.heading(say("reservations.auditor"), 2)
    paper.text("{{ translated(document.reservations) }}")
    paper.tag("endif")
