from collections.abc import Iterator

from rempart.check import Figure, Result, negated, notapplicable, verdict
from rempart.judge.identifiers import personal
from rempart.observations.datastores import IdentifierColumn
from rempart.observations.engines import EngineArea


def check(
    areas: tuple[EngineArea, ...],
    columns: tuple[IdentifierColumn, ...],
) -> Iterator[Result]:
    for area in areas:
        if area.kind != "statements":
            continue
        if not personal(columns):
            yield notapplicable("no table holds identifiers of people", area)
        else:
            facts: dict[str, Figure] = {"setting": area.setting}
            good = negated(area.written == True)  # noqa: E712  (three-valued)
            yield verdict(good, area.setting, area, facts=facts)
