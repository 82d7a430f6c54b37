"""Ports that something lets in, one observation a use, for readers that have no rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from rempart.check import Vantage
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.ports import Opening, by_use
from rempart.observations.exposure import OpenPort


def opened(
    key: str, spans: Sequence[tuple[int, int]], values: Sequence[Any], place: Place
) -> Iterator[OpenPort]:
    """The spans of TCP ports that these addresses may reach (unknown ones included)."""
    end = max(place.end_line, place.line)
    openings = [Opening(low, high, tuple(values), place.line, end) for low, high in spans]
    yield from by_use(openings, key=key, source=place.path, vantage=Vantage.DECLARED)
