"""What a report draws of the estate: the way from a client to the data, and where data rests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rempart.check import Outcome, Reason, Seen, Unknown
from rempart.judge.protection import THREATS, protection, reaches, sealed
from rempart.observations.datastores import Copy, Holding, Layer, StoreChain
from rempart.observations.identifiers.catalogue import BY_NAME
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
    """One layer bytes rest on.

    `state` is pass (encrypted), fail (in clear), notchecked, or notapplicable for what only
    carries bytes.
    """

    kind: str
    name: str
    state: str
    reason: str
    holder: str

    @property
    def short(self) -> str:
        """The name; of several settings the one that encrypts, or the first."""
        if self.kind != "engine":
            return self.name
        parts = self.name.split(", ")
        return next((one for one in parts if "encrypt" in one), parts[0])


@dataclass(frozen=True, slots=True)
class CopyView:
    """The original of a store or one copy of it.

    `against` has one state for each of the five attackers: pass where he is stopped, fail where he
    reads it, notapplicable where he does not come by it. `data`, `place` and `key` are the layers a
    drawing shows: what encrypts the data themselves, the volume, and whoever holds the key.
    """

    kind: str
    name: str
    subject: str
    state: str
    layers: tuple[LayerView, ...]
    against: tuple[str, ...] = ()

    @property
    def data(self) -> LayerView | None:
        """The layer of the data's own that decides: one that encrypts, else the last one."""
        own = [one for one in self.layers if one.kind in ("table", "engine", "file", "declared")]
        return min(reversed(own), key=lambda one: STRENGTH.index(one.state), default=None)

    @property
    def place(self) -> LayerView | None:
        """The volume it lies on."""
        return next((one for one in self.layers if one.kind == "mount"), None)

    @property
    def below(self) -> str:
        """The folder on that volume and the disks under it, for a person."""
        names = [one.name for one in self.layers if one.kind in ("folder", "disk")]
        return " · ".join(names)

    @property
    def key(self) -> str:
        """Who holds the key of what encrypts; empty where nothing does."""
        sealing = [one for one in (self.data, self.place) if one and one.state == "pass"]
        return next((one.holder or "unknown" for one in sealing), "")


COUNTED = ("columns", "valid", "sampled")
STRENGTH = ("pass", "notchecked", "fail", "notapplicable")


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store with all its known copies, and what is known of it against each attacker.

    `holds` are the classes of identifiers in its columns with their counts, `profile` the tables
    with what the breaches of 2024 took; `clear` says what is known of its columns, `read` whether
    they were read at all.
    """

    subject: str
    copies: tuple[CopyView, ...]
    holds: tuple[Holding, ...] = ()
    profile: tuple[str, ...] = ()
    clear: LayerView | None = None
    against: tuple[str, ...] = ()
    read: bool = False

    @property
    def drawn(self) -> tuple[CopyView, ...]:
        """The copies as a drawing shows them: those of one kind that rest alike are one."""
        rows: dict[tuple[object, ...], CopyView] = {}
        for copy in self.copies:
            apart = copy.name if copy.kind == "original" else ""
            place = copy.place.name if copy.place else ""
            like = (copy.kind, apart, copy.data and copy.data.state, place, copy.key, copy.against)
            before = rows.get(like)
            name = f"{before.name}, {copy.name}" if before else copy.name
            rows[like] = replace(before or copy, name=name)
        return tuple(rows.values())


def stores(run: Run) -> tuple[StoreView, ...]:
    """The store chains of the run; a graph of another shape is passed over."""
    return tuple(_store(one) for one in run.graphs if one.get("type") == "StoreChain")


def _store(graph: Mapping[str, Any]) -> StoreView:
    copies = tuple(map(_copy, _mappings(graph.get("copies"))))
    chain = StoreChain(copies)
    against = tuple(_known(protection(chain, threat)) for threat in THREATS) if copies else ()
    known = graph.get("identifiers")
    named = [{"identifier": one} for one in known] if isinstance(known, list | tuple) else []
    columns = (one for copy in copies for one in copy.layers if one.kind == "column")
    return StoreView(
        str(graph.get("subject", "")),
        tuple(map(_view, copies)),
        tuple(map(_holding, _mappings(graph.get("holdings")) or named)),  # older runs count none
        tuple(map(str, graph.get("profile") or ())),
        next(map(_layer, columns), None),
        against,
        isinstance(known, list | tuple),
    )


def _mappings(value: object) -> list[Mapping[str, Any]]:
    """What of a list can be read here."""
    listed = value if isinstance(value, list | tuple) else ()
    return [one for one in listed if isinstance(one, Mapping)]


def _holding(told: Mapping[str, Any]) -> Holding:
    name = BY_NAME.get(str(told.get("identifier", "")))
    counts = [value if isinstance(value := told.get(key), int) else 0 for key in COUNTED]
    return Holding(name.label if name else "", *counts)


def _copy(told: Mapping[str, Any]) -> Copy:
    """A copy as the run keeps it; what is not understood is not known."""
    layers = tuple(
        Layer(
            str(one.get("kind", "")),
            str(one.get("name", "")),
            _seen(one.get("encrypted")),
            _holder(one.get("key_holder")),
        )
        for one in _mappings(told.get("layers"))
    )
    names = [str(told.get(name, "")) for name in ("subject", "name", "kind")]
    encrypted: Any = _seen(told.get("encrypted"))
    return Copy(names[0], names[1], names[2], encrypted, layers, told.get("inside") is True)


def _seen(value: object) -> Seen[bool | None]:
    if value is None or isinstance(value, bool):
        return value
    reason = value.get("reason", "") if isinstance(value, Mapping) else ""
    known = [one for one in Reason if one == reason]
    return Unknown(known[0] if known else Reason.UNRESOLVED, "" if known else "?")


def _holder(value: object) -> Seen[str | None]:
    if isinstance(value, str) and value:
        return value
    return Unknown(Reason.NO_COLLECTOR) if isinstance(value, Mapping) else None


def _view(copy: Copy) -> CopyView:
    against = tuple(
        _known(sealed(copy, threat)) if reaches(copy, threat) else str(Outcome.NOTAPPLICABLE)
        for threat in THREATS
    )
    state = _known(copy.encrypted)
    layers = tuple(map(_layer, copy.layers))
    return CopyView(copy.kind, copy.name, copy.subject, state, layers, against)


def _layer(layer: Layer) -> LayerView:
    value = layer.encrypted
    reason = str(value.reason) if isinstance(value, Unknown) and not value.detail else ""
    holder = layer.key_holder if isinstance(layer.key_holder, str) else ""
    return LayerView(layer.kind, layer.name, _known(value), reason, holder)


def _known(value: object) -> str:
    """The state of an encryption: true, false, not known, or none of these."""
    if isinstance(value, bool):
        return str(Outcome.PASS if value else Outcome.FAIL)
    return str(Outcome.NOTAPPLICABLE if value is None else Outcome.NOTCHECKED)


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
