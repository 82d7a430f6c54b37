"""Chapters that every Word template has."""

from tests.word.parts import WIDTH, Column, Paper

MARKED = "_Rempart_{}"
HEADS = {  # headings that name something
    "team": '{{ say("team.heading", team=word("team", sheet.team)) }}',
}
ONLY = {"reading": "analysis.readings"}  # chapters that are there only where this holds


def cover(paper: Paper, kind: str) -> None:
    paper.tag('import "docx/words.j2" as wording with context')
    paper.tag("set document = run.document")
    title = (
        '{{ (translated(document.title) if document else "") or translated(run.audit.title)'
        " or run.audit.id }}"
    )
    paper.band(
        ((say(kind), "Kind"), ("{{ run.organisation }}", "Organisation"), (title, "Subtitle"))
    )
    paper.facts((
        (say("cover.date"), "{{ language.date(run.finished.date()) }}"),
        (say("cover.version"),
         "{% if document and document.current %}{{ document.current.version }},"
         " {{ language.date(document.current.date) }}{% if not document.current.reviewer %}"
         ' ({{ say("document.unreviewed") }}){% endif %}{% else %}{{ say("cover.draft") }}'
         "{% endif %}"),
        (say("cover.recipients"),
         '{{ document.recipients | join(", ") if document and document.recipients'
         ' else reader if reader else say("cover.recipients.none") }}'),
        (say("cover.auditor"),
         '{{ document.auditor if document and document.auditor else say("cover.auditor.none") }}'),
        (say("head.reference"), "{{ run.authorisation.reference }}"),
        (say("head.granted"), "{{ run.authorisation.granted_by }}"),
        (say("head.tool"), "{{ run.tool.name }} {{ run.tool.version }}"),
    ))  # fmt: skip
    paper.text(
        "{{ translated(document.classification) if document and document.classification"
        ' else say("cover.restricted") }} · {{ say("paper.confidential") }}',
        "Meta",
    )
    paper.text('{{ say("footer.seal", digest=digest) }}', "Meta")
    paper.body(say(kind))


def contents(paper: Paper, chapters: tuple[str, ...], *, findings: bool) -> None:
    paper.text(say("contents"), "Contents heading")
    for chapter in chapters:
        if chapter in ONLY:
            paper.tag(f"if {ONLY[chapter]}")
        paper.entry(head(chapter), MARKED.format(chapter), "Contents 1")
        if chapter in ONLY:
            paper.tag("endif")
        if chapter == "findings" and findings:
            paper.tag("for finding in found.open[:60]")
            title = "{{ wording.number(finding.check) }} {{ words(finding.check).title }}"
            paper.entry(title, MARKED.format("f{{ loop.index }}"), "Contents 2")
            paper.tag("endfor")


def counts(paper: Paper) -> None:
    paper.table((
        Column(say("severity"), '{{ word("severity", level) }}', 40, "wording.shade(level)",
               bold=True),
        Column(say("column.findings"), "{{ language.number(findings) }}", 30),
        Column(say("column.things"), "{{ language.number(things) }}", 30),
        Column(say("scale.heading"), '{{ word("scale", level) }}', WIDTH - 100),
    ), "level, findings, things in found.counted")  # fmt: skip


def reading(paper: Paper) -> None:
    paper.prose('say("reading.intro")')
    paper.tag("for log in analysis.readings")
    paper.heading("{{ log.name }}", 2)
    paper.text("{{ wording.held(log) }}", "Under heading")
    paper.text("{{ answered(log) }}", "Verdict")
    paper.text("{{ wording.noticed(log) }}", "List Bullet")
    paper.tag("if log.measured.curves")
    paper.text("{{ wording.bounded(log) }}", "List Bullet")
    paper.tag("endif")
    paper.tag("endfor")
    paper.text(say("reading.limits"), "Meta")


