from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.ports import closed
from rempart.observations.exposure import OpenPort


def check(opened: tuple[OpenPort, ...]) -> Iterator[Result]:
    for one in opened:
        if one.use == "data":
            yield closed(one)
