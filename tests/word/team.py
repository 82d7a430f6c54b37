"""The chapters of one team's Word sheet."""

from tests.word.parts import Paper
from tests.word.shared import measures, say


def own(paper: Paper) -> None:
    measures(paper, 300, 'sheet.measures | sort(attribute="number")')


def playbook(paper: Paper) -> None:
    paper.text(say("playbook.intro"), "Intro")
    paper.tag("for package in sheet.packages")
    paper.heading('{{ word("product", package.product) }}', 2)
    paper.tag("for measure in package.measures")
    step(paper)
    paper.tag("endfor")
    paper.tag("endfor")


def step(paper: Paper) -> None:
    paper.tag("set finding = measure.finding")
    paper.tag("set text = words(finding.check)")
    paper.heading(
        'M{{ "%02d" | format(measure.number) }} · {{ text.title }}'
        ' ({{ word("severity", finding.severity) }})',
        3,
    )
    paper.text("{{ wording.task(measure) }}", "Under heading")
    paper.labelled(
        '{{ say("playbook.places") }}{{ wording.colon() }}', "{{ wording.places(finding) }}"
    )
    paper.prose("text.remediation")
    part(paper, "temporary", say("finding.temporary"))
    paper.tag("for product, code in text.code.items()")
    paper.text("{{ product }}", "Under heading")
    paper.text("{{ code }}", "Code")
    paper.tag("endfor")
    part(paper, "rollback", say("finding.rollback"))
    part(paper, "verify", say("playbook.verify_all"))
    paper.prose('say("playbook.again", check=finding.check)')


def part(paper: Paper, name: str, label: str) -> None:
    paper.tag(f"if text.{name}")
    paper.text(label, "Step label")
    paper.prose(f"text.{name}")
    paper.tag("endif")
