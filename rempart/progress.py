"""Progress of an audit on stderr: a live bar on a terminal, silence elsewhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rempart.assess import ENDED, Progress
from rempart.plain import line

WIDEST = 40  # characters of the ids of running subjects


def _nothing(progress: Progress) -> None:
    """Tell nobody."""


@contextmanager
def shown(total: int) -> Iterator[Callable[[Progress], None]]:
    """A function to tell progress to; it draws only where a person watches, until all ended."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(" " * WIDEST, total=total)

        def draw(progress: Progress) -> None:
            if progress is ENDED:
                bar.stop()  # what is told from now on stands below no bar
                return
            names = line(", ".join(progress.running) or progress.subject)
            words = names[:WIDEST].ljust(WIDEST)
            bar.update(task, completed=progress.done, description=words)

        yield draw
