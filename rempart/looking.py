"""One subject looked at by its collectors; whatever happens, every wanted type is accounted for."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rempart.archive import Looked
from rempart.check import Gap, Observation
from rempart.collectors import Collector, Seen, Wanted
from rempart.errors import CollectError, Reason
from rempart.plan import Task

log = logging.getLogger(__name__)


def look(task: Task, access: Any) -> Looked:  # noqa: ANN401  (an Access of rempart.transport)
    """What the task's collectors saw, stamped with subject and time; never raises."""
    found: list[Seen] = []
    for collector in task.collectors:
        wanted = task.wanted & frozenset(collector.brings)
        found += _stamped(task.subject.id, _brought(collector, task, access, wanted))
    log.info("%s: %d observations, %d connections", task.subject.id, len(found), access.connections)
    return Looked(tuple(found), access.connections)


def _brought(
    collector: Collector,
    task: Task,
    access: Any,  # noqa: ANN401
    wanted: Wanted,
) -> Iterator[Seen]:
    gaps: set[str] = set()
    try:
        for item in collector.collect(task.subject, access, wanted):
            if isinstance(item, Gap):
                gaps.add(item.type)
                yield item
            elif type(item) in task.wanted:
                yield item
    except CollectError as error:
        yield from missing(wanted, error.reason, str(error), gaps)
    except Exception as error:  # one collector must not end the audit; its text may hold a secret
        log.exception("collector %s on %s", collector.name, task.subject.id)
        detail = f"collector {collector.name} stopped: {type(error).__name__}"
        yield from missing(wanted, Reason.TRUNCATED, detail, gaps)


def missing(
    wanted: Iterable[type[Observation]],
    reason: Reason,
    detail: str,
    settled: Iterable[str] = (),
) -> Iterator[Gap]:
    """A gap for each wanted type that has none yet."""
    for name in sorted({kind.__name__ for kind in wanted} - set(settled)):
        yield Gap(name, reason, detail)


def _stamped(subject: str, items: Iterable[Seen]) -> Iterator[Seen]:
    for item in items:
        yield replace(item, subject=subject, taken=datetime.now(UTC).replace(microsecond=0))
