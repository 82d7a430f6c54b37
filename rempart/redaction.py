"""One run, cut down for who receives it: accounts under pseudonyms, and no more than they need.

The whole run is the technical view. Every other one loses the names of accounts, wherever they
stand in a text, and whatever its row of `POLICIES` does not allow. Fingerprints and digests are
worked out again, since a hash of a name lets the name be guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from rempart.accepted import WaiverRecord
from rempart.background import DeliveryRecord, ReplayRecord, StepControl
from rempart.card import Words
from rempart.errors import UsageError
from rempart.pseudonyms import WITHHELD, Cleaner, pseudonyms
from rempart.results import (
    CheckRecord,
    Coverage,
    Place,
    ResultRecord,
    Run,
    SubjectRecord,
    fingerprint,
    judged,
    run_digest,
)
from rempart.review import OWN, RetestRecord

TECHNICAL = "technical"
TEAM = "team:"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a recipient sees beside outcomes: nothing that is not named here."""

    evidence: bool = False  # things by name, what was seen, figures
    places: bool = False  # files, addresses and commands where it was seen
    scope: bool = False  # authorised addresses, contact, settings
    requests: bool = False  # what canary accounts sent
    graphs: bool = False  # how data is stored
    subjects: bool = False  # names, owners and zones of subjects
    people: bool = False  # who accepted, stated and reviewed


POLICIES = {
    "executive": Policy(evidence=True, graphs=True, subjects=True, people=True),
    "regulator": Policy(
        evidence=True, places=True, scope=True, requests=True, graphs=True, subjects=True,
        people=True,
    ),
    "client-insurer": Policy(),
    TEAM: Policy(evidence=True, places=True, graphs=True, subjects=True, people=True),
}  # fmt: skip


def view(run: Run, recipient: str, language: str = "") -> Run:
    """The run as that recipient may see it; raises UsageError for one there is no policy for."""
    if recipient in ("", TECHNICAL):
        return run
    if run.delivery and run.delivery.recipient:
        raise UsageError(f"the run is already cut down for {run.delivery.recipient}")
    team = recipient.removeprefix(TEAM) if recipient.startswith(TEAM) else ""
    policy = POLICIES[TEAM] if team else POLICIES.get(recipient)
    if policy is None or recipient == TEAM:
        known = [TECHNICAL, *(name for name in POLICIES if name != TEAM), f"{TEAM}NAME"]
        raise UsageError(f"expected one of {', '.join(known)}, found {recipient!r}")
    whole, names = run, pseudonyms(run, language or run.language)
    if team:
        run = _of_team(run, team)
    cut = _Cut(policy, Cleaner(names), _renamed(run, policy))
    delivery = DeliveryRecord(
        recipient, run_digest(whole), whole.delivery.previous if whole.delivery else ""
    )
    return replace(cut.run(run), delivery=delivery)


def whole(run: Run) -> Run:
    """The run, when it is not cut down; raises UsageError otherwise: in a view nothing is found
    again by its fingerprint.
    """
    if run.delivery and run.delivery.recipient:
        raise UsageError(f"expected a whole run, found one cut down for {run.delivery.recipient}")
    return run


