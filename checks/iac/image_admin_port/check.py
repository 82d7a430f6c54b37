from collections.abc import Iterator

from rempart.check import Figure, Result, verdict
from rempart.observations.images import OfferedPort


def check(ports: tuple[OfferedPort, ...]) -> Iterator[Result]:
    for port in ports:
        seen = f"EXPOSE {port.port} ({port.service})"
        facts: dict[str, Figure] = {"port": port.port, "service": port.service}
        if port.use == "admin":
            yield verdict(False, seen, port, facts=facts)
        elif port.use in ("data", "web"):
            yield verdict(True, seen, port, facts=facts)
