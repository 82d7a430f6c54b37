"""What a report draws of the estate: the way from a client to the data, and where data rests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rempart.check import Outcome
from rempart.report.findings import Findings
from rempart.report.readings import views
from rempart.results import Run

# The way in, from the outside to the data; a kind in none of them stands beside it.
COLUMNS: tuple[tuple[str, ...], ...] = (
    ("domain", "portal"),
    ("service", "identity", "directory"),
    ("host", "read_log"),
    ("database",),
    ("files", "backup"),
)
BESIDE = ("repository", "estate")
WORST = (Outcome.FAIL, Outcome.ERROR, Outcome.NOTCHECKED, Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Node:
    """One subject in the picture and its worst outcome; nothing judged is `notapplicable`."""

    id: str
    kind: str
    name: str
    state: str
    tally: Mapping[Outcome, int]


def columns(found: Findings) -> tuple[tuple[Node, ...], ...]:
    """The columns that have a subject, from the outside to the data."""
    filled = (tuple(_nodes(found, kinds)) for kinds in COLUMNS)
    return tuple(column for column in filled if column)


def beside(found: Findings) -> tuple[Node, ...]:
    """The subjects no client goes through: repositories, the estate as a whole."""
    return tuple(_nodes(found, BESIDE))


def _nodes(found: Findings, kinds: tuple[str, ...]) -> Iterator[Node]:
    for subject in found.run.subjects:
        if subject.kind in kinds:
            tally = found.tallies[subject.id]
            state = next((one for one in WORST if tally.get(one)), Outcome.NOTAPPLICABLE)
            yield Node(subject.id, subject.kind, subject.name, str(state), tally)


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer bytes rest on; `state` is pass (encrypted), fail (in clear) or notchecked."""

    kind: str
    name: str
    state: str
    reason: str
    holder: str


@dataclass(frozen=True, slots=True)
class CopyView:
    """The original of a store or one copy of it."""

    kind: str
    name: str
    subject: str
    state: str
    layers: tuple[LayerView, ...]


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store with all its known copies."""

    subject: str
    copies: tuple[CopyView, ...]


def stores(run: Run) -> tuple[StoreView, ...]:
    """The store chains of the run; a graph of another shape is passed over."""
    chains = (one for one in run.graphs if one.get("type") == "StoreChain")
    return tuple(
        StoreView(str(one.get("subject", "")), tuple(map(_copy, one.get("copies", ()))))
        for one in chains
    )


def _copy(copy: Mapping[str, Any]) -> CopyView:
    state, _ = _sealed(copy.get("encrypted"))
    layers = tuple(map(_layer, copy.get("layers", ())))
    told = [str(copy.get(name, "")) for name in ("kind", "name", "subject")]
    return CopyView(told[0], told[1], told[2], state, layers)


def _layer(layer: Mapping[str, Any]) -> LayerView:
    state, reason = _sealed(layer.get("encrypted"))
    holder = layer.get("key_holder")
    told = holder if isinstance(holder, str) else ""
    return LayerView(str(layer.get("kind", "")), str(layer.get("name", "")), state, reason, told)


def _sealed(value: object) -> tuple[str, str]:
    """What is known of an encryption, and why not when it is not."""
    if isinstance(value, bool):
        return ("pass" if value else "fail"), ""
    reason = value.get("reason", "") if isinstance(value, Mapping) else ""
    return "notchecked", str(reason)


def reach(run: Run) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """What one stolen account can read, as far as read logs tell: subject and each measured span.

    Each span has `hours`, `people` and `bound` (ceiling where the declared ceiling bounds it, p99
    where only custom does, broken where accounts exceed the ceiling and only the pace is left).
    """
    return tuple(
        (log.subject, {"hours": span.hours, "people": span.reached, "bound": span.bound})
        for log in views(run)
        for span in log.spans
    )
