"""Which system a host runs."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class HostFacts(Observation):
    """The system's own words: os-release's ID and VERSION_ID, and `uname -sr`."""

    system: Seen[str]
    version: Seen[str]
    kernel: Seen[str]


@dataclass(frozen=True, slots=True)
class HostAnswers(Observation):
    """How much of what a host was asked it answered.

    `complete` is true, or unknown for the reason the first unanswered section gives; `unanswered`
    names each with its reason (`shadow: privilege`).
    """

    asked: int
    unanswered: tuple[str, ...]
    complete: Seen[bool]
