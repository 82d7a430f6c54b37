"""`rempart overlay`: what a person adds to a run, started, checked, described."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.card import LANGUAGES
from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.overlay import Applied
    from rempart.results import Run

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def command() -> None:
    """Start and check an overlay: findings of your own, ratings, false positives, wording."""


@command.command()
@click.argument("run_file", metavar="RUN.json", type=FILE)
@click.argument("file", type=FILE, default=Path("overlay.yaml"))
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; the run's by default.")
def new(run_file: Path, file: Path, lang: str | None) -> None:
    """Write FILE (overlay.yaml) with every open finding of RUN.json and its fingerprint."""
    from datetime import UTC, datetime

    from rempart import results
    from rempart.overlay import draft
    from rempart.redaction import whole
    from rempart.report.language import language

    run = whole(results.load(run_file))
    if file.exists() or file.is_symlink():
        raise UsageError(f"{file}: is there already; rempart does not overwrite it")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"{file.parent}: expected a folder to write to")
    text = draft(run, language(lang or run.language), datetime.now(UTC).date())
    results.write_private(file, text.encode())
    click.echo(f"{file}: fill it in, then: rempart report {run_file} --overlay {file} -o ...")


@command.command()
@click.argument("file", type=FILE)
@click.argument("run_file", metavar="RUN.json", type=FILE)
def check(file: Path, run_file: Path) -> None:
    """Validate FILE against RUN.json and say what of it applies."""
    from rempart import results
    from rempart.redaction import whole

    run = whole(results.load(run_file))
    done = reviewed(run, file)
    for text in remarks(done, file):
        click.echo(text)
    touched = [one.review for one in done.run.results if one.review]
    false = sum(review.false_positive for review in touched)
    rated = sum(review.rerated for review in touched)
    answered = sum(review.answer is not None for review in touched)
    own = sum(bool(review.source) for review in touched)
    click.echo(
        f"{file} is valid. False positives: {false}, ratings: {rated}, answers: {answered}, "
        f"findings of your own: {own}"
    )


@command.command()
def schema() -> None:
    """Print the JSON Schema, for editors that complete as you type."""
    import json

    from rempart import overlay

    click.echo(json.dumps(overlay.schema(), indent=1, sort_keys=True, ensure_ascii=False))


def reviewed(run: "Run", file: Path, *, unrepaired: bool = False) -> "Applied":
    """The run under the overlay of a file."""
    from rempart import overlay
    from rempart.case import known_frameworks

    read, books = overlay.load(file), known_frameworks()
    known = books.records(books.neutral, run.audit.frameworks, run.language)
    return overlay.applied(run, read, known, unrepaired=unrepaired)


def remarks(done: "Applied", file: Path) -> list[str]:
    """What of an overlay did not apply, in words for a person."""
    gone = [
        f"{file}: {key}: the run holds no such result; kept for another run" for key in done.unused
    ]
    back = [
        f"{file}: {key}: its facts changed since it was reviewed; the review does not apply"
        for key in done.changed
    ]
    return gone + back
