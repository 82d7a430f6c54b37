from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import OpenPort


def check(opened: tuple[OpenPort, ...]) -> Iterator[Result]:
    for one in opened:
        if one.use == "data":
            facts: dict[str, Figure] = {
                "ports": ", ".join(one.ports),
                "sources": one.sources or "-",
            }
            public = one.public == True  # noqa: E712  (three-valued)
            seen = f"{facts['ports']} from {facts['sources']}"
            yield verdict(negated(public), seen, one, facts=facts)
