"""The answer first: what a run says in one sentence, and what a known breach would do here."""

from datetime import datetime

from rempart.background import ReplayRecord
from rempart.redaction import TEAM
from rempart.report.findings import Findings
from rempart.report.language import Language
from rempart.results import Run

BREACH = "portal.foreign_data"  # the check that an answer showed nobody but canaries


def verdict(found: Findings, language: Language) -> str:
    """How many findings reach the level the audit fails on; before it, a breach that was met."""
    said = (breach(found.run, language), _counted(found, language))
    return " ".join(sentence for sentence in said if sentence)


def breach(run: Run, language: Language) -> str:
    """That an account of the audit was shown somebody's data, and when; empty when none was."""
    met = next((one for one in run.results if one.check == BREACH and one.open), None)
    if met is None:
        return ""
    times = [str(one.get("at", "")) for one in run.requests if one.get("subject") == met.subject]
    aware = datetime.fromisoformat(times[-1]) if times and times[-1] else run.finished
    return language.say("answer.breach", subject=met.subject, moment=language.moment(aware))


def _counted(found: Findings, language: Language) -> str:
    level = language.word("severity", found.run.audit.fail_on)
    if found.serious:
        return language.say("verdict.serious", len(found.serious), level=level)
    if found.open:
        return language.say("verdict.minor", len(found.open), level=level)
    if not found.passed:
        return language.say("verdict.nothing")
    return language.say("verdict.none")


def complete(found: Findings, language: Language) -> str:
    """How much was not seen, in one sentence; empty when everything was."""
    outcomes = [item.results for item in found.unseen]
    missing = sum(map(len, outcomes)) + len(found.errors)
    return language.say("answer.incomplete", missing) if missing else ""


def replayed(replay: ReplayRecord, language: Language) -> str:
    """Whether that breach would have gone through here, in one sentence."""
    states = [step.state for step in replay.steps]
    return language.say(
        f"answer.replay.{replay.verdict}",
        title=translated(replay.title, language, replay.scenario),
        step=broken(replay),
        total=len(states),
        open=states.count("open"),
        unknown=states.count("unknown"),
    )


def broken(replay: ReplayRecord) -> int:
    """The number of the first step a control breaks, 0 when none is."""
    states = [step.state for step in replay.steps]
    return states.index("broken") + 1 if "broken" in states else 0


def translated(texts: dict[str, str], language: Language, default: str = "") -> str:
    """The text in that language, else in English, else the default."""
    return texts.get(language.id) or texts.get("en") or default


def audit_title(run: Run, language: Language) -> str:
    """What the audit is called in that language."""
    return translated(run.audit.title, language, run.audit.id)


def reader(run: Run, language: Language) -> str:
    """For whom the run was cut down, in words; empty for the whole run."""
    recipient = run.delivery.recipient if run.delivery else ""
    if recipient.startswith(TEAM):
        return language.say("recipient.team", team=recipient.removeprefix(TEAM))
    return language.word("recipient", recipient) if recipient else ""
