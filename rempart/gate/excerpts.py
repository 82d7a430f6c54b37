"""The lines a finding stands on, fit to be shown: never a secret, never an escape."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rempart.check import Outcome
from rempart.collectors.text import clean
from rempart.gate.survey import Survey
from rempart.results import Place, Run

MOST = 6  # lines of one finding
WIDTH = 160  # characters of one line
SECRET = "cred.secrets"  # noqa: S105  (the id of a control)
_LOGIN = re.compile(r"(://[^\s:/@\"']*:)[^\s@\"']+(@)")
_VALUE = re.compile(
    r"""(?ix)((?:passw(?:or)?d|passphrase|pwd|secret|token|api_?key|access_?key|private_?key)
    ["']?\s*(?:=>|[:=]|\s(?=\s*["']))\s*["']?)[^\s"',;]+"""
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `text` is None where a secret stands there."""

    number: int
    text: str | None


class Excerpts:
    """The lines of a run's findings, each file read once."""

    def __init__(self, run: Run, survey: Survey) -> None:
        self._survey = survey
        self._hidden = _hidden(run)
        self._texts: dict[str, list[str]] = {}

    def of(self, where: Place) -> Iterator[Line]:
        """The lines a place names, the first ones of many."""
        if where.line is None or where.line < 1:
            return
        lines = self._lines(where.source)
        last = min(where.end_line or where.line, where.line + MOST - 1, len(lines))
        hidden = self._hidden.get(where.source, frozenset())
        for number in range(where.line, last + 1):
            text = None if number in hidden else masked(lines[number - 1])
            yield Line(number, text)

    def _lines(self, path: str) -> list[str]:
        if path not in self._texts:
            self._texts[path] = self._survey.text(path).split("\n")
        return self._texts[path]


def masked(text: str) -> str:
    """The line without values that look secret, control characters and identifier digits."""
    indent = len(text) - len(text.lstrip())
    shown = _VALUE.sub(r"\1***", _LOGIN.sub(r"\1***\2", text[: WIDTH * 4]))
    return " " * min(indent, 40) + clean(shown, WIDTH)


def _hidden(run: Run) -> Mapping[str, frozenset[int]]:
    """The lines of each file on which a secret was found."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in run.results:
        record = run.checks.get(one.check)
        secret = record is not None and SECRET in record.controls
        if secret and one.outcome is not Outcome.PASS and one.where.line:
            found[one.where.source].update(
                range(one.where.line, (one.where.end_line or one.where.line) + 1)
            )
    return {path: frozenset(lines) for path, lines in found.items()}
