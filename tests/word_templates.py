"""The Word templates in `reports/docx/`, as they are put together; `nox -s golden` writes them.

A consultant edits the .docx files; this is where rempart's own come from.
"""

from collections.abc import Callable, Mapping

from tests.word_parts import WIDTH, Column, Paper

MARKED = "_Rempart_{}"
SHOWN = 40  # places of one finding; all of them are in the run file and the CSV


def _cover(paper: Paper, kind: str) -> None:
    paper.tag('import "docx/words.j2" as wording with context')
    paper.tag("set document = run.document")
    title = (
        '{{ (translated(document.title) if document else "") or translated(run.audit.title)'
        " or run.audit.id }}"
    )
    paper.band(
        ((_say(kind), "Kind"), ("{{ run.organisation }}", "Organisation"), (title, "Subtitle"))
    )
    paper.facts((
        (_say("cover.date"), "{{ language.date(run.finished.date()) }}"),
        (_say("cover.version"),
         "{% if document and document.current %}{{ document.current.version }},"
         " {{ language.date(document.current.date) }}{% if not document.current.reviewer %}"
         ' ({{ say("document.unreviewed") }}){% endif %}{% else %}{{ say("cover.draft") }}'
         "{% endif %}"),
        (_say("cover.recipients"),
         '{{ document.recipients | join(", ") if document and document.recipients'
         ' else reader if reader else say("cover.recipients.none") }}'),
        (_say("cover.auditor"),
         '{{ document.auditor if document and document.auditor else say("cover.auditor.none") }}'),
        (_say("head.reference"), "{{ run.authorisation.reference }}"),
        (_say("head.granted"), "{{ run.authorisation.granted_by }}"),
        (_say("head.tool"), "{{ run.tool.name }} {{ run.tool.version }}"),
    ))  # fmt: skip
    paper.text(
        "{{ translated(document.classification) if document and document.classification"
        ' else say("cover.restricted") }} · {{ say("paper.confidential") }}',
        "Meta",
    )
    paper.text('{{ say("footer.seal", digest=digest) }}', "Meta")
    paper.body(_say(kind))


def _contents(paper: Paper, chapters: tuple[str, ...], *, findings: bool) -> None:
    paper.text(_say("contents"), "Contents heading")
    for chapter in chapters:
        paper.entry(_say(f"{chapter}.heading"), MARKED.format(chapter), "Contents 1")
        if chapter == "findings" and findings:
            paper.tag("for finding in found.open[:60]")
            title = "{{ wording.number(finding.check) }} {{ words(finding.check).title }}"
            paper.entry(title, MARKED.format("f{{ loop.index }}"), "Contents 2")
            paper.tag("endfor")


def _answer(paper: Paper) -> None:
    paper.text("{{ verdict }}", "Lead")
    paper.tag("for replay in run.replays")
    paper.text('{{ word("mark", replay.verdict) }} {{ replayed(replay) }}', "List Bullet")
    paper.tag("endfor")
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}", "List Bullet")
    paper.tag("endif")
    _counts(paper)


def _counts(paper: Paper) -> None:
    paper.table((
        Column(_say("severity"), '{{ word("severity", level) }}', 40, "wording.shade(level)",
               bold=True),
        Column(_say("column.findings"), "{{ language.number(findings) }}", 30),
        Column(_say("column.things"), "{{ language.number(things) }}", 30),
        Column(_say("scale.heading"), '{{ word("scale", level) }}', WIDTH - 100),
    ), "level, findings, things in found.counted")  # fmt: skip


def _level(paper: Paper) -> None:
    paper.text("{{ verdict }}", "Lead")
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}")
    paper.tag("endif")
    paper.heading(_say("level.heading"), 2)
    paper.tag("if found.open")
    paper.text('{{ word("severity", found.open[0].severity) }}', "Lead")
    paper.text(
        '{{ say("level.why", title=words(found.open[0].check).title,'
        ' subjects=found.open[0].subjects[:3] | join(", ")) }}'
    )
    paper.tag("else")
    paper.text('{{ say("level.none" if found.passed else "level.nothing") }}')
    paper.tag("endif")
    paper.heading(_say("decisions.heading"), 2)
    paper.tag("for decision in analysis.decisions")
    paper.text(
        '{{ say("decision." ~ decision.id, decision.number, subjects=decision.subjects[:5]'
        ' | join(", ")) if decision.number else say("decision." ~ decision.id) }}',
        "List Number",
    )
    paper.tag("endfor")
    paper.tag("if run.replays")
    paper.heading(_say("here.heading"), 2)
    paper.table((
        Column(_say("column.what"), "{{ translated(replay.title) or replay.scenario }}", 110),
        Column(_say("replay.here"),
               '{{ word("mark", replay.verdict) }} {{ word("here", replay.verdict) }}', 64),
    ), "replay in run.replays")  # fmt: skip
    paper.text(_say("here.paths"), "Meta")
    paper.tag("endif")


