from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.ports import closed, told
from rempart.observations.exposure import OpenPort


def check(opened: tuple[OpenPort, ...]) -> Iterator[Result]:
    """One result a resource: about its other ports, or that it opens only those of the web."""
    others = {(one.root, one.key) for one in opened if one.use == "other"}
    for one in opened:
        if one.use == "other":
            yield closed(one)
        elif one.use == "web" and (one.root, one.key) not in others:
            yield told(one, True)
