"""What a gate says beside its findings: what stood before, exceptions, what was left out."""

from collections import Counter
from collections.abc import Iterator

from rempart.accepted import WaiverRecord
from rempart.check import Outcome, Severity
from rempart.gated import Known
from rempart.plain import line
from rempart.report.language import Language
from rempart.results import ResultRecord, Run

SHOWN = 20  # exceptions and omissions that are told one by one


def open_findings(run: Run) -> tuple[ResultRecord, ...]:
    """What is to be repaired, the worst first, then by file and line."""
    found = [one for one in run.results if one.open]
    return tuple(sorted(found, key=_order))


def _order(one: ResultRecord) -> tuple[object, ...]:
    return (-one.severity.rank, one.where.source, one.where.line or 0, one.check, one.instance)


def blocking(run: Run, fail_on: Severity) -> int:
    """How many findings stop a change."""
    return sum(one.open and one.severity.rank >= fail_on.rank for one in run.results)


def answer(run: Run, fail_on: Severity, told: Language) -> Iterator[str]:
    """Whether something is to be repaired, and whether that stops a change."""
    count = len(open_findings(run))
    since = run.gate.since if run.gate else None
    if since:
        name = line(since.name)
        key = "gate.new.since" if count else "gate.none.since"
        yield told.say(key, count, revision=name)
    else:
        yield told.say("gate.new", count) if count else told.say("gate.clean")
    stopping = blocking(run, fail_on)
    if stopping:
        yield told.say("gate.blocking", stopping, level=told.word("severity", fail_on))
    if run.gate and run.gate.advise:
        yield told.say("gate.advise")


def stood(run: Run, told: Language) -> Iterator[str]:
    """How many findings are known from before, or stand where nobody asked; how many are gone."""
    counts = Counter(one.known for one in run.results if one.outcome is Outcome.FAIL)
    for how in Known:
        if counts[how]:
            yield told.say(f"gate.known.{how}", counts[how])
    if run.gate and run.gate.gone:
        yield told.say("gate.gone", len(run.gate.gone))


def exceptions(run: Run, told: Language) -> Iterator[tuple[str, str]]:
    """Each exception in a sentence, what needs an act first, and how it should look."""
    ranked = sorted(run.waivers, key=lambda one: (_rank(one), one.until, one.id))
    for one in ranked[:SHOWN]:
        yield _style(one), line(_exception(run, one, told))
    if len(ranked) > SHOWN:
        yield "soft", told.say("summary.more", len(ranked) - SHOWN)


def _rank(one: WaiverRecord) -> int:
    states = (one.lapsed, one.added, one.changed, one.tolerated, one.ending)
    return next((place for place, state in enumerate(states) if state), len(states))


def _style(one: WaiverRecord) -> str:
    if one.lapsed:
        return "bad"
    return "unsure" if one.added or one.changed or one.tolerated or one.ending else ""


def _exception(run: Run, one: WaiverRecord, told: Language) -> str:
    until = told.date(one.until) if one.until else ""
    if one.fault:
        text = told.say("gate.exception.fault", id=one.id, fault=one.fault)
    elif one.added:
        policy = run.gate.policy if run.gate else None
        text = told.say("gate.exception.added", id=one.id, revision=policy.name if policy else "")
    elif one.expired:
        state = "tolerated" if one.tolerated else "expired"
        text = told.say(f"gate.exception.{state}", id=one.id, until=until)
    elif one.changed:
        text = told.say("gate.exception.changed", id=one.id)
    else:
        key = "gate.exception.ending" if one.ending else "gate.exception.force"
        text = told.say(key, id=one.id, until=until)
        if one.used:
            text += f" ({told.say('gate.exception.used', one.used)})"
    about = " ".join(part for part in (one.check, one.instance) if part not in ("", "*"))
    why = ", ".join(part for part in (one.reason, one.owner) if part)
    return " · ".join(part for part in (text, about, why) if part)


def others(run: Run, told: Language) -> Iterator[str]:
    """Exceptions declared for other tools, counted by tool."""
    if run.gate is None or not run.gate.markers:
        return
    tools = Counter(one.tool for one in run.gate.markers)
    named = ", ".join(f"{tool} {count}" for tool, count in sorted(tools.items()))
    count = len(run.gate.markers) + run.gate.more_markers
    yield told.say("gate.markers", count, tools=named)


def left_out(run: Run, told: Language) -> Iterator[str]:
    """What nobody looked into by choice, with the reason."""
    if run.gate is None:
        return
    for one in run.gate.left_out[:SHOWN]:
        yield line(f"{one.path}: {one.why}")
    more = len(run.gate.left_out) - SHOWN + run.gate.more_left_out
    if more > 0:
        yield told.say("summary.more", more)


def remarks(run: Run, told: Language) -> Iterator[str]:
    """What else a reader must know."""
    for key in run.gate.remarks if run.gate else ():
        yield told.say(f"gate.remark.{key}")