@dataclass(frozen=True, slots=True)
class _Cut:
    """A policy applied to the parts of one run."""

    policy: Policy
    cleaner: Cleaner
    subjects: dict[str, str]  # what every subject is called in the view
    things: dict[tuple[str, ...], str] = field(default_factory=dict)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def run(self, run: Run) -> Run:
        results = tuple(map(self.result, run.results))
        told = dict(
            zip(
                (one.fingerprint for one in run.results),
                (one.fingerprint for one in results),
                strict=True,
            )
        )
        allowed, clean = self.policy, self.cleaner.clean
        return replace(
            run,
            authorisation=self.mandate(run),
            subjects=tuple(map(self.subject, run.subjects)),
            checks={name: self.card(name, record) for name, record in run.checks.items()},
            document=clean(run.document),
            settings=clean(run.settings) if allowed.scope else {},
            waivers=tuple(map(self.waiver, run.waivers)),
            gate=None,  # paths and revisions are nobody else's
            statements=tuple(
                replace(
                    one,
                    about=tuple(self.subjects.get(name, name) for name in one.about),
                    says=clean(one.says),
                    by=clean(one.by) if allowed.people else WITHHELD,
                    evidence=clean(one.evidence) if allowed.people else WITHHELD,
                )
                for one in run.statements
            ),
            requests=clean(run.requests) if allowed.requests else (),
            graphs=tuple(map(self.graph, run.graphs)) if allowed.graphs else (),
            results=results,
            replays=tuple(_replayed(one, told) for one in run.replays),
            connections={self.subjects.get(name, name): n for name, n in run.connections.items()},
            retest=self.retested(run.retest, told),
            earlier=tuple(
                replace(one, since={told.get(old, old): word for old, word in one.since.items()
                                    if old in told})
                for one in run.earlier
            ),
        )  # fmt: skip

    def graph(self, graph: dict[str, Any]) -> dict[str, Any]:
        """What is drawn, without the place it was seen where places may not be told."""
        hidden = () if self.policy.places else ("source", "line", "end_line", "root")
        kept = {name: value for name, value in graph.items() if name not in hidden}
        return dict(self.cleaner.clean(kept))

    def retested(self, retest: RetestRecord | None, told: Mapping[str, str]) -> RetestRecord | None:
        """The same items as the results left in the view; none where things may not be named."""
        if retest is None or not self.policy.evidence:
            return None
        return replace(
            retest,
            items=tuple(
                replace(
                    item,
                    instance=self.cleaner.clean(item.instance),
                    fingerprint=told[item.fingerprint],
                )
                for item in retest.items
                if item.fingerprint in told
            ),
        )

    def card(self, check: str, record: CheckRecord) -> CheckRecord:
        """A card as it stands; a reviewer's own finding may tell of what was found."""
        if not check.startswith(OWN):
            return record
        cut = self.cleaner.clean(record.words)
        if not self.policy.evidence:
            cut = {name: Words(one.title, WITHHELD, WITHHELD) for name, one in cut.items()}
        return replace(record, words=cut)

    def mandate(self, run: Run) -> Any:  # noqa: ANN401  (the record of the run)
        if self.policy.scope:
            return run.authorisation
        return replace(
            run.authorisation, contact=WITHHELD, scope=(), exclude=(), document="",
        )  # fmt: skip

    def subject(self, subject: SubjectRecord) -> SubjectRecord:
        of = tuple(self.subjects[each] for each in subject.of if each in self.subjects)
        subject = replace(subject, of=of)
        if self.policy.subjects:
            return replace(
                subject,
                name=self.cleaner.clean(subject.name) if self.policy.places else subject.id,
            )
        name = self.subjects[subject.id]
        return replace(subject, id=name, name=name, owner="", zone="")

    def result(self, result: ResultRecord) -> ResultRecord:
        clean, allowed = self.cleaner.clean, self.policy
        subject = self.subjects.get(result.subject, result.subject)
        root = clean(result.root) if allowed.places else ""
        thing = clean(result.instance) if allowed.evidence else self.ordinal(result)
        facts = clean(result.facts) if allowed.evidence else {}
        seen = clean(result.seen) if allowed.evidence else WITHHELD
        where = clean(result.where) if allowed.places else Place("")
        cut = replace(
            result, subject=subject, root=root, instance=thing, facts=facts, seen=seen, where=where,
            waiver=self.person(result.waiver, "reason", "owner", "approver"),
            review=clean(result.review) if allowed.evidence and allowed.people else None,
        )  # fmt: skip
        named = fingerprint(result.check, result.authority, result.vantage, subject, root, thing)
        return replace(cut, fingerprint=named, digest=judged(result.outcome, facts, seen))

    def ordinal(self, result: ResultRecord) -> str:
        """A number for a thing that may not be named, the same for every authority."""
        if not result.instance:
            return ""
        within = (result.check, result.subject)
        thing = (*within, result.root, result.instance)
        if thing not in self.things:
            self.counts[within] += 1
            self.things[thing] = str(self.counts[within])
        return self.things[thing]

    def waiver(self, waiver: WaiverRecord) -> WaiverRecord:
        cut: WaiverRecord = self.person(waiver, "reason", "owner", "approver")
        thing = self.cleaner.clean(waiver.instance) if self.policy.evidence else WITHHELD
        unnamed = waiver.subject if self.policy.subjects else WITHHELD
        subject = self.subjects.get(waiver.subject, unnamed)
        return replace(cut, instance=thing, subject=subject, path="*", source="", fault="")

    def person(self, record: Any, *texts: str) -> Any:  # noqa: ANN401  (waivers of either kind)
        """The record with what people wrote cleaned, or withheld with their names."""
        if record is None:
            return None
        if self.policy.people:
            return replace(record, **{name: self.cleaner.clean(getattr(record, name))
                                      for name in texts})  # fmt: skip
        return replace(record, **dict.fromkeys(texts, WITHHELD))


