"""A case carried out: the gate is shut around it, what happens is journalled, the run is made."""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rempart import assess, recording
from rempart.archive import Looked
from rempart.assess import ENDED, Assessed, Orders, Progress
from rempart.case import Case
from rempart.inventory import Inventory
from rempart.journal import Journal, state_folder
from rempart.results import Run
from rempart.scope import Scope, guarded
from rempart.secrets import Redacting, Redactor
from rempart.transport.access import Access, Register
from rempart.transport.kept import Kept, users

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How to carry it out: where the journal lives, whether to resume it, how many at once."""

    state: Path | None = None
    resume: bool = False
    threads: int = assess.THREADS
    tell: Callable[[Progress], None] = lambda progress: None
    whole: bool = False  # keep every observation, to be saved
    register: Register | None = None  # takes the accounts behind pseudonyms, where asked for
    gentle: bool = False  # one connection a second to each subject
    ask: Callable[[str], str] | None = None  # asks the person at the terminal


@dataclass(frozen=True, slots=True)
class Audited:
    """A finished audit: the run, what was seen, and what did not end well.

    `resumed` counts subjects taken from an interrupted run's journal, None where there was none.
    """

    run: Run
    looked: Mapping[str, Looked]
    interrupted: bool = False
    hung: bool = False
    resumed: int | None = None


def audited(
    case: Case, inventory: Inventory, conduct: Conduct, keep: Callable[[Audited], None]
) -> Audited:
    """Look at every subject of the case within its mandate, judge, and have the run kept.

    Contacts the subjects. `keep` writes what was asked for; only then is the journal closed as
    finished, so that a kill in between loses nothing. Raises ResumeRefused when what is resumed is
    not what was begun.
    """
    folder = conduct.state or state_folder()
    line = f"{inventory.file.resolve()} {case.audit.id}"
    with Journal.open(folder, case.pins, of=line, resume=conduct.resume) as journal:
        orders = Orders(case.bench, journal, conduct.tell, whole=conduct.whole)
        assessed = _assessed(case, inventory, orders, conduct)
        conduct.tell(ENDED)
        done = Audited(
            run=_run(case, assessed, orders),
            looked=assessed.looked,
            interrupted=assessed.interrupted,
            hung=bool(assessed.left_behind),
            resumed=assessed.resumed if journal.resumed else None,
        )
        keep(done)
        if not assessed.interrupted:
            journal.finish()
    return done


def _assessed(case: Case, inventory: Inventory, orders: Orders, conduct: Conduct) -> Assessed:
    """Look and judge with the gate shut: nothing leaves the mandate until this returns."""
    scope = Scope.of(inventory.authorisation)

    kept = Kept(users(task.subject for task in case.plan.tasks if task.collectors))

    def opened(subject: Any) -> Access:  # noqa: ANN401  (any kind of subject)
        access = Access.open(subject, inventory, scope, inventory.redactor, gentle=conduct.gentle)
        access.register, access.kept = conduct.register, kept
        access.journal, access.ask = orders.book, conduct.ask
        access.policies = case.policies
        access.policy_commands = case.choices.policy_commands
        return access

    with _redacted(inventory.redactor):
        inventory.unlock()  # password managers are asked before the gate shuts out child programs
    with _redacted(inventory.redactor), guarded(scope), kept:
        pool = ThreadPoolExecutor(conduct.threads, thread_name_prefix="look")
        assessed = assess.assess(case.plan, orders, opened, pool)
        hurried = assessed.interrupted or bool(assessed.left_behind)
        pool.shutdown(wait=not hurried, cancel_futures=True)
    return assessed


def judged_again(case: Case, looked: Mapping[str, Looked]) -> Audited:
    """Judge saved observations with the checks, settings and authorities of this case."""
    orders = Orders(case.bench)
    assessed = assess.judge_again(case.plan, orders, looked)
    return Audited(_run(case, assessed, orders), assessed.looked)


def _run(case: Case, assessed: Assessed, orders: Orders) -> Run:
    estate = assess.estate(case.plan, assessed, case.context.ties)
    derived = assess.derived(case.plan, orders, assessed, estate)
    return recording.recorded(case, assessed, derived, estate)


@contextmanager
def _redacted(redactor: Redactor) -> Iterator[None]:
    """Clean every log line of the secrets the inventory's references resolve to."""
    redacting = Redacting(redactor)
    handlers = tuple(logging.getLogger().handlers)
    for handler in handlers:
        handler.addFilter(redacting)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(redacting)