def _risks(paper: Paper) -> None:
    paper.tag("if analysis.risks")
    paper.text(_say("risks.intro"), "Intro")
    paper.tag("for risk in analysis.risks[:5]")
    paper.heading(
        'R{{ risk.number }} · {{ word("family", risk.family) }}'
        ' ({{ word("severity", risk.severity) }})',
        2,
    )
    paper.text('{{ word("gain", risk.family) }}')
    paper.labelled('{{ say("risk.people") }} :', "{{ wording.people(risk) }}")
    paper.labelled('{{ say("risk.service") }} :', '{{ word("service", risk.family) }}')
    paper.labelled('{{ say("risk.rests", risk.findings | length) }} :', "{{ wording.rests(risk) }}")
    paper.tag("endfor")
    paper.heading(_say("risk.duty"), 2)
    paper.text('{{ say("risk.duty.text" if run.populations else "risk.duty.none") }}')
    paper.tag("else")
    paper.text(_say("risks.none"))
    paper.tag("endif")


def _matrix(paper: Paper) -> None:
    paper.text(_say("matrix.intro"), "Intro")
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
    _counts(paper)


def _measures(paper: Paper) -> None:
    paper.tag("if analysis.measures")
    paper.text(_say("roadmap.intro"), "Intro")
    paper.table((
        Column(_say("column.measure"), 'M{{ "%02d" | format(measure.number) }}', 17, bold=True),
        Column(_say("column.finding"), "{{ wording.number(measure.finding.check) }}"
               " {{ words(measure.finding.check).title }}", 55),
        Column(_say("column.level"), '{{ word("severity", measure.finding.severity) }}', 20,
               "wording.shade(measure.finding.severity)"),
        Column(_say("column.due"), "{{ wording.due(measure) }}", 24),
        Column(_say("column.effort"), "{{ wording.work(measure.finding) }}", 16),
        Column(_say("column.team"), "{{ wording.team(measure.finding.record.team) }}", 20),
        Column(_say("column.owner"), "{{ wording.owners(measure.owners) }}", 22),
    ), "measure in analysis.measures[:300]")  # fmt: skip
    paper.tag("else")
    paper.text(_say("roadmap.none"))
    paper.tag("endif")


def _glance(paper: Paper) -> None:
    states = ("met", "partial", "unmet", "waived", "stated", "untested")
    paper.tag("if analysis.tables")
    paper.text(_say("glance.intro"), "Intro")
    name = (
        '{{ table.id }}{% if table.verified != "verified" %}'
        ' ({{ word("verified", table.verified) }}){% endif %}'
    )
    paper.table((
        Column(_say("column.framework"), name, 54, bold=True),
        *(Column(f'{{{{ word("cell", "{one}") | capitalize }}}}',
                 f'{{{{ table.counts["{one}"] }}}}', 20) for one in states),
    ), "table in analysis.tables")  # fmt: skip
    paper.tag("else")
    paper.text(_say("glance.none"))
    paper.tag("endif")


def _synthesis(paper: Paper) -> None:
    paper.tag("if found.open")
    paper.text(_say("synthesis.intro"), "Intro")
    paper.table((
        Column(_say("column.number"), "{{ wording.number(finding.check) }}", 14, bold=True),
        Column(_say("column.finding"), "{{ words(finding.check).title }}", 78),
        Column(_say("column.level"), '{{ word("severity", finding.severity) }}', 22,
               "wording.shade(finding.severity)"),
        Column(_say("column.where"), "{{ wording.subjects(finding.subjects) }}", 34),
        Column(_say("column.things"), "{{ language.number(finding.occurrences | length) }}", 26),
    ), "finding in found.open[:300]")  # fmt: skip
    paper.tag("else")
    paper.text(_say("findings.none"))
    paper.tag("endif")


