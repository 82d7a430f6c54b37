"""The chapters of the Word report for auditors and authorities."""

from tests.word import report
from tests.word.parts import WIDTH, Column, Paper
from tests.word.shared import say

STATES = ("met", "partial", "unmet", "waived", "stated", "untested")
NAME = (
    '{{ table.name }}{% if table.verified != "verified" %}'
    ' ({{ word("verified", table.verified) }}){% endif %}'
)


def guide(paper: Paper) -> None:
    for point in ("evidence", "automated", "source"):
        paper.text(say(f"guide.{point}"), "List Bullet")
    paper.heading(say("guide.letters"), 2)
    for state in STATES:
        paper.labelled(
            f'{{{{ word("cell", "{state}") | capitalize }}}}{{{{ wording.colon() }}}}',
            f'{{{{ word("means", "{state}") }}}}',
            "Tight",
        )


def tables(paper: Paper) -> None:
    paper.tag("if not analysis.tables")
    paper.text(say("glance.none"))
    paper.tag("endif")
    paper.tag("for table in analysis.tables")
    paper.heading(NAME, 2)
    paper.text(
        '{{ say("table.source", publisher=table.publisher, version=table.version,'
        ' verified=word("verified", table.verified)) }} {{ table.url }}',
        "Under heading",
    )
    paper.tag('set looked = table.rows | selectattr("cells") | list')
    paper.tag('set unlooked = table.rows | rejectattr("cells") | list')
    paper.tag("if looked")
    paper.table((
        Column(say("column.requirement"), "{{ row.id }}", 26, bold=True),
        Column(say("column.what"), "{{ wording.requirement(row) }}", 66),
        Column(say("table.whole"), '{{ word("cell", row.state) }}', 24,
               "wording.shade_of(row.state)"),
        Column(say("column.where"), "{{ wording.cells(row) }}", 58),
    ), "row in looked")  # fmt: skip
    paper.tag("endif")
    paper.tag("if unlooked")
    paper.text(
        '{{ say("table.unlooked", unlooked | length,'
        ' ids=unlooked | map(attribute="id") | join(", ")) }}',
        "Meta",
    )
    paper.tag("endif")
    paper.tag("endfor")


def gaps(paper: Paper) -> None:
    paper.text(say("gaps.intro"), "Intro")
    paper.tag("for table in analysis.tables if table.gaps")
    paper.heading(NAME, 2)
    paper.table((
        Column(say("column.requirement"), '{{ row.ids | join(", ") }}', 40, bold=True),
        Column(say("column.state"), '{{ word("cell", row.state) }}', 26,
               "wording.shade_of(row.state)"),
        Column(say("gaps.checks"), "{{ wording.shown(row.checks) }}", 108),
    ), "row in table.gaps")  # fmt: skip
    paper.tag("else")
    paper.text(say("gaps.none"))
    paper.tag("endfor")


def parted(paper: Paper) -> None:
    paper.text('{{ say("parted.intro" if analysis.parted else "parted.none") }}', "Intro")
    paper.tag("if analysis.parted")
    paper.table((
        Column(say("column.check"), "{{ words(item.first.check).title }}", 60),
        Column(say("column.where"), "{{ wording.thing(item.first) }}", 42),
        Column(say("column.verdicts"), "{{ wording.verdicts(item) }}", 72),
    ), "item in analysis.parted[:100]")  # fmt: skip
    paper.tag("endif")


def replay(paper: Paper) -> None:
    report.replay(paper, detailed=True)


def blast(paper: Paper) -> None:
    paper.text(say("blast.intro"), "Intro")
    paper.tag("if run.populations")
    paper.table((
        Column(say("column.what"), '{{ word("population", name) }}', 90, bold=True),
        Column(say("blast.people"), "{{ language.number(count) }}", 34),
        Column(say("column.source"), say("blast.population"), WIDTH - 124),
    ), "name, count in run.populations.items()")  # fmt: skip
    paper.tag("else")
    paper.text(say("blast.none"))
    paper.tag("endif")
    paper.tag("if analysis.reach")
    paper.table((
        Column(say("column.what"),
               '{{ say("blast.reach", hours=span.hours, subject=subject) }}', 90, bold=True),
        Column(say("blast.people"), "{{ language.number(span.people) }}", 34),
        Column(say("column.source"), '{{ word("blast.bound", span.bound) }}', WIDTH - 124),
    ), "subject, span in analysis.reach")  # fmt: skip
    paper.tag("else")
    paper.text(say("blast.unmeasured"))
    paper.tag("endif")


def reserves(paper: Paper) -> None:
    for point in ("reserves.public", "reserves.order", "reserves.people", "method.moment",
                  "method.exhaustive"):  # fmt: skip
        paper.text(say(point), "List Bullet")
