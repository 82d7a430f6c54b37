from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import OpenPort


def check(opened: tuple[OpenPort, ...]) -> Iterator[Result]:
    """One result a resource: about its other ports, or that it opens only those of the web."""
    others = {(one.root, one.key) for one in opened if one.use == "other"}
    for one in opened:
        facts: dict[str, Figure] = {
            "ports": ", ".join(one.ports),
            "sources": one.sources or "-",
        }
        seen = f"{facts['ports']} from {facts['sources']}"
        public = one.public == True  # noqa: E712  (three-valued)
        if one.use == "other":
            yield verdict(negated(public), seen, one, facts=facts)
        elif one.use == "web" and (one.root, one.key) not in others:
            yield verdict(True, seen, one, facts=facts)
