"""An audit carried out: look at every subject, keep what was seen, judge it, write the run.

The executor is the seam: threads by default, anything with `concurrent.futures.Executor`'s
interface otherwise. One subject's trouble stays its own; a subject that outlives its deadline is
left behind and recorded as `notchecked: limit`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from rempart.archive import Looked, Tie, decoded, encoded
from rempart.check import Gap, Observation
from rempart.declared import Check
from rempart.derive import ESTATE, Estate
from rempart.errors import Reason
from rempart.looking import look, missing
from rempart.plan import Plan, Task, Types
from rempart.results import ResultRecord
from rempart.verdicts import Bench, Sight, verdicts

log = logging.getLogger(__name__)
THREADS = 32
LATE = (Reason.LIMIT, "still looking after its deadline; left behind")
LEFT_OUT = (Reason.NOT_AUTHORISED, "left out by --only or --skip")
STOPPED = (Reason.INTERRUPTED, "the audit was interrupted")
GRACE = 5.0  # seconds a subject may outlive its own deadline before it is left behind


class Book(Protocol):
    """What survives a kill: one entry a subject, written whole or not at all."""

    def done(self) -> Mapping[str, Any]:
        """Subjects already looked at, with `.observations` (bytes) and `.connections`."""

    def save(
        self,
        subject: str,
        observations: bytes,
        results: Iterable[ResultRecord],
        connections: int,
    ) -> None:
        """One subject is done."""

    def attempt(self, subject: str, what: str) -> None:
        """A sign-in is about to be sent."""

    def attempted(self, subject: str) -> tuple[str, ...]:
        """Sign-ins of this run that were sent already."""

    def last(self, subject: str, what: str) -> str:
        """When one was sent last, in any run; empty if never."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened last: how many subjects are done of how many, and which one just ended."""

    done: int
    total: int
    subject: str
    running: tuple[str, ...]


ENDED = Progress(0, 0, "", ())  # nobody is looked at any more


@dataclass(slots=True)
class Assessed:
    """What an audit brought: observations and results by subject, and whether it was cut short."""

    looked: dict[str, Looked] = field(default_factory=dict)
    results: dict[str, list[ResultRecord]] = field(default_factory=dict)
    left_behind: tuple[str, ...] = ()
    interrupted: bool = False
    resumed: int = 0
    underway: dict[str, Any] = field(default_factory=dict)  # Access of who is not judged yet


@dataclass(frozen=True, slots=True)
class Orders:
    """What to do beside the plan: how to judge, where to keep and tell.

    `whole` keeps every observation in memory, to be saved; else those that are looked at again.
    """

    bench: Bench
    book: Book | None = None
    tell: Callable[[Progress], None] = lambda progress: None
    whole: bool = True


Opener = Callable[[Any], AbstractContextManager[Any]]  # a subject's Access, closed after it


def assess(plan: Plan, orders: Orders, opened: Opener, pool: Executor | None = None) -> Assessed:
    """Look at every subject and judge it. Ctrl-C ends it early; what is known is kept."""
    assessed = Assessed()
    kept = orders.book.done() if orders.book else {}
    pending = []
    for task in plan.tasks:
        if saved := kept.get(task.subject.id):
            assessed.resumed += 1
            _settle(task, Looked(decoded(saved.observations), saved.connections), orders, assessed)
        elif task.collectors:
            pending.append(task)
        else:
            assessed.looked[task.subject.id] = Looked(_gap_for(task, task.left_out, *LEFT_OUT))
    executor = pool or ThreadPoolExecutor(THREADS, thread_name_prefix="look")
    try:
        for task, looked in _looked_at(beside_hosts(pending), opened, executor, orders, assessed):
            records = _settle(task, looked, orders, assessed)
            if orders.book:
                book, raw = orders.book, encoded(looked.found)
                book.save(task.subject.id, raw, records, looked.connections)
    except KeyboardInterrupt:
        assessed.interrupted = True
        for task in pending:
            if task.subject.id not in assessed.results:
                _settle(task, _not_seen(task, *STOPPED, assessed), orders, assessed)
    finally:
        if pool is None:
            hurried = assessed.interrupted or bool(assessed.left_behind)
            executor.shutdown(wait=not hurried, cancel_futures=True)
    return assessed


def judge_again(plan: Plan, orders: Orders, looked: Mapping[str, Looked]) -> Assessed:
    """Judge saved observations; nobody is contacted."""
    assessed = Assessed()
    for task in plan.tasks:
        _settle(task, looked.get(task.subject.id, Looked(())), orders, assessed)
    return assessed


def estate(plan: Plan, assessed: Assessed, ties: Sequence[Tie]) -> tuple[Observation | Gap, ...]:
    """What the plan's derivations make of everything that was seen together."""
    observations = {id_: tuple(_seen(one.found)) for id_, one in assessed.looked.items()}
    gaps = {id_: tuple(_gaps(one.found)) for id_, one in assessed.looked.items()}
    whole = Estate(observations, gaps, ties)
    return tuple(item for one in plan.derivations for item in one.derived(whole))


