"""The Word templates in `reports/docx/`, as they are put together; `nox -s golden` writes them.

A consultant edits the .docx files; this is where rempart's own come from.
"""

from collections.abc import Callable, Mapping

from tests.word import compliance, executive, report, shared, team
from tests.word.parts import Paper

Chapters = Mapping[str, Callable[[Paper], None]]  # by the sentence that heads it
EXECUTIVE: Chapters = {
    "answer": executive.level, "risks": executive.risks, "matrix": executive.matrix,
    "trend": executive.trend, "reading": shared.reading, "roadmap": executive.first_measures,
    "glance": shared.glance, "accepted": executive.accepted, "method": shared.method,
}  # fmt: skip
REPORT: Chapters = {
    "answer": report.answer, "synthesis": report.synthesis, "findings": report.findings,
    "roadmap": shared.measures, "reading": shared.reading, "replay": report.replay,
    "unseen": report.unseen, "statements": report.statements, "waivers": shared.waivers,
    "scope": report.scope, "method": shared.method,
}  # fmt: skip
COMPLIANCE: Chapters = {
    "guide": compliance.guide, "glance": shared.glance, "tables": compliance.tables,
    "gaps": compliance.gaps, "parted": compliance.parted, "reading": shared.reading,
    "replay": compliance.replay, "blast": compliance.blast, "statements": report.statements,
    "reserves": compliance.reserves,
}  # fmt: skip
TEAM: Chapters = {"team": team.own, "playbook": team.playbook}
APART = {  # chapters that begin a page
    "executive": frozenset(EXECUTIVE) - {"matrix", "trend", "method"},
    "compliance": frozenset({"guide", "glance", "tables", "gaps", "replay"}),
    "team": frozenset(TEAM),
}
KINDS: Mapping[str, tuple[str, Chapters]] = {
    "executive": ("executive.kind", EXECUTIVE),
    "report": ("report.kind", REPORT),
    "compliance": ("compliance.kind", COMPLIANCE),
    "team": ("team.kind", TEAM),
}


def template(name: str) -> bytes:
    """The Word template of that name."""
    kind, chapters = KINDS[name]
    paper = Paper()
    shared.cover(paper, kind)
    shared.contents(paper, tuple(chapters), findings="findings" in chapters)
    for place, (chapter, write) in enumerate(chapters.items()):
        apart = place == 0 or chapter in APART.get(name, ())
        if chapter in shared.ONLY:
            paper.tag(f"if {shared.ONLY[chapter]}")
        paper.heading(shared.head(chapter), 1, shared.MARKED.format(chapter), apart=apart)
        write(paper)
        if chapter in shared.ONLY:
            paper.tag("endif")
    return paper.saved()