def _renamed(run: Run, policy: Policy) -> dict[str, str]:
    """Every subject's name in the view: its own, or its kind and a number."""
    if policy.subjects:
        return {subject.id: subject.id for subject in run.subjects}
    counts: Counter[str] = Counter()
    named = {}
    for subject in run.subjects:
        counts[subject.kind] += 1
        named[subject.id] = f"{subject.kind}-{counts[subject.kind]}"
    return named


def _of_team(run: Run, team: str) -> Run:
    """What concerns one team: its subjects, and results of checks whose card names it."""
    own = {subject.id for subject in run.subjects if subject.owner == team}
    results = tuple(
        result for result in run.results
        if result.subject in own
        or (result.check in run.checks and run.checks[result.check].team == team)
    )  # fmt: skip
    if not results:
        teams = {subject.owner for subject in run.subjects}
        teams |= {record.team for record in run.checks.values()}
        raise UsageError(
            f"nothing concerns a team {team!r}; there are: {', '.join(sorted(teams - {''}))}"
        )
    concerned = own | {result.subject for result in results}
    subjects = tuple(subject for subject in run.subjects if subject.id in concerned)
    checks = {result.check for result in results}
    return replace(
        run,
        results=results,
        subjects=subjects,
        checks={name: record for name, record in run.checks.items() if name in checks},
        settings={name: values for name, values in run.settings.items() if name in checks},
        waivers=_theirs(run.waivers, results),
        statements=tuple(one for one in run.statements if own.intersection(one.about)),
        graphs=tuple(graph for graph in run.graphs if graph.get("subject") in own),
        replays=(),
        earlier=(),
        connections={name: n for name, n in run.connections.items() if name in concerned},
        coverage=Coverage.of(len(subjects), results),
    )


def _theirs(
    waivers: Iterable[WaiverRecord], results: Iterable[ResultRecord]
) -> tuple[WaiverRecord, ...]:
    used = {result.waiver.id for result in results if result.waiver}
    return tuple(waiver for waiver in waivers if waiver.id in used)


def _replayed(replay: ReplayRecord, told: dict[str, str]) -> ReplayRecord:
    """The replay with its results under their new fingerprints."""

    def control(one: StepControl) -> StepControl:
        return replace(one, results=tuple(told[old] for old in one.results if old in told))

    steps = tuple(
        replace(step, **{role: tuple(map(control, getattr(step, role)))
                         for role in ("stop", "detect", "limit")})
        for step in replay.steps
    )  # fmt: skip
    return replace(replay, steps=steps)