def derived(
    plan: Plan, orders: Orders, assessed: Assessed, items: Iterable[Observation | Gap]
) -> list[ResultRecord]:
    """Results of the checks that need the whole estate: store chains, drift, shared keys."""
    found: dict[str, list[Observation | Gap]] = {}
    for item in items:
        found.setdefault(item.subject or ESTATE, []).append(item)
    kinds = {kind for one in plan.derivations for kind in one.brings}
    results: list[ResultRecord] = []
    for subject, here in sorted(found.items()):
        direct = assessed.looked[subject].found if subject in assessed.looked else ()
        sight = Sight.of(subject, [*here, *direct])
        results += [
            record
            for check in plan.derived
            if plan.chosen.wants(check.id, subject) and _touched(check, sight, kinds)
            for record in verdicts(check, sight, orders.bench)
        ]
    return results


def _touched(check: Check, sight: Sight, kinds: set[type[Observation]]) -> bool:
    """Whether something derived that the check needs concerns this subject."""
    return any(
        need.type in sight.seen or need.type.__name__ in sight.gaps
        for need in check.signature.needs
        if need.type in kinds
    )


def _looked_at(
    tasks: list[Task], opened: Opener, executor: Executor, orders: Orders, assessed: Assessed
) -> Iterator[tuple[Task, Looked]]:
    """Each task with what was seen, as they end; those that do not end are given up on."""
    started: dict[str, float] = {}

    def one(task: Task) -> Looked:
        started[task.subject.id] = time.monotonic()
        with opened(task.subject) as access:
            assessed.underway[task.subject.id] = access
            seen = look(task, access)
        return Looked((*seen.found, *_gap_for(task, task.left_out, *LEFT_OUT)), seen.connections)

    waiting: dict[Future[Looked], Task] = {executor.submit(one, task): task for task in tasks}
    total, done = len(waiting), 0
    while waiting:
        ended, _ = wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
        late = [] if ended else _late(waiting, started, assessed)
        for future in [*ended, *late]:
            task = waiting.pop(future)
            done += 1
            running = tuple(t.subject.id for t in waiting.values() if t.subject.id in started)
            orders.tell(Progress(done, total, task.subject.id, running))
            if future in late:
                assessed.left_behind += (task.subject.id,)
            yield task, future.result() if future in ended else _not_seen(task, *LATE, assessed)
            assessed.underway.pop(task.subject.id, None)


def _late(
    waiting: Mapping[Future[Looked], Task], started: Mapping[str, float], assessed: Assessed
) -> list[Future[Looked]]:
    now = time.monotonic()
    return [
        future
        for future, task in waiting.items()
        if (begun := started.get(task.subject.id)) is not None
        and now - begun - _waited(task, assessed)
        > _seconds(task) * max(1, len(task.collectors)) + GRACE
    ]


def _waited(task: Task, assessed: Assessed) -> float:
    """Seconds a subject waited for the connection of its host, which others used."""
    return float(getattr(assessed.underway.get(task.subject.id), "waited", 0.0))


def beside_hosts(tasks: Iterable[Task]) -> list[Task]:
    """The tasks in their order, but those on a host right after it: its connection is open then."""
    known = list(tasks)
    order = {task.subject.id: place for place, task in enumerate(known)}

    def place(task: Task) -> tuple[int, bool, int]:
        own, host = order[task.subject.id], getattr(task.subject, "on", "")
        return order.get(host, own), host in order, own

    return sorted(known, key=place)


def _seconds(task: Task) -> float:
    budget = getattr(task.subject, "budget", None)
    return float(getattr(budget, "seconds", None) or 60)


def _not_seen(task: Task, reason: Reason, detail: str, assessed: Assessed) -> Looked:
    """Nothing of a subject, for one reason, and the connections it had taken until then."""
    taken = getattr(assessed.underway.get(task.subject.id), "connections", 0)
    return Looked(_gap_for(task, task.wanted | task.left_out, reason, detail), taken)


def _gap_for(task: Task, kinds: Types, reason: Reason, detail: str) -> tuple[Gap, ...]:
    stamp = datetime.now(UTC).replace(microsecond=0)
    gaps = missing(kinds, reason, detail)
    return tuple(replace(gap, subject=task.subject.id, taken=stamp) for gap in gaps)


def _settle(task: Task, looked: Looked, orders: Orders, assessed: Assessed) -> list[ResultRecord]:
    """Judge one subject: at least one record for each of its checks."""
    sight = Sight.of(task.subject.id, looked.found)
    records = [record for check in task.checks for record in verdicts(check, sight, orders.bench)]
    assessed.looked[task.subject.id] = looked if orders.whole else _kept(task, looked)
    assessed.results[task.subject.id] = records
    return records


def _kept(task: Task, looked: Looked) -> Looked:
    """What derivations and drawings still need of a subject: a fleet's memory stays small."""
    names = {kind.__name__ for kind in task.kept | task.left_out}
    needed = (
        item
        for item in looked.found
        if (item.type in names if isinstance(item, Gap) else item.drawn or type(item) in task.kept)
    )
    return Looked(tuple(needed), looked.connections)


def _seen(found: Iterable[Observation | Gap]) -> Iterator[Observation]:
    return (item for item in found if isinstance(item, Observation))


def _gaps(found: Iterable[Observation | Gap]) -> Iterator[Gap]:
    return (item for item in found if isinstance(item, Gap))