def _findings(paper: Paper) -> None:
    paper.text(_say("findings.intro"), "Intro")
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
    _places(paper, (54, 66, 54))
    paper.tag("else")
    _places(paper, (64, 110))
    paper.tag("endif")
    paper.tag(f"if finding.occurrences | length > {SHOWN}")
    paper.text(f'{{{{ say("finding.rest", (finding.occurrences | length) - {SHOWN}) }}}}', "Meta")
    paper.tag("endif")
    for key, part in (("why", "rationale"), ("do", "remediation"), ("temporary", "temporary"),
                      ("verify", "verify"), ("rollback", "rollback")):  # fmt: skip
        paper.tag(f"if text.{part}")
        paper.heading(_say(f"finding.{key}"), 3)
        paper.prose(f"text.{part}")
        paper.tag("endif")
    paper.tag("for product, code in text.code.items()")
    paper.heading("{{ product }}", 3)
    paper.text("{{ code }}", "Code")
    paper.tag("endfor")
    paper.tag("if finding.record.controls")
    paper.heading(_say("finding.asked"), 3)
    paper.text("{{ wording.asked(finding.record) }}", "Meta")
    paper.tag("endif")
    paper.tag("endfor")


def _places(paper: Paper, widths: tuple[int, ...]) -> None:
    columns = (
        (_say("column.subject"), "{{ wording.thing(item.first) }}"),
        (_say("column.seen"), "{{ wording.seen(item.first) }}"),
        (_say("column.verdicts"), "{{ wording.verdicts(item) }}"),
    )
    paper.table(
        [Column(*column, width) for column, width in zip(columns, widths, strict=False)],
        f"item in finding.occurrences[:{SHOWN}]",
    )


def _replay(paper: Paper) -> None:
    paper.text('{{ say("replay.intro" if run.replays else "replay.none") }}', "Intro")
    paper.tag("for replay in run.replays")
    paper.heading("{{ translated(replay.title) or replay.scenario }}", 2)
    paper.text("{{ translated(replay.summary) }}")
    paper.text('{{ word("mark", replay.verdict) }} {{ replayed(replay) }}', "Lead")
    paper.table((
        Column(_say("column.number"), "{{ loop.index }}", 14, bold=True),
        Column(_say("replay.chain"), "{{ translated(step.title) or step.id }}", 50),
        Column(_say("replay.here"),
               '{{ word("mark", step.state) }} {{ word("step", step.state) }}', 38),
        Column(_say("replay.control"), "{{ wording.controls(step) }}", 72),
    ), "step in replay.steps")  # fmt: skip
    paper.tag("endfor")


def _unseen(paper: Paper) -> None:
    paper.text('{{ say("unseen.intro" if found.unseen else "unseen.none") }}', "Intro")
    paper.tag("for group in found.unseen")
    paper.labelled(
        '{{ word("reason", group.reason) }} :',
        "{{ words(group.check).title }} ({% for one in group.results[:12] %}{{ one.subject }}"
        "{% if not loop.last %}, {% endif %}{% endfor %}{% if group.results | length > 12 %} …"
        "{% endif %})",
        "List Bullet",
    )
    paper.tag("endfor")
    paper.tag("if found.errors")
    paper.heading(_say("errors.heading"), 2)
    paper.text(_say("errors.intro"), "Intro")
    paper.tag("for one in found.errors[:60]")
    paper.text("{{ words(one.check).title }} ({{ one.subject }}) : {{ one.seen }}", "List Bullet")
    paper.tag("endfor")
    paper.tag("endif")


def _statements(paper: Paper) -> None:
    paper.tag("if run.statements")
    paper.text(_say("statements.intro"), "Intro")
    paper.table((
        Column(_say("replay.control"), "{{ control_title(one.control) }}", 42),
        Column(_say("column.about"), '{{ one.about | join(", ") }}', 24),
        Column(_say("column.says"), "{{ wording.statement(one) }}", 52),
        Column(_say("column.by"), "{{ wording.evidence(one) }}", 32),
        Column(_say("column.until"), "{{ language.date(one.until) }}", 24),
    ), "one in run.statements")  # fmt: skip
    paper.tag("else")
    paper.text(_say("statements.none"))
    paper.tag("endif")


def _waivers(paper: Paper) -> None:
    paper.tag("if run.waivers")
    paper.text(_say("waivers.intro"), "Intro")
    paper.table((
        Column(_say("column.waiver"), "{{ one.id }}", 22, bold=True),
        Column(_say("column.what"), '{{ words(one.check).title }}{{ "\\n" }}{{ one.subject }}'
               " {{ one.instance }}", 50),
        Column(_say("column.why"), "{{ one.reason }}", 38),
        Column(_say("column.who"),
               '{{ say("waivers.who", owner=one.owner, approver=one.approver) }}', 36),
        Column(_say("column.until"), "{{ wording.until(one) }}", 28),
    ), "one in run.waivers")  # fmt: skip
    paper.tag("else")
    paper.text(_say("waivers.none"))
    paper.tag("endif")


