"""Which system a host runs."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class HostFacts(Observation):
    """The system's own words: os-release's ID and VERSION_ID, and `uname -sr`."""

    system: Seen[str]
    version: Seen[str]
    kernel: Seen[str]
