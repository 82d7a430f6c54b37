"""Where the lines of a read log's curve lie: whole numbers a template can draw.

Two panels share one logarithmic scale of people. Left: how many people accounts read in an hour, a
day and thirty days, from the ordinary window to the busiest; one window of ten, of a hundred, of a
thousand lies to the right. Right: how many the extraction of 2024 has read since it began. The
declared ceiling crosses both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log10

from rempart.observations.reading import Curve, PatternPoint, Trial
from rempart.report.readings import ReadingView

TOP, BOTTOM = 34, 354
LEFT, MIDDLE = 78, 560  # the left panel
SECOND, RIGHT = 736, 985  # the right one; between them stand the labels of the lines
DRAWN = (3600, 86_400, 2_592_000)  # the windows with a line
MOST = 3  # lines: where the ceiling is about another window, thirty days stand in the table alone
WHOLE = 100_000  # ranks are parts of this
ODDS = (2, 10, 100, 1000, 10_000, 100_000)
MOMENTS = (1, 10, 60, 480, 1440, 3356)  # minutes worth a tick
BEYOND = 0.5  # the busiest window of all lies so much farther than the last rank before it
APART = 24  # between two labels


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on a scale and the figure that stands there."""

    at: int
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line."""

    x: int
    y: int
    people: int


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one window length; `label` is where its name stands, `most` its last figure."""

    seconds: int
    path: str
    marks: tuple[Mark, ...]
    label: int
    most: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table below: one window in `odds` exceeds these people; 0 is the busiest."""

    odds: int
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything drawn."""

    decades: tuple[Tick, ...]
    odds: tuple[Tick, ...]
    moments: tuple[Tick, ...]
    lines: tuple[Line, ...]
    ceiling: Tick | None
    windows: tuple[int, ...]  # in seconds, the columns of the rows
    pattern: Line
    noticed: Mark | None
    rows: tuple[Row, ...]


def chart(log: ReadingView) -> Chart:
    """The drawing of one log."""
    curves = [curve for curve in log.measured.curves if curve.points]
    pattern, bound = log.measured.pattern, log.ceiling.ceiling if log.ceiling else None
    drawn = [one for one in curves if one.seconds in DRAWN or one.ceiling is not None] or curves
    drawn = sorted(drawn, key=lambda one: one.seconds)[:MOST]
    people = [curve.points[-1].people for curve in drawn] + [point.people for point in pattern]
    decades = max(1, len(str(max([*people, bound or 0, 10]) - 1)))
    scale = _Scale(decades, max(map(_width, drawn), default=1.0), pattern)
    return Chart(
        decades=tuple(Tick(scale.y(10**power), 10**power) for power in range(decades + 1)),
        odds=tuple(
            Tick(scale.x(log10(odds)), odds) for odds in ODDS if log10(odds) <= scale.rarest
        ),
        moments=tuple(Tick(scale.since(m), m) for m in MOMENTS if m <= scale.longest),
        lines=_apart([_line(curve, scale) for curve in drawn]),
        ceiling=Tick(scale.y(bound), bound) if bound else None,
        pattern=_pattern(pattern, scale),
        noticed=_noticed(log.noticed, scale),
        windows=tuple(curve.seconds for curve in curves),
        rows=tuple(_rows(curves)),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    decades: int
    rarest: float  # the decimal logarithm of the odds at the right edge
    pattern: tuple[PatternPoint, ...]

    @property
    def longest(self) -> int:
        return self.pattern[-1].minutes if self.pattern else 1

    def y(self, people: int) -> int:
        return round(BOTTOM - log10(max(people, 1)) * (BOTTOM - TOP) / self.decades)

    def x(self, rarity: float) -> int:
        return round(LEFT + rarity * (MIDDLE - LEFT) / self.rarest)

    def since(self, minutes: int) -> int:
        whole = max(log10(max(self.longest, 2)), 0.1)
        share = min(log10(max(minutes, 1)) / whole, 1)
        return round(SECOND + share * (RIGHT - SECOND))


def _rarities(curve: Curve) -> Iterator[tuple[float, int]]:
    """How rare and how many, as far as the line rises; the busiest window ends it."""
    most, rarity = curve.points[-1].people, 0.0
    for point in curve.points:
        if point.people >= most or point.rank >= WHOLE:
            break
        rarity = log10(WHOLE / (WHOLE - point.rank))
        yield rarity, point.people
    yield rarity + BEYOND, most


def _width(curve: Curve) -> float:
    return max(rarity for rarity, _ in _rarities(curve))


def _line(curve: Curve, scale: _Scale) -> Line:
    points = [Mark(scale.x(rare), scale.y(people), people) for rare, people in _rarities(curve)]
    path = _path([Mark(LEFT, scale.y(curve.points[0].people), 0), *points])
    shown = {scale.x(log10(odds)) for odds in ODDS}
    marks = tuple(mark for mark in points if mark.x in shown or mark is points[-1])
    return Line(curve.seconds, path, marks, points[-1].y, points[-1].people)


def _pattern(pattern: tuple[PatternPoint, ...], scale: _Scale) -> Line:
    marks = tuple(Mark(scale.since(p.minutes), scale.y(p.people), p.people) for p in pattern)
    most = marks[-1] if marks else Mark(SECOND, BOTTOM, 0)
    return Line(0, _path(list(marks)), marks, most.y, most.people)


def _noticed(trial: Trial | None, scale: _Scale) -> Mark | None:
    if trial is None or trial.minutes is None or trial.people is None:
        return None
    return Mark(scale.since(trial.minutes), scale.y(trial.people), trial.people)


def _path(marks: list[Mark]) -> str:
    return "M" + "L".join(f"{mark.x} {mark.y}" for mark in marks) if marks else ""


def _apart(lines: list[Line]) -> tuple[Line, ...]:
    """The lines with their labels moved so that none covers another."""
    free, moved = BOTTOM + APART, {}
    for line in sorted(lines, key=lambda one: -one.label):
        free = min(line.label, free - APART)
        moved[line.seconds] = free
    return tuple(
        Line(one.seconds, one.path, one.marks, moved[one.seconds], one.most) for one in lines
    )


def _rows(curves: list[Curve]) -> Iterator[Row]:
    """What one window in so many exceeds, until only the busiest ones are left."""
    at = [{point.rank: point.people for point in curve.points} for curve in curves]
    for odds in ODDS:
        rank = WHOLE - WHOLE // odds
        if not at or any(rank not in known for known in at):
            continue
        people = tuple(known[rank] for known in at)
        if all(few >= curve.points[-1].people for few, curve in zip(people, curves, strict=True)):
            break
        yield Row(odds, people)
    if curves:
        yield Row(0, tuple(curve.points[-1].people for curve in curves))