def measures(paper: Paper, most: int = 300, those: str = "analysis.measures") -> None:
    paper.tag(f"if {those}")
    paper.text(say("roadmap.intro"), "Intro")
    paper.table((
        Column(say("column.measure"), 'M{{ "%02d" | format(measure.number) }}', 19, bold=True),
        Column(say("column.finding"), "{{ wording.number(measure.finding.check) }}"
               " {{ words(measure.finding.check).title }}", 44),
        Column(say("column.level"), '{{ word("severity", measure.finding.severity) }}', 20,
               "wording.shade(measure.finding.severity)"),
        Column(say("column.due"), "{{ wording.due(measure) }}", 24),
        Column(say("column.effort"), "{{ wording.work(measure.finding) }}", 18),
        Column(say("column.team"), "{{ wording.team(measure.finding.record.team) }}", 22),
        Column(say("column.owner"), "{{ wording.owners(measure.owners) }}", 27),
    ), f"measure in ({those})[:{most}]")  # fmt: skip
    paper.tag(f"if {those} | length > {most}")
    paper.text(f'{{{{ say("roadmap.rest", ({those} | length) - {most}) }}}}', "Meta")
    paper.tag("endif")
    paper.tag("else")
    paper.text(say("roadmap.none"))
    paper.tag("endif")


def glance(paper: Paper) -> None:
    states = ("met", "partial", "unmet", "waived", "stated", "untested")
    paper.tag("if analysis.tables")
    paper.text(say("glance.intro"), "Intro")
    name = (
        '{{ table.name }}{% if table.verified != "verified" %}'
        ' ({{ word("verified", table.verified) }}){% endif %}'
    )
    paper.table((
        Column(say("column.framework"), name, 66, bold=True),
        *(Column(f'{{{{ word("cell", "{one}") | capitalize }}}}',
                 f'{{{{ table.counts["{one}"] }}}}', 18) for one in states),
    ), "table in analysis.tables")  # fmt: skip
    paper.tag("else")
    paper.text(say("glance.none"))
    paper.tag("endif")


def waivers(paper: Paper) -> None:
    paper.tag("if run.waivers")
    paper.text(say("waivers.intro"), "Intro")
    paper.table((
        Column(say("column.waiver"), "{{ one.id }}", 22, bold=True),
        Column(say("column.what"), '{{ words(one.check).title }}{{ "\\n" }}{{ one.subject }}'
               " {{ one.instance }}", 50),
        Column(say("column.why"), "{{ one.reason }}", 38),
        Column(say("column.who"),
               '{{ say("waivers.who", owner=one.owner, approver=one.approver) }}', 36),
        Column(say("column.until"), "{{ wording.until(one) }}", 28),
    ), "one in run.waivers")  # fmt: skip
    paper.tag("else")
    paper.text(say("waivers.none"))
    paper.tag("endif")


def method(paper: Paper) -> None:
    for point in ("read_only", "unseen", "authorities", "severity", "host", "moment",
                  "exhaustive", "stated"):  # fmt: skip
        paper.text(say(f"method.{point}"), "List Bullet")
    paper.text(
        '{{ say("method.privacy" if run.authorisation.transit == "counts"'
        ' else "method.privacy_wider") }}',
        "List Bullet",
    )
    paper.text(say("method.frameworks"), "List Bullet")
    paper.heading(say("verify.heading"), 2)
    paper.prose('say("verify.text")')
    paper.tag("if document and document.editions")
    paper.heading(say("cover.versions"), 2)
    paper.table((
        Column(say("document.version"), "{{ one.version }}", 20, bold=True),
        Column(say("document.date"), "{{ language.date(one.date) }}", 34),
        Column(say("document.author"), "{{ one.author }}", 34),
        Column(say("document.reviewer"), '{{ one.reviewer or say("document.unreviewed") }}', 34),
        Column(say("document.changes"), "{{ translated(one.changes) }}", 52),
    ), "one in document.editions")  # fmt: skip
    paper.tag("endif")


def say(key: str) -> str:
    return f'{{{{ say("{key}") }}}}'


def head(chapter: str) -> str:
    return HEADS.get(chapter) or say(f"{chapter}.heading")
