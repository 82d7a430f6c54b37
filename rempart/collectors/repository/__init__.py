"""An infrastructure repository as it stands in a folder: Terraform, Compose, nginx, sshd, secrets.

Nothing is run and git is asked nothing. Files are found here and parsed in child processes with
bounded memory and time, so that a hostile or broken file costs only itself.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rempart.check import Gap, Observation
from rempart.collectors import Probe, Wanted
from rempart.collectors.leaving import leaving
from rempart.collectors.repository.jobs import BRINGS, jobs
from rempart.collectors.text import clean
from rempart.collectors.tree import Found, Left, Passed, regular_files
from rempart.errors import ContentErrors, Reason
from rempart.observations.exposure import LiteralSecret

KIND = "repository"
PROBES = (Probe("repository", "Nothing: files are read where the auditor runs.", BRINGS),)

__all__ = ["BRINGS", "KIND", "PROBES", "collect"]


def collect(subject: Any, access: Any, wanted: Wanted) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the repository declares; a Gap for each file that could not be read.

    Raises Unreachable where there is no such folder.
    """
    from rempart.collectors.repository.secrets.merge import merged
    from rempart.collectors.repository.workers import answered

    root = Path(subject.path)
    found: list[Found] = []
    leave = leaving(getattr(subject, "exclude", ()), getattr(subject, "ignored", ()))
    for item in regular_files(root, leave=leave):
        if isinstance(item, Left):
            continue
        if isinstance(item, Passed):
            yield from _gaps(item, wanted)
        else:
            found.append(item)
    rules, unread = _rules(getattr(subject, "secret_rules", None))
    yield from (gap for gap in unread if LiteralSecret in wanted)
    key = os.urandom(32).hex()
    asked = list(jobs(str(root.absolute()), found, wanted, key=key, rules=rules))
    names = {type_.__name__ for type_ in wanted}
    secrets: list[LiteralSecret] = []
    for seen in answered(asked, access.deadline) if asked else ():
        if isinstance(seen, LiteralSecret) and LiteralSecret in wanted:
            secrets.append(seen)
        elif (seen.type if isinstance(seen, Gap) else type(seen).__name__) in names:
            yield seen
    yield from merged(secrets)


def _rules(file: Path | None) -> tuple[str, tuple[Gap, ...]]:
    """The file of more rules for secrets; where it cannot be read, a Gap that says why."""
    if file is None:
        return "", ()
    from rempart.collectors.repository.secrets.rules import from_file

    try:
        from_file(file)
    except ContentErrors as errors:
        first = errors.errors[0]
        detail = f"rules for secrets, line {first.line}: {first.message}"
        return "", (Gap(LiteralSecret.__name__, Reason.UNRESOLVED, clean(detail), key=file.name),)
    return str(file), ()


def _gaps(passed: Passed, wanted: Wanted) -> Iterator[Gap]:
    for type_ in BRINGS:
        if type_ in wanted:
            yield Gap(
                type_.__name__, passed.reason, passed.detail, key=passed.path, source=passed.path
            )
