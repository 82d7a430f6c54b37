"""The run file itself: everything, to render, compare and judge again."""

from rempart.results import Run, encoded

SUFFIX = ".json"


def export(run: Run, *, template: str = "", language: str = "") -> bytes:
    """run.json, the same in every language."""
    return encoded(run)
