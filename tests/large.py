"""A run of a large estate: thousands of findings over the real checks and frameworks."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from rempart.card import LANGUAGES
from rempart.catalogue import Entry, entries, layers
from rempart.check import Outcome
from rempart.frameworks import Frameworks
from rempart.results import CheckRecord, Place, ResultRecord, Run, SubjectRecord
from tests.samples import coverage, result, sample_run

HOSTS = 250
NAMED = ("gdpr", "nis2", "cnil-guide-2024", "cnil-2022-100", "anssi-hygiene", "iso27001-2022")


@lru_cache(maxsize=2)
def large_run(findings: int = 5000) -> Run:
    """So many failed results, one in five of the results beside them kept, on 250 hosts."""
    checks = {id_: _record(id_) for id_ in _cards()}
    subjects = tuple(
        SubjectRecord(f"host-{n:03}", "host", f"claims-{n:03}.payer.example", owner=f"Team {n % 7}")
        for n in range(HOSTS)
    )
    names = list(checks)
    results = tuple(_result(n, names[n % len(names)]) for n in range(findings + findings // 4))
    books = Frameworks.load([Path(__file__).parents[1] / "audits" / "frameworks"])
    run = sample_run()
    return sample_run(
        subjects=subjects,
        checks=checks,
        results=results,
        controls=books.records(books.asked(NAMED), NAMED, "fr"),
        frameworks=books.catalogues(NAMED),
        connections=dict.fromkeys((one.id for one in subjects), 1),
        coverage=coverage(len(subjects), results),
        replays=run.replays,
        waivers=(),
        statements=(),
    )


@lru_cache(maxsize=1)
def _cards() -> Mapping[str, Entry]:
    return entries(layers())


def _record(id_: str) -> CheckRecord:
    entry = _cards()[id_]
    card = entry.card
    return CheckRecord(
        card.revision, card.severity, card.impact, card.exploitability, card.controls, card.refs,
        {language: card.words(language) for language in LANGUAGES}, entry.digest,
        effort=card.effort, change_risk=card.change_risk, team=card.team,
    )  # fmt: skip


def _result(n: int, check: str) -> ResultRecord:
    outcome = Outcome.PASS if n % 5 == n // 50 % 5 else Outcome.FAIL  # whatever checks there are
    return result(
        check,
        f"host-{n * 7 % HOSTS:03}",
        outcome,
        instance=f"/srv/claims/{n:05}",
        authority=None,
        severity=_cards()[check].card.severity,
        seen=f"value {n} where {n % 17} was wanted",
        where=Place(f"/etc/claims/{n % 90}.conf", n % 400 + 1),
    )
