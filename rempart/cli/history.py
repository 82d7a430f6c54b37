"""`rempart history`: runs over time."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rempart.history import Listed

RUN = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Compare runs: what is new, what came back, what was repaired."""


@command.command()
@click.argument("old", type=RUN)
@click.argument("new", type=RUN)
@click.option("--format", "form", type=click.Choice(["text", "json", "md"]), default="text")
@click.option(
    "--lang", type=click.Choice(["en", "fr", "de"]), default="en", help="Language of check titles."
)
@click.option("--fail-on-new", is_flag=True, help="Exit 1 if anything is new or came back.")
def diff(old: Path, new: Path, form: str, lang: str, fail_on_new: bool) -> None:
    """Say what changed from the run OLD to the run NEW.

    What could not be looked at is `not seen`, never fixed. A failure that appears or goes because
    the check is new, revised or set otherwise is `check changed`.
    """
    import msgspec

    from rempart import results
    from rempart.history import difference
    from rempart.redaction import whole
    from rempart.report.comparison import markdown, text

    found = difference(whole(results.load(old)), whole(results.load(new)), lang)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1))
    else:
        click.echo(text(found) if form == "text" else markdown(found), nl=False)
    if fail_on_new and found.worse:
        sys.exit(1)


@command.command("list")
@click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default="."
)
def list_(folder: Path) -> None:
    """List the runs in FOLDER and below, oldest first, with what is open in each."""
    from rempart.history import listed

    runs, _ = listed(folder)
    for one in runs:
        click.echo(_line(one, folder))
    if not runs:
        click.echo(f"no run in {folder}", err=True)


def _line(one: "Listed", folder: Path) -> str:
    from rempart.check import Severity
    from rempart.plain import line

    counts = "  ".join(f"{level} {one.open.get(level, 0)}" for level in reversed(Severity))
    run = one.run
    return line(
        f"{run.started:%Y-%m-%d %H:%M}  {one.path.relative_to(folder)}  {run.organisation}  "
        f"{run.audit.id}  {len(run.subjects)} subjects  {counts}  not seen {one.unseen}"
    )
