"""A gate held: a repository judged, what stood before taken into account, the run kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from rempart import catalogue, documents
from rempart.auditing import Audited, Conduct, audited
from rempart.case import Case, Choices, case
from rempart.errors import UsageError
from rempart.gate import baseline, comparison, exceptions, policy
from rempart.gate.baseline import Entry
from rempart.gate.comparison import Compared, Stood, failing
from rempart.gate.revisions import Checkout, Revision
from rempart.gate.stood import Exceptions, Sources
from rempart.gate.survey import Survey, survey
from rempart.gated import GateRecord, Known, RevisionRecord
from rempart.inventory import Inventory
from rempart.inventory.single import Leaving, of_repository
from rempart.results import Coverage, ResultRecord, Run, write_private


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of a gate. `beside` are folders below the root; empty means all of it."""

    root: Path
    choices: Choices
    id: str = "repository"
    beside: tuple[str, ...] = ()
    waivers: Path | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    since: str = ""
    policy_from: str = ""
    strict_unknown: bool = False
    advise: bool = False
    secret_rules: Path | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate ready to be held: the case, what the walk found, and the revisions it refers to."""

    asked: Asked
    source: Inventory
    case: Case
    survey: Survey
    leaving: Leaving
    checkout: Checkout | None
    protected: Revision | None
    since: Revision | None
    remarks: tuple[str, ...]

    def judged(self, conduct: Conduct, keep: Callable[[Audited], None]) -> Audited:
        """Judge, compare, and have it kept; git is asked before the repository is judged."""
        excused = self._sources().exceptions()
        before = tuple(self._before())
        kept: list[Audited] = []

        def finish(done: Audited) -> None:
            kept.append(replace(done, run=self._told(done.run, excused, before)))
            keep(kept[0])

        audited(self.case, self.source, conduct, finish)
        return kept[0]

    def _sources(self) -> Sources:
        return Sources(
            self.survey,
            self.asked.id,
            _names() if self.survey.ours else {},
            self.checkout,
            self.asked.waivers,
            self.protected or self.since,
            self.protected is not None,
        )

    def _before(self) -> Iterator[Stood]:
        """What stood in the baseline, and in the revision a change is compared with."""
        if self.asked.baseline is not None:
            yield Stood(Known.BASELINE, self._baseline(self.asked.baseline))
        if self.since is not None:
            then = self._judged_then(self.since)
            entries = tuple(map(Entry.of, baseline.findings(map(self._strict, then.results))))
            yield Stood(Known.SINCE, entries)

    def _baseline(self, path: Path) -> tuple[Entry, ...]:
        place = policy.inside(self.checkout, path)
        if self.protected is not None and place is not None:
            raw = self.protected.at_top(place)
            where = f"{self.protected.name}:{place}"
            return () if raw is None else baseline.read(raw, where)
        if not path.exists():
            if self.asked.update_baseline:
                return ()
            raise UsageError(f"{path}: expected a baseline; --update-baseline writes the first one")
        return baseline.read(documents.contents(path, policy.LONGEST), str(path))

    def _judged_then(self, revision: Revision) -> Run:
        """The older revision judged whole, from its own objects in a private folder."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="rempart-") as name:
            folder = Path(name)
            revision.write_out(folder)
            return self.judged_elsewhere(folder)

    def judged_elsewhere(self, folder: Path) -> Run:
        """Another state of the same repository judged whole, without any exception."""
        from tempfile import TemporaryDirectory

        runs: list[Run] = []
        old = _inventory(self.asked, folder, self.leaving)
        tasks = tuple(replace(one, subject=old.subjects[0]) for one in self.case.plan.tasks)
        then = replace(self.case, plan=replace(self.case.plan, tasks=tasks), inventory=old)
        with TemporaryDirectory(prefix="rempart-") as state:
            audited(then, old, Conduct(Path(state)), lambda done: runs.append(done.run))
        return runs[0]

    def _strict(self, result: ResultRecord) -> ResultRecord:
        return failing(result) if self.asked.strict_unknown else result

    def _told(self, run: Run, excused: Exceptions, before: Sequence[Stood]) -> Run:
        results = [self._strict(one) for one in run.results]
        wanted = {check.id for check in self.case.plan.checks}
        held = [one for one in excused.held if one.about(wanted)]
        today = datetime.now(UTC).date()
        judged, waivers = exceptions.applied(results, held, today, excused.before)
        beside = comparison.elsewhere(judged, self.asked.beside)
        found = comparison.compared(beside, before, self.survey.modules)
        if self.asked.update_baseline and self.asked.baseline is not None:
            found = self._renewed(found, self.asked.baseline)
        return msgspec.structs.replace(
            run,
            results=found.results,
            waivers=waivers,
            coverage=Coverage.of(run.coverage.subjects, found.results),
            gate=self._record(found),
        )

    def _renewed(self, found: Compared, path: Path) -> Compared:
        """The baseline written anew, and everything in it known."""
        entries = comparison.kept(found.results, found.unseen)
        write_private(path, baseline.encoded(entries))
        stood = (Stood(Known.BASELINE, entries),)
        return comparison.compared(found.results, stood, self.survey.modules)

    def _record(self, found: Compared) -> GateRecord:
        seen = self.survey
        return GateRecord(
            prefix=self.checkout.prefix if self.checkout else "",
            policy=_revision(self.protected),
            since=_revision(self.since),
            baseline=str(self.asked.baseline or ""),
            beside=self.asked.beside,
            advise=self.asked.advise,
            left_out=tuple(seen.left_out),
            more_left_out=seen.more_left_out,
            markers=tuple(seen.foreign),
            more_markers=seen.more_markers,
            gone=comparison.gone(found.gone),
            remarks=self.remarks,
        )


