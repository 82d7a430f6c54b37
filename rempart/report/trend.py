"""Earlier runs beside this one: how much was open then, and what became of it."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from rempart.background import EarlierRecord
from rempart.check import Severity
from rempart.errors import UsageError
from rempart.history import Change, difference
from rempart.report.findings import Findings
from rempart.results import Run

FRESH = (Change.NEW, Change.REGRESSED, Change.CHECK_CHANGED)


def with_earlier(run: Run, older: Sequence[Run]) -> Run:
    """The run with what earlier ones say, oldest first; raises UsageError for one that is later."""
    ordered = sorted(older, key=lambda one: one.started)
    for one in ordered:
        if one.started > run.started:
            raise UsageError(f"the run {one.id} began after {run.id}: it is no earlier one")
    following = [*ordered[1:], run]
    records = [_record(one, after) for one, after in zip(ordered, following, strict=True)]
    return replace(run, earlier=tuple(records))


def _record(old: Run, after: Run) -> EarlierRecord:
    found = difference(old, after)
    fresh = {item.fingerprint: str(item.change) for item in found.items if item.change in FRESH}
    return EarlierRecord(
        id=old.id,
        started=old.started,
        open=opened(old),
        unseen=sum(old.coverage.outcomes.get(name, 0) for name in ("notchecked", "error")),
        changes=dict(found.counts),
        remarks=found.remarks,
        since=fresh,
    )


def opened(run: Run) -> dict[str, int]:
    """How many findings of each severity nobody accepted, the worst first."""
    counts = Counter(finding.severity for finding in Findings(run).open)
    return {str(level): counts[level] for level in reversed(Severity)}
