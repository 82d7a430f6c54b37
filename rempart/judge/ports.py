"""Whether a declared port is closed to the public: the same question for every use of a port."""

from rempart.check import Fact, Figure, Result, negated, verdict
from rempart.observations.exposure import OpenPort


def closed(port: OpenPort) -> Result:
    """The verdict on the ports a resource opens for one use: nobody may, or anybody may."""
    public = port.public == True  # noqa: E712  (three-valued)
    return told(port, negated(public))


def told(port: OpenPort, good: Fact) -> Result:
    """A verdict on ports that says which they are and whom they let in."""
    facts: dict[str, Figure] = {"ports": ", ".join(port.ports), "sources": port.sources or "-"}
    return verdict(good, f"{facts['ports']} from {facts['sources']}", port, facts=facts)
