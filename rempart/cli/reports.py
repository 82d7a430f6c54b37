"""`rempart reports`: templates of your own, started and rehearsed."""

from pathlib import Path

import click

from rempart.errors import UsageError

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Start and check report templates of your own: logo, colours, cover, sections."""


@command.command()
@click.argument("folder", type=FOLDER, default=Path("reports"))
def new(folder: Path) -> None:
    """Write templates to start from, a brand.yaml and a logo into FOLDER (reports)."""
    from rempart.catalogue import contents
    from rempart.results import write_private

    starters = contents("reports/starter", "*")
    there = [name for name in starters if (folder / name).exists()]
    if there:
        raise UsageError(f"{folder / there[0]}: is there already; rempart does not overwrite it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in starters.items():
            write_private(folder / name, source.read_bytes())
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from None
    for name in starters:
        click.echo(str(folder / name))
    click.echo(f"then: rempart reports check {folder}")


@command.command()
@click.argument("folder", type=FOLDER)
def check(folder: Path) -> None:
    """Render every template of FOLDER from a synthetic run and name what it does not have.

    Pages (*.html.j2) are rendered in each language, on screen and on paper, from a full run and an
    empty one; names are read in branches that were not taken, too. Exit: 2 with file and line.
    """
    from rempart.errors import ContentErrors
    from rempart.rehearsal import rehearse

    done = rehearse(folder)
    for text in done.untried:
        click.echo(f"not tried: {text}", err=True)
    if done.faults:
        raise ContentErrors(list(done.faults))
    click.echo(f"{folder}: {', '.join(done.pages)}: good ({done.renderings} renderings)")


@command.command()
def schema() -> None:
    """Print the JSON Schema of brand.yaml, for editors that complete as you type."""
    import json

    from rempart import brand

    click.echo(json.dumps(brand.schema(), indent=1, sort_keys=True, ensure_ascii=False))
