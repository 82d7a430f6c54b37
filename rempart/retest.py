"""What a run left open, looked at again: only that, and what became of each.

Fixed is what was seen to be good or gone. What could not be looked at is not retestable, and so is
what today's checks judge otherwise than the run's did.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import TypeAlias

import msgspec

from rempart.case import Case
from rempart.check import Severity
from rempart.declared import Check
from rempart.history import Change, Item, difference
from rempart.plain import line
from rempart.plan import Plan, Task
from rempart.report.findings import words
from rempart.report.language import language as spoken
from rempart.results import Coverage, ResultRecord, Run
from rempart.review import OWN, Retested, RetestRecord

Pair: TypeAlias = tuple[str, str]  # check id, subject id
STATES = {
    Change.OPEN: "open",
    Change.ACCEPTED: "open",
    Change.FIXED: "fixed",
    Change.NOT_SEEN: "not_retestable",
    Change.CHECK_CHANGED: "not_retestable",
}


def left_open(run: Run) -> frozenset[Pair]:
    """What the run left open: failures by the authority that binds which nobody accepted."""
    return frozenset((one.check, one.subject) for one in run.results if one.open)


def narrowed(case: Case, pairs: Collection[Pair]) -> Case:
    """The case with nothing but those pairs to judge, and nothing to look at for others.

    Breaches are not replayed: over a part of the results they would look unknown.
    """
    checks = {check for check, _ in pairs}
    derived = tuple(check for check in case.plan.derived if check.id in checks)
    used = {need.type for check in derived for need in check.signature.needs}
    derivations = tuple(one for one in case.plan.derivations if used & set(one.brings))
    base = used | {kind for one in derivations for kind in one.needs}
    tasks = tuple(_narrowed(task, pairs, base) for task in case.plan.tasks)
    entries = {id_: entry for id_, entry in case.entries.items() if id_ in checks}
    plan = Plan(tasks, derived, derivations)
    return replace(case, plan=plan, entries=entries, scenarios=())


def retested(old: Run, new: Run) -> Run:
    """The newer run with what became of everything the older one left open.

    Results of anything else are left out of it.
    """
    pairs = left_open(old)
    kept = tuple(one for one in new.results if (one.check, one.subject) in pairs)
    severities = {one.fingerprint: one.severity for one in old.results if one.open}
    now = {one.fingerprint: one for one in kept}
    found = [item for item in difference(old, new).items if item.before == "fail"]
    items = tuple(_retested(item, severities, now.get(item.fingerprint), new) for item in found)
    record = RetestRecord(old.id, old.started, items)
    coverage = Coverage.of(new.coverage.subjects, kept)
    return msgspec.structs.replace(new, results=kept, coverage=coverage, retest=record)


def text(run: Run, language: str) -> str:
    """What became of each, for a terminal: one line a result, worst first."""
    told = spoken(language)
    record = run.retest
    if record is None or not record.items:
        return told.say("retest.none") + "\n"
    counts = {state: told.number(n) for state, n in record.counts.items()}
    lines = [told.say("retest.summary", **counts)]
    for finding in record.findings:
        title = words(run, finding.check, told).title
        for item in finding.items:
            why = told.word("retest_why", item.why) if item.why else ""
            reason = told.word("reason", item.reason) if item.reason else why
            parts = (
                told.word("retest_state", item.state),
                told.word("severity", item.severity),
                f"{item.subject} {item.instance}".strip(),
                title,
                reason,
            )
            lines.append("  " + line(" · ".join(part for part in parts if part)))
    return "\n".join(lines) + "\n"


def _narrowed(task: Task, pairs: Collection[Pair], base: Collection[type]) -> Task:
    checks = tuple(check for check in task.checks if (check.id, task.subject.id) in pairs)
    wanted = frozenset(kind for kind in task.wanted if kind in base or _needed(kind, checks))
    awake = tuple(one for one in task.collectors if wanted & set(one.brings))
    return replace(task, checks=checks, collectors=awake, wanted=wanted)


def _needed(kind: type, checks: Collection[Check]) -> bool:
    return any(need.type is kind for check in checks for need in check.signature.needs)


def _retested(
    item: Item, severities: dict[str, Severity], now: ResultRecord | None, new: Run
) -> Retested:
    state = STATES[item.change]
    severity = severities[item.fingerprint]
    if item.check.startswith(OWN) and state == "open":
        state = "not_retestable"
    elif state == "open" and now is not None and now.severity.rank < severity.rank:
        state = "partly"
    return Retested(
        check=item.check,
        subject=item.subject,
        instance=item.instance,
        authority=item.authority or "",
        state=state,
        severity=severity,
        before=item.before,
        now=item.now,
        fingerprint=item.fingerprint,
        severity_now=now.severity if now is not None and now.open else None,
        reason=item.reason,
        why=_why(item, new),
    )


def _why(item: Item, new: Run) -> str:
    """Why it could not be retested, or still stands though nobody minds; empty otherwise."""
    if item.check.startswith(OWN):
        return "" if item.change is Change.FIXED else "own"
    if item.change is Change.ACCEPTED:
        return "accepted"
    if item.change is Change.CHECK_CHANGED:
        return "check_changed"
    if item.change is not Change.NOT_SEEN or item.reason:
        return ""
    if item.subject not in {subject.id for subject in new.subjects}:
        return "subject_gone"
    return "check_gone" if item.check not in new.checks else "not_seen"
