from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.engines import written
from rempart.observations.engines import EngineArea


def check(areas: tuple[EngineArea, ...]) -> Iterator[Result]:
    yield from written(areas, ("temporary",))
