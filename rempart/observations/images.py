"""What a container image says of itself."""

from dataclasses import dataclass

from rempart.check import Observation


@dataclass(frozen=True, slots=True)
class OfferedPort(Observation):
    """A port that an image says it listens on; key: the instruction and the port.

    Nobody is let in by that alone: what runs the image publishes ports. `service` is what usually
    answers there, `use` what it is for (data, admin, web, other).
    """

    port: int
    service: str
    use: str
