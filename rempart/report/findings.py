"""A run read for people: failures grouped by check, what was not seen and why, what was accepted.

Pure functions over a run; every report format shows what these say, so that they agree.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from rempart.card import Exploitability, Impact, Words
from rempart.check import Figure, Outcome, Severity, Vantage
from rempart.errors import Reason
from rempart.report.language import Language, filled, placeholders
from rempart.report.phrases import spoken
from rempart.results import CheckRecord, ResultRecord, Run

EFFORTS = ("S", "M", "L", "")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing a check judged: the verdicts of all authorities on it, the binding one first."""

    results: tuple[ResultRecord, ...]

    @property
    def first(self) -> ResultRecord:
        """The binding verdict; where none binds, that of the first authority."""
        return self.results[0]

    @property
    def open(self) -> bool:
        """Whether the binding authority says no and nobody accepted it."""
        return self.first.open

    @property
    def accepted(self) -> bool:
        """Whether a waiver in force covers the failure."""
        return self.first.outcome is Outcome.FAIL and self.first.waiver is not None

    @property
    def stricter(self) -> bool:
        """Whether only an authority that informs says no."""
        return self.first.outcome is not Outcome.FAIL and any(map(_failed, self.results))

    @property
    def severity(self) -> Severity:
        """The worst severity among its failures; for a pass, that of the card."""
        failed = [result.severity for result in self.results if _failed(result)]
        return self.first.severity if _failed(self.first) or not failed else _worst(failed)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that failed, on all the things where it did."""

    check: str
    record: CheckRecord
    severity: Severity
    occurrences: tuple[Occurrence, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects concerned, each once, in the order of the run."""
        return tuple(dict.fromkeys(item.first.subject for item in self.occurrences))

    @property
    def authorities(self) -> tuple[str, ...]:
        """The authorities that spoke, the binding one first."""
        spoke = (result.authority for item in self.occurrences for result in item.results)
        return tuple(dict.fromkeys(authority for authority in spoke if authority))


@dataclass(frozen=True, slots=True)
class Unseen:
    """What one check could not see, for one reason."""

    reason: Reason
    check: str
    results: tuple[ResultRecord, ...]


class Findings:
    """The groups of one run, each worked out once."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def occurrences(self) -> Mapping[str, tuple[Occurrence, ...]]:
        """By check id: the things judged. What somebody stated is not among them."""
        rank = {authority: place for place, authority in enumerate(self.run.audit.yardsticks)}
        things: dict[tuple[object, ...], list[ResultRecord]] = defaultdict(list)
        ordinals: Counter[tuple[object, ...]] = Counter()
        for result in self.run.results:
            if result.vantage is Vantage.STATED:
                continue
            equals = (result.check, result.subject, result.root, result.instance, result.vantage)
            ordinals[*equals, result.authority] += 1
            things[*equals, ordinals[*equals, result.authority]].append(result)
        grouped: dict[str, list[Occurrence]] = defaultdict(list)
        for results in things.values():
            results.sort(key=lambda item: (not item.binding, rank.get(item.authority or "", 99)))
            grouped[results[0].check].append(Occurrence(tuple(results)))
        return {check: tuple(items) for check, items in grouped.items()}

    @cached_property
    def open(self) -> tuple[Finding, ...]:
        """Failures nobody accepted, by the authority that binds, the worst first."""
        return self._failing(lambda item: item.open)

    @cached_property
    def accepted(self) -> tuple[Finding, ...]:
        """Failures a waiver covers."""
        return self._failing(lambda item: item.accepted)

    @cached_property
    def stricter(self) -> tuple[Finding, ...]:
        """What only authorities that inform would refuse."""
        return self._failing(lambda item: item.stricter)

    @cached_property
    def counted(self) -> tuple[tuple[Severity, int, int], ...]:
        """Per severity, critical first: findings, and things concerned (each at its own level)."""
        findings = Counter(finding.severity for finding in self.open)
        things = Counter(item.severity for finding in self.open for item in finding.occurrences)
        return tuple((level, findings[level], things[level]) for level in reversed(Severity))

    @cached_property
    def serious(self) -> tuple[Finding, ...]:
        """Open findings at or above the severity the audit fails on."""
        floor = self.run.audit.fail_on.rank
        return tuple(finding for finding in self.open if finding.severity.rank >= floor)

    @cached_property
    def passed(self) -> tuple[tuple[str, int], ...]:
        """Checks the binding authority found kept, with the number of things, by check id."""
        return self._counts(Outcome.PASS)

    @cached_property
    def inapplicable(self) -> tuple[tuple[str, int], ...]:
        """Checks that found nothing to judge, with the number of things, by check id."""
        return self._counts(Outcome.NOTAPPLICABLE)

    @cached_property
    def false_positives(self) -> tuple[ResultRecord, ...]:
        """Failures a reviewer showed to be none, with the proof."""
        return tuple(item for item in self.run.results if _shown_wrong(item))

    @cached_property
    def unseen(self) -> tuple[Unseen, ...]:
        """What was not checked, by reason in the order of the closed list, then by check."""
        groups: dict[tuple[Reason, str], list[ResultRecord]] = defaultdict(list)
        for result in self.run.results:
            if result.outcome is Outcome.NOTCHECKED and result.reason is not None:
                groups[result.reason, result.check].append(result)
        order = list(Reason)
        return tuple(
            Unseen(reason, check, tuple(results))
            for (reason, check), results in sorted(
                groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        )

    @cached_property
    def errors(self) -> tuple[ResultRecord, ...]:
        """Results of checks that broke."""
        return tuple(item for item in self.run.results if item.outcome is Outcome.ERROR)

    @cached_property
    def stated(self) -> tuple[ResultRecord, ...]:
        """Results that rest on what somebody says."""
        return tuple(item for item in self.run.results if item.vantage is Vantage.STATED)

    @cached_property
    def tallies(self) -> Mapping[str, Mapping[Outcome, int]]:
        """By subject id, in the order of the run: how many results of each outcome."""
        tally: dict[str, Counter[Outcome]] = {item.id: Counter() for item in self.run.subjects}
        for result in self.run.results:
            tally.setdefault(result.subject, Counter())[result.outcome] += 1
        return tally

    @property
    def incomplete(self) -> bool:
        """Whether anything was not checked or broke."""
        return bool(self.unseen or self.errors)

    def _failing(self, chosen: Callable[[Occurrence], bool]) -> tuple[Finding, ...]:
        found = []
        for check, items in self.occurrences.items():
            failing = sorted(filter(chosen, items), key=lambda item: -item.severity.rank)
            if failing:
                worst = _worst(item.severity for item in failing)
                record = _rated(self.run.checks.get(check) or _carded(worst), failing[0])
                found.append(Finding(check, record, worst, tuple(failing)))
        return tuple(sorted(found, key=_urgency))

    def _counts(self, outcome: Outcome) -> tuple[tuple[str, int], ...]:
        counts = Counter(
            check
            for check, items in self.occurrences.items()
            for item in items
            if item.first.outcome is outcome and not _shown_wrong(item.first)
        )
        return tuple(sorted(counts.items()))


def words(run: Run, check: str, language: Language) -> Words:
    """The card's words in that language; for a check without a card, its id as the title."""
    record = run.checks.get(check)
    if record is None:
        control = check.removeprefix("stated.")
        return Words(check if control == check else control_title(run, control, language), "", "")
    return record.words.get(language.id) or record.words["en"]