def _accepted(paper: Paper) -> None:
    _waivers(paper)
    paper.heading(_say("reservations.heading"), 2)
    paper.tag("if incomplete")
    paper.text("{{ incomplete }}", "List Bullet")
    paper.tag("endif")
    paper.text(_say("reservations.inventory"), "List Bullet")
    for point in ("moment", "exhaustive", "stated", "host", "frameworks"):
        paper.text(_say(f"method.{point}"), "List Bullet")
    paper.tag("if document and document.reservations")
    paper.heading(_say("reservations.auditor"), 2)
    paper.text("{{ translated(document.reservations) }}")
    paper.tag("endif")


def _scope(paper: Paper) -> None:
    window = (
        '{{ say("scope.from_until", start=language.moment(run.authorisation.valid_from),'
        " end=language.moment(run.authorisation.valid_until)) }}"
    )
    paper.facts((
        (_say("head.reference"), "{{ run.authorisation.reference }}"),
        (_say("head.granted"), "{{ run.authorisation.granted_by }}"),
        (_say("scope.contact"), "{{ run.authorisation.contact }}"),
        (_say("scope.window"), window),
        (_say("scope.scope"), '{{ run.authorisation.scope | join(", ") }}'),
        (_say("scope.exclude"), '{{ run.authorisation.exclude | join(", ") or say("none") }}'),
        (_say("scope.transit"), '{{ word("transit", run.authorisation.transit) }}'),
        (_say("head.subjects"), "{{ language.number(run.subjects | length) }}"),
        (_say("scope.frameworks"), '{{ run.audit.frameworks | join(", ") or say("none") }}'),
        (_say("scope.canaries"), '{{ say("scope.requests", run.requests | length) }}'),
    ))  # fmt: skip


def _method(paper: Paper) -> None:
    for point in ("read_only", "unseen", "authorities", "severity", "host", "moment",
                  "exhaustive", "stated"):  # fmt: skip
        paper.text(_say(f"method.{point}"), "List Bullet")
    paper.text(
        '{{ say("method.privacy" if run.authorisation.transit == "counts"'
        ' else "method.privacy_wider") }}',
        "List Bullet",
    )
    paper.text(_say("method.frameworks"), "List Bullet")
    paper.heading(_say("verify.heading"), 2)
    paper.prose('say("verify.text")')
    paper.tag("if document and document.editions")
    paper.heading(_say("cover.versions"), 2)
    paper.table((
        Column(_say("document.version"), "{{ one.version }}", 20, bold=True),
        Column(_say("document.date"), "{{ language.date(one.date) }}", 34),
        Column(_say("document.author"), "{{ one.author }}", 34),
        Column(_say("document.reviewer"), '{{ one.reviewer or say("document.unreviewed") }}', 34),
        Column(_say("document.changes"), "{{ translated(one.changes) }}", 52),
    ), "one in document.editions")  # fmt: skip
    paper.tag("endif")


def _say(key: str) -> str:
    return f'{{{{ say("{key}") }}}}'


Chapters = Mapping[str, Callable[[Paper], None]]  # by the sentence that heads it
EXECUTIVE: Chapters = {
    "answer": _level, "risks": _risks, "matrix": _matrix, "roadmap": _measures, "glance": _glance,
    "accepted": _accepted, "method": _method,
}  # fmt: skip
REPORT: Chapters = {
    "answer": _answer, "synthesis": _synthesis, "findings": _findings, "roadmap": _measures,
    "replay": _replay, "unseen": _unseen, "statements": _statements, "waivers": _waivers,
    "scope": _scope, "method": _method,
}  # fmt: skip
KINDS: Mapping[str, tuple[str, Chapters]] = {
    "executive": ("executive.kind", EXECUTIVE),
    "report": ("report.kind", REPORT),
}


def template(name: str) -> bytes:
    """The Word template of that name."""
    kind, chapters = KINDS[name]
    paper = Paper()
    _cover(paper, kind)
    _contents(paper, tuple(chapters), findings="findings" in chapters)
    for place, (chapter, write) in enumerate(chapters.items()):
        apart = place == 0 or name == "executive"
        paper.heading(_say(f"{chapter}.heading"), 1, MARKED.format(chapter), apart=apart)
        write(paper)
    return paper.saved()