def gate(asked: Asked) -> Gate:
    """Everything read before the repository is judged.

    Raises UsageError for a revision nobody knows, ContentErrors for a malformed policy.
    """
    checkout = Checkout.around(asked.root)
    protected = _named(checkout, asked.policy_from, "--policy-from")
    since = _named(checkout, asked.since, "--since")
    own = policy.policy(protected)
    ignored = checkout.ignored() if checkout else ()
    leaving = Leaving(own.file.exclude, ignored)
    if asked.secret_rules is not None:
        from rempart.collectors.repository.secrets.rules import from_file

        from_file(asked.secret_rules)  # what is wrong with it is told before anything is judged
    source = _inventory(asked, asked.root, leaving)
    one = case(source, asked.choices)
    if own.file.settings:
        one = own.set_on(one, [entry.check for entry in catalogue.entries().values()])
    if own.file.fail_on is not None:
        one = replace(one, audit=replace(one.audit, fail_on=own.file.fail_on))
    seen = survey(asked.root, leaving)
    remarks = tuple(_remarks(asked, protected))
    return Gate(asked, source, one, seen, leaving, checkout, protected, since, remarks)


def _inventory(asked: Asked, folder: Path, leaving: Leaving) -> Inventory:
    rules = asked.secret_rules
    return of_repository(folder, asked.id, asked.choices.language, leaving, secret_rules=rules)


def _named(checkout: Checkout | None, name: str, option: str) -> Revision | None:
    if not name:
        return None
    if checkout is None:
        raise UsageError(f"{option}: expected a folder in a git checkout, and git itself")
    return checkout.revision(name)


def _remarks(asked: Asked, protected: Revision | None) -> Iterator[str]:
    if protected is None and (asked.root / policy.FILE).exists():
        yield "policy"


def _revision(found: Revision | None) -> RevisionRecord | None:
    return RevisionRecord(found.name, found.commit) if found else None


def _names() -> Mapping[str, str]:
    """The id of each check by its id and its older names."""
    known = catalogue.entries()
    older = {name: id_ for id_, entry in known.items() for name in entry.card.aliases}
    return {**older, **{id_: id_ for id_ in known}}