def said(run: Run, result: ResultRecord, language: Language) -> str:
    """What was seen, in the reviewer's words or where the card has a sentence for it."""
    if result.review and language.id in result.review.seen:
        return result.review.seen[language.id]
    outcome = result.outcome
    if result.review and result.review.outcome:  # what the tool said, not what became of it
        outcome = result.review.outcome
    sentence = words(run, result.check, language).says.get(outcome, "")
    if not sentence or not placeholders(sentence) <= result.facts.keys():
        return spoken(result.seen, language.id)
    return filled(sentence, {name: _fact(fact, language) for name, fact in result.facts.items()})


def control_title(run: Run, control: str, language: Language) -> str:
    """A neutral control's title in that language, its id where the run does not hold it."""
    record = run.controls.get(control)
    return record.titles.get(language.id, record.title) if record else control


def requirement_title(run: Run, title: str, neutral: Iterable[str], language: Language) -> str:
    """What a requirement is called: in English as its file has it, else by what it asks for."""
    if language.id == "en":
        return title
    return " · ".join(control_title(run, control, language) for control in neutral) or title


def asked(run: Run, check: str, language: Language) -> dict[str, tuple[str, ...]]:
    """The requirements a check is evidence for, by framework.

    A framework whose numbering was not read at its source says so in its name.
    """
    record = run.checks.get(check)
    found: dict[str, list[str]] = {}
    for control in record.controls if record else (check.removeprefix("stated."),):
        known = run.controls.get(control)
        for framework, ids in known.asked_by.items() if known else ():
            catalogue = run.frameworks.get(framework)
            state = catalogue.verified if catalogue else "verified"
            mark = "" if state == "verified" else f" ({language.word('verified', state)})"
            found.setdefault(f"{framework}{mark}", []).extend(ids)
    return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()}


def _carded(severity: Severity) -> CheckRecord:
    """A stand-in for a card the run does not hold: its failures are shown all the same."""
    return CheckRecord(0, severity, Impact.IMPORTANT, Exploitability.HARD, (), (), {}, "")


def _rated(record: CheckRecord, worst: Occurrence) -> CheckRecord:
    """The card, in the place of the matrix a reviewer gave to the worst occurrence."""
    review = worst.first.review
    if review is None or not review.rerated:
        return record
    return replace(record, impact=review.impact, exploitability=review.exploitability)


def _fact(fact: Figure, language: Language) -> str:
    if isinstance(fact, bool):
        return language.say("yes" if fact else "no")
    return language.say("none") if fact is None else spoken(str(fact), language.id)


def _urgency(finding: Finding) -> tuple[object, ...]:
    """Worst first, then easiest to use, most things, least work."""
    record = finding.record
    ease = list(Exploitability).index(Exploitability(record.exploitability))
    effort = EFFORTS.index(record.effort) if record.effort in EFFORTS else len(EFFORTS)
    return (-finding.severity.rank, -ease, -len(finding.occurrences), effort, finding.check)


def _failed(result: ResultRecord) -> bool:
    return result.outcome is Outcome.FAIL


def _shown_wrong(result: ResultRecord) -> bool:
    return result.review is not None and result.review.false_positive


def _worst(severities: Iterable[Severity]) -> Severity:
    return max(severities, key=lambda severity: severity.rank)
