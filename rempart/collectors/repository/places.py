"""Where something is declared: a file and its lines, and what every observation of it carries."""

from dataclasses import dataclass, replace
from typing import Any

from rempart.check import Seen, Vantage
from rempart.collectors.repository.secrets.given import given
from rempart.collectors.text import clean
from rempart.observations.exposure import LiteralSecret


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the repository, and the lines that decide."""

    path: str
    line: int
    end_line: int = 0  # 0: the same line

    def stamp(self, key: str) -> dict[str, Any]:
        """The fields of an observation that say which thing it is about and where it stands."""
        return {
            "key": clean(key, 300),
            "vantage": Vantage.DECLARED,
            "source": self.path,
            "line": self.line,
            "end_line": max(self.end_line, self.line),
        }

    def at(self, line: int, end_line: int = 0) -> "Place":
        """The same file, other lines."""
        return replace(self, line=line, end_line=end_line)


def secret(
    kind: str, key: str, literal: Seen[bool], place: Place, value: str, attribute: str
) -> LiteralSecret:
    """A place where a secret is given."""
    return given(
        kind,
        key,
        literal,
        place.path,
        place.line,
        value=value,
        attribute=attribute,
        end_line=max(place.end_line, place.line),
    )
