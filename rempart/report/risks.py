"""The findings told as risks of the business: what an attacker gains, whose data, on which systems.

Findings are gathered by the first control their check cites (`enc`, `cred`, `portal`, `exp`, `log`,
`proc`); people are counted from the populations the inventory declares, never from the data.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rempart.card import MATRIX, Exploitability, Impact
from rempart.check import Severity
from rempart.report.findings import Finding, Findings

FAMILIES = ("enc", "cred", "portal", "exp", "log", "proc")
HOLDING = frozenset({"database", "files", "backup"})  # kinds whose population lies in them


@dataclass(frozen=True, slots=True)
class Risk:
    """One way to be hurt. `direct` says that `people` lie on the subjects themselves.

    Where they do not, `people` are all populations declared, an upper bound.
    """

    number: int
    family: str
    severity: Severity
    findings: tuple[Finding, ...]
    subjects: tuple[str, ...]
    people: Mapping[str, int]
    direct: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the ANSSI matrix and the numbers of the findings in it."""

    impact: Impact
    exploitability: Exploitability
    severity: Severity
    numbers: tuple[int, ...]


def family(finding: Finding) -> str:
    """Which family a finding belongs to, `exp` for one that cites no control we know."""
    for control in finding.record.controls:
        head = control.partition(".")[0]
        if head in FAMILIES:
            return head
    return "exp"


def risks(found: Findings) -> tuple[Risk, ...]:
    """The risks with something open, the worst first, then the widest."""
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for finding in found.open:
        grouped[family(finding)].append(finding)
    kinds = {subject.id: subject for subject in found.run.subjects}
    drafts = []
    for name, findings in grouped.items():
        subjects = tuple(dict.fromkeys(one for each in findings for one in each.subjects))
        on = [kinds[one] for one in subjects if one in kinds and kinds[one].kind in HOLDING]
        names = dict.fromkeys(one.population for one in on if one.population)
        counted = {one: found.run.populations[one] for one in names if one in found.run.populations}
        people = counted or dict(found.run.populations)
        worst = max((one.severity for one in findings), key=lambda level: level.rank)
        drafts.append((name, worst, tuple(findings), subjects, people, bool(counted)))
    drafts.sort(key=lambda one: (-one[1].rank, -len(one[2]), FAMILIES.index(one[0])))
    return tuple(Risk(number, *draft) for number, draft in enumerate(drafts, 1))


def matrix(found: Findings) -> tuple[tuple[Cell, ...], ...]:
    """The ANSSI 4 x 4 matrix: a row an impact, the worst first, a column an exploitability.

    The number is a finding's place among the open ones.
    """
    placed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, finding in enumerate(found.open, 1):
        placed[rating(finding)].append(number)
    return tuple(
        tuple(
            Cell(impact, ease, MATRIX[impact][column], tuple(placed[str(impact), str(ease)]))
            for column, ease in enumerate(Exploitability)
        )
        for impact in reversed(Impact)
    )


def rating(finding: Finding) -> tuple[str, str]:
    """Impact and exploitability: the reviewer's where one rated the finding, else the card's."""
    review = finding.occurrences[0].first.review
    if review is not None and review.rerated and review.impact and review.exploitability:
        return review.impact, review.exploitability
    return str(finding.record.impact), str(finding.record.exploitability)
