from typing import Any

from rempart.observations.reading import PatternPoint
from rempart.report.reading_chart import BOTTOM, LEFT, RIGHT, TOP, chart
from rempart.report.readings import at_pace, views
from rempart.results import Run
from tests.sample_readings import CAUGHT, DAYS, MISSED, coverage, curve, measured
from tests.samples import sample_run


def run(*graphs: dict[str, Any]) -> Run:
    return sample_run(graphs=graphs)


def test_the_curve_stays_within_its_frame_and_rises() -> None:
    (log,) = views(run(coverage(), measured(noticed=[CAUGHT, MISSED])))
    drawing = chart(log)
    assert [line.seconds for line in drawing.lines] == [3600, 86_400, 2_592_000]
    for line in (*drawing.lines, drawing.pattern):
        xs, ys = [mark.x for mark in line.marks], [mark.y for mark in line.marks]
        assert xs == sorted(xs)
        assert ys == sorted(ys, reverse=True)
        assert xs[0] >= LEFT
        assert xs[-1] <= RIGHT
        assert ys[-1] >= TOP
        assert ys[0] <= BOTTOM
    assert [tick.value for tick in drawing.decades] == [1, 10, 100, 1000, 10_000, 100_000]
    assert drawing.noticed is not None
    assert drawing.noticed.people == 310


def test_labels_of_lines_that_end_together_do_not_cover_each_other() -> None:
    (log,) = views(run(measured(curves=[curve(3600, DAYS), curve(86_400, DAYS)])))
    first, second = (line.label for line in chart(log).lines)
    assert abs(first - second) >= 20


def test_the_pace_of_2024_is_read_between_its_points() -> None:
    pattern = tuple(PatternPoint(*each) for each in ((1, 9), (61, 489), (3356, 26_842)))
    assert [at_pace(pattern, minutes) for minutes in (1, 31, 61, 9999)] == [9, 249, 489, 26_842]
    assert at_pace((), 60) == 0
