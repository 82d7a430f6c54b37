"""`rempart import`: what other tools found, as an overlay beside a run."""  # noqa: N999

from pathlib import Path

import click

from rempart.errors import UsageError

TOOLS = ("testssl", "sslyze", "nuclei", "zap", "observatory")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("tool", type=click.Choice(TOOLS))
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--subject", required=True, help="The subject of the inventory these are about.")
@click.option("-o", "output", type=FILE, help="The overlay to write; its text is printed without.")
def command(tool: str, file: Path, subject: str, output: Path | None) -> None:
    """Turn the JSON FILE of another tool into findings of an overlay.

    Each keeps its origin; `rempart report RUN.json --overlay FILE` shows them beside our own.
    """
    from datetime import UTC, datetime

    from rempart import imports, results
    from rempart.documents.opening import contents

    found = imports.findings(tool, contents(file, imports.MOST), str(file))
    text = imports.overlay(tool, found, subject, datetime.now(UTC).date())
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists() or output.is_symlink():
        raise UsageError(f"{output}: is there already; rempart does not overwrite it")
    results.write_private(output, text.encode())
    click.echo(
        f"{output}: {len(found)} findings; rempart report RUN.json --overlay {output} -o ..."
    )
