"""What an audit leaves behind: the files that were asked for, the summary, the exit code."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from rempart import archive, export
from rempart.auditing import Audited
from rempart.case import Case
from rempart.check import Severity
from rempart.errors import UsageError
from rempart.exit_code import INTERRUPTED, exit_code


def demand_writable(outputs: Sequence[Path]) -> None:
    """Raise UsageError for a format or folder that will not do, before anything is contacted."""
    for path in outputs:
        if not _observations(path):
            export.format_of(path)
        if not os.access(path.absolute().parent, os.W_OK):
            raise UsageError(f"{path}: expected a folder that can be written to")


def _observations(path: Path) -> bool:
    return path.name.lower().endswith(export.OBSERVATIONS)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Prints the summary and writes every file that was asked for.

    Raises UsageError at once where a format has no template of that name.
    """

    case: Case
    outputs: Sequence[Path]
    template: str = ""
    quiet: bool = False

    def __post_init__(self) -> None:
        export.demand(self._others, self.asked)

    @property
    def asked(self) -> str:
        """The template: what the command line names, else the audit, else the usual one."""
        return self.template or self.case.audit.report.template or "report"

    @property
    def _others(self) -> list[Path]:
        return [path for path in self.outputs if not _observations(path)]

    @property
    def whole(self) -> bool:
        """Whether every observation is wanted, or only what is still to be looked at."""
        return any(map(_observations, self.outputs))

    def __call__(self, audited: Audited) -> None:
        """Tell and write; each file is named on stderr."""
        if audited.resumed is not None:
            click.echo(f"rempart: resumed; {audited.resumed} subjects were done before", err=True)
        if not self.quiet:
            from rempart.report import summary

            summary.show(audited.run)
        language = self.case.choices.language or self.case.audit.report.language
        for path in filter(_observations, self.outputs):
            archive.save(self.case.context, audited.looked, path)
            click.echo(f"rempart: wrote {path}", err=True)
        told = {"template": self.asked, "language": language}
        for paged in (False, True):  # what a template may refuse does not take the run with it
            paths = [path for path in self._others if export.heeds(path) == paged]
            for path in export.write_all(audited.run, paths, **told):
                click.echo(f"rempart: wrote {path}", err=True)


def ended(audited: Audited, fail_on: Severity) -> NoReturn:
    """Leave with the exit code of the run; threads that hang do not hold the process."""
    code = INTERRUPTED if audited.interrupted else exit_code(audited.run, fail_on)
    if audited.interrupted or audited.hung:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
