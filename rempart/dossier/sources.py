"""What a dossier is made from, and what a field holds: lines, and where they come from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rempart.dossier.facts import Facts, Typed
from rempart.dossier.wording import Wording
from rempart.results import Run

Origin: TypeAlias = Literal["audit", "typed", "decide", "unknown"]


@dataclass(frozen=True, slots=True)
class Value:
    """Lines of Markdown and where they come from."""

    origin: Origin
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What a dossier is made from."""

    run: Run
    typed: Typed
    words: Wording
    run_sha256: str = ""

    @property
    def facts(self) -> Facts:
        """What a person typed."""
        return self.typed.facts
