"""What a consultant takes to the interview: the controls that nothing observed, as questions.

An answer becomes a statement of the inventory, with a name, a date, evidence and an expiry. The
words stand in `reports/questions/<language>.yaml`, one question a neutral control.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from rempart import documents
from rempart.case import Case
from rempart.check import Outcome, Vantage
from rempart.errors import Reason
from rempart.frameworks import Concern, Frameworks
from rempart.mandate import filled, prose
from rempart.plain import line
from rempart.report.answer import translated
from rempart.report.language import Language, language
from rempart.results import Run, StatementRecord, SubjectRecord

NAMED = 12  # subjects named at a question
# The kinds of subjects that a concern is about; an organisation's process is about all of them.
KINDS: Mapping[Concern, tuple[str, ...]] = {
    Concern.PORTAL: ("portal",),
    Concern.CREDENTIALS: ("portal", "host", "directory", "identity", "database"),
    Concern.ENCRYPTION: ("database", "files", "backup", "host"),
    Concern.EXPOSURE: ("portal", "host", "service", "domain"),
    Concern.LOGGING: ("read_log", "portal", "host", "database"),
    Concern.PROCESS: (),
}
ORDER = (
    Concern.LOGGING,
    Concern.PORTAL,
    Concern.CREDENTIALS,
    Concern.ENCRYPTION,
    Concern.EXPOSURE,
    Concern.PROCESS,
)


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question, and what to ask to see."""

    ask: str
    evidence: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language: sentences, and a question for every neutral control."""

    sentences: dict[str, str]
    questions: dict[str, Asked]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values made harmless."""
        return filled(self.sentences[key], {name: prose(str(one)) for name, one in values.items()})


@dataclass(frozen=True, slots=True)
class Question:
    """A control nothing observed; `breaches` are steps of known breaches it matters to."""

    control: str
    concern: Concern
    asked_by: Mapping[str, tuple[str, ...]]
    about: tuple[str, ...]
    breaches: int = 0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All questions of one audit, and what is stated already."""

    organisation: str
    audit: Mapping[str, str]
    questions: tuple[Question, ...]
    stated: tuple[StatementRecord, ...]


def words(folder: Path, lang: str) -> Words:
    """The words of one language, from the folder that holds `questions/`."""
    return documents.load(folder / "questions" / f"{language(lang).id}.yaml", Words)


def of_run(run: Run, books: Frameworks) -> Questionnaire:
    """The questions a run leaves: controls wanted of which it has no observed pass or failure."""
    observed: set[str] = set()
    tried: dict[str, set[Reason]] = {}
    for one in run.results:
        if one.vantage is Vantage.STATED or one.check not in run.checks:
            continue
        for control in run.checks[one.check].controls:
            if one.outcome in (Outcome.PASS, Outcome.FAIL):
                observed.add(control)
            elif one.reason is not None:
                tried.setdefault(control, set()).add(one.reason)
    steps = [step for replay in run.replays for step in replay.steps]
    cited = Counter(
        one.control for step in steps for one in (*step.stop, *step.detect, *step.limit)
    )
    stated = _in_force(run.statements, run.finished.date())
    without = observed | {one.control for one in stated}
    questions = _questions(books, run.audit.frameworks, cited, without, run.subjects, tried)
    return Questionnaire(run.organisation, run.audit.title, tuple(questions), stated)


def of_case(case: Case, today: date) -> Questionnaire:
    """The questions an audit will leave: controls wanted that no check of its plan looks at."""
    looked = {id_ for task in case.plan.tasks for id_ in (check.id for check in task.checks)}
    looked |= {check.id for check in case.plan.derived}
    observed = {control for id_ in looked for control in case.entries[id_].card.controls}
    steps = [step for scenario in case.scenarios for step in scenario.steps]
    cited = Counter(name for step in steps for name in (*step.stop, *step.detect, *step.limit))
    stated = _in_force(case.context.statements, today)
    without = observed | {one.control for one in stated}
    frameworks, subjects = case.audit.frameworks, case.context.subjects
    questions = _questions(case.frameworks, frameworks, cited, without, subjects, {})
    return Questionnaire(
        case.context.organisation, dict(case.audit.title), tuple(questions), stated
    )


def markdown(asked: Questionnaire, books: Frameworks, spoken: Words, lang: str) -> str:
    """The questionnaire to print: a question a control, with room for the answer."""
    told = language(lang)
    audit = translated(dict(asked.audit), told)
    lines = [f"# {spoken.say('title', organisation=asked.organisation)}", ""]
    lines += [spoken.say("intro", audit=audit), ""]
    if not asked.questions:
        lines += [spoken.say("none"), ""]
    for concern in ORDER:
        here = [one for one in asked.questions if one.concern is concern]
        if here:
            lines += [f"## {spoken.say(f'concern.{concern}')}", ""]
        for question in here:
            lines += [*_question(question, books, spoken, told), ""]
    if asked.stated:
        lines += [f"## {spoken.say('stated')}", ""]
        lines += [f"- {_stated(one, books, spoken, told)}" for one in asked.stated]
    return "\n".join(lines).rstrip() + "\n"


def skeleton(asked: Questionnaire, spoken: Words, today: date) -> str:
    """The same as statements to complete; empty ones are refused when the inventory is read."""
    lines = [f"# {spoken.sentences['yaml']}", "statements:"]
    for one in asked.questions:
        text = spoken.questions[one.control]
        about = ", ".join(_quoted(subject) for subject in one.about)
        lines += [
            f"  # {line(text.ask)}",
            f"  # {line(text.evidence)}",
            f"  - control: {one.control}",
            f"    about: [{about}]",
            '    says: ""',
            '    by: ""',
            f"    on: {today.isoformat()}",
            f"    evidence: file:evidence/{one.control}.pdf",
            "    meets: false",
            "    valid: 12 months",
        ]
    return "\n".join(lines if asked.questions else [lines[0], "statements: []"]) + "\n"


def _questions(
    books: Frameworks,
    frameworks: Sequence[str],
    cited: Mapping[str, int],
    without: set[str],
    subjects: Sequence[SubjectRecord],
    tried: Mapping[str, set[Reason]],
) -> Iterator[Question]:
    """Those the audit's frameworks or breaches want, what mattered most in breaches first."""
    wanted = (books.asked(frameworks) | set(cited)) - without
    known = [name for name in books.neutral if name in wanted]
    for control in sorted(known, key=lambda name: (-cited.get(name, 0), name)):
        concern = _concern(control, books)
        yield Question(
            control=control,
            concern=concern,
            asked_by=books.asked_by(control, frameworks),
            about=_about(concern, subjects),
            breaches=cited.get(control, 0),
            reasons=tuple(sorted(tried.get(control, ()))),
        )


