from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import OpenPort


def check(port: OpenPort) -> Result:
    facts: dict[str, Figure] = {
        "port": port.port,
        "service": port.service,
        "sources": port.sources or "other rules or groups only",
    }
    public = port.public == True  # noqa: E712  (three-valued)
    seen = f"port {port.port} from {facts['sources']}"
    return verdict(negated(public), seen, port, facts=facts)
