"""The run record: what was assessed, with everything a report in any language needs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from rempart import __version__, replay, statements, waivers
from rempart.assess import Assessed
from rempart.card import LANGUAGES
from rempart.case import Case
from rempart.catalogue import Entry
from rempart.check import Observation
from rempart.collectors import Seen
from rempart.derive import ESTATE
from rempart.observations.canary import SentRequest
from rempart.results import (
    AuditRecord,
    CheckRecord,
    Coverage,
    ResultRecord,
    Run,
    SubjectRecord,
    Tool,
    digest,
)


def recorded(
    case: Case,
    assessed: Assessed,
    derived: Iterable[ResultRecord],
    estate: Iterable[Seen] = (),
) -> Run:
    """The run: results with waivers applied and statements beside them, replays, coverage."""
    finished = datetime.now(UTC).replace(microsecond=0)
    today = finished.date()
    results = [record for one in assessed.results.values() for record in one]
    results += derived
    results += statements.results(case.context.statements, today)
    judged, accepted = waivers.applied(results, case.waivers, today)
    ordered = tuple(sorted(judged, key=_order))
    language = case.choices.language or case.context.language
    checks = {check.id: _check(case, case.entries[check.id]) for check in case.plan.checks}
    subjects = tuple(_subjects(case, ordered))
    titles = case.frameworks.titles()
    breaches = replay.replays(ordered, checks, subjects, case.scenarios, titles, language)
    cited = {control for check in checks.values() for control in check.controls}
    cited |= {statement.control for statement in case.context.statements}
    cited |= case.frameworks.asked(case.audit.frameworks)
    return Run(
        id=digest(case.context.inventory, case.context.started, case.audit.digest)[:16],
        tool=Tool("rempart", __version__),
        started=case.context.started,
        finished=finished,
        language=language,
        organisation=case.context.organisation,
        audit=_audit(case),
        authorisation=case.context.authorisation,
        subjects=subjects,
        populations=case.context.populations,
        checks=checks,
        controls=case.frameworks.records(cited, case.audit.frameworks, language),
        settings={id_: _plain(values) for id_, values in case.bench.settings.items()},
        waivers=accepted,
        statements=case.context.statements,
        requests=tuple(_requests(assessed)),
        graphs=tuple(_graphs(assessed, estate)),
        results=ordered,
        replays=breaches,
        coverage=_coverage(case, ordered),
        connections={id_: one.connections for id_, one in sorted(assessed.looked.items())},
        frameworks=case.frameworks.catalogues(case.audit.frameworks),
    )


def _order(record: ResultRecord) -> tuple[str, ...]:
    return (record.subject, record.check, record.root, record.instance, record.fingerprint)


def _check(case: Case, entry: Entry) -> CheckRecord:
    card = entry.card
    return CheckRecord(
        revision=card.revision,
        severity=card.severity,
        impact=card.impact,
        exploitability=card.exploitability,
        controls=card.controls,
        refs=card.refs,
        words={language: card.words(language) for language in LANGUAGES},
        digest=entry.digest,
        effort=card.effort,
        change_risk=card.change_risk,
        team=card.team,
        every=card.every,
        weight=card.weight,
        weakened=case.weakened.get(entry.id, ()),
    )


def _audit(case: Case) -> AuditRecord:
    against = case.audit
    return AuditRecord(
        id=against.id,
        title=dict(against.title),
        yardsticks=against.yardsticks,
        frameworks=against.frameworks,
        scenarios=against.scenarios,
        fail_on=against.fail_on,
        digest=against.digest,
    )


def _subjects(case: Case, results: Iterable[ResultRecord]) -> Iterator[SubjectRecord]:
    yield from case.context.subjects
    if any(record.subject == ESTATE for record in results):
        yield SubjectRecord(ESTATE, ESTATE, ESTATE)


def _coverage(case: Case, results: tuple[ResultRecord, ...]) -> Coverage:
    outcomes = Counter(str(record.outcome) for record in results)
    return Coverage(len(case.context.subjects), len(results), dict(outcomes))


def _plain(values: Any) -> Any:  # noqa: ANN401  (settings of any type)
    return msgspec.to_builtins(values)


def _requests(assessed: Assessed) -> Iterator[dict[str, Any]]:
    """What canaries sent, in order, for the report to list."""
    for one in assessed.looked.values():
        for item in one.found:
            if isinstance(item, SentRequest):
                yield {
                    "number": item.number,
                    "subject": item.subject,
                    "at": item.sent_at,
                    "account": item.account,
                    "method": item.method,
                    "path": item.path,
                    "purpose": item.purpose,
                    "status": item.status,
                }


def _graphs(assessed: Assessed, estate: Iterable[Seen]) -> Iterator[dict[str, Any]]:
    """What reports draw: store chains and curves, without the moment they were seen."""
    looked = (item for one in assessed.looked.values() for item in one.found)
    for item in (*looked, *estate):
        if isinstance(item, Observation) and item.drawn and not isinstance(item, SentRequest):
            graph = {"type": type(item).__name__, **msgspec.to_builtins(item)}
            yield {name: value for name, value in graph.items() if name != "taken"}