def _concern(control: str, books: Frameworks) -> Concern:
    """Where it stands in the questionnaire: its own domain, not the first it touches."""
    domains = {
        "portal": Concern.PORTAL,
        "cred": Concern.CREDENTIALS,
        "enc": Concern.ENCRYPTION,
        "exp": Concern.EXPOSURE,
        "log": Concern.LOGGING,
        "proc": Concern.PROCESS,
    }
    return domains.get(control.partition(".")[0], books.neutral[control].scope[0])


def _about(concern: Concern, subjects: Sequence[SubjectRecord]) -> tuple[str, ...]:
    kinds = KINDS[concern]
    fitting = [one.id for one in subjects if one.kind in kinds]
    return tuple(fitting or [one.id for one in subjects if one.kind != "estate"])


def _in_force(stated: Iterable[StatementRecord], today: date) -> tuple[StatementRecord, ...]:
    return tuple(one for one in stated if date.fromisoformat(one.until) >= today)


def _question(
    question: Question, books: Frameworks, spoken: Words, told: Language
) -> Iterator[str]:
    text = spoken.questions[question.control]
    title = books.neutral[question.control].title[told.id]
    yield f"### {prose(title)}"
    yield ""
    yield f"**{prose(text.ask)}**"
    yield ""
    yield f"- {spoken.say('evidence', evidence=text.evidence)}"
    if question.asked_by:
        asked = "; ".join(f"{name} {', '.join(ids)}" for name, ids in question.asked_by.items())
        yield f"- {spoken.say('asked', frameworks=asked)}"
    if question.breaches:
        yield f"- {spoken.say('breach', n=told.number(question.breaches))}"
    if question.about:
        more = ", …" if len(question.about) > NAMED else ""
        yield f"- {spoken.say('about', subjects=', '.join(question.about[:NAMED]) + more)}"
    if question.reasons:
        reasons = ", ".join(told.word("reason", reason) for reason in question.reasons)
        yield f"- {spoken.say('tried', reasons=reasons)}"
    yield f"- `{question.control}`"
    yield ""
    for key in ("answer", "who", "when", "proof", "until"):
        yield f"> {spoken.say(key)} \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_"
        yield ">"


def _stated(one: StatementRecord, books: Frameworks, spoken: Words, told: Language) -> str:
    known = books.neutral.get(one.control)
    title = known.title[told.id] if known else one.control
    return spoken.say("stated.line", title=title, by=one.by, until=told.date(one.until))


def _quoted(text: str) -> str:
    return json.dumps(line(text), ensure_ascii=False)
