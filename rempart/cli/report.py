"""`rempart report`: a saved run written again, in another language or format, without auditing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.card import LANGUAGES

if TYPE_CHECKING:
    from rempart.results import Run

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(name="report")
@click.argument("run_file", metavar="RUN.json", type=FILE)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=FILE,
    help="Where to write; the suffix names the format. May be given several times.",
)
@click.option(
    "--template",
    default="report",
    metavar="NAME|PATH",
    help="Template of pages: report, executive, technical, compliance, team:NAME, another name in"
    " a reports/ folder, or a .j2 file of yours.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default=None, help="Language; the run's by default."
)
@click.option(
    "--earlier",
    multiple=True,
    type=FILE,
    metavar="OLD.json",
    help="A run before this one, for the trend. May be given several times.",
)
@click.option("--overlay", type=FILE, help="What a person adds to the run; see rempart overlay.")
def command(
    run_file: Path,
    outputs: tuple[Path, ...],
    template: str,
    lang: str | None,
    earlier: tuple[Path, ...],
    overlay: Path | None,
) -> None:
    """Render a saved run again; without -o, print its summary.

    \b
    rempart report run.json -o client.html -o findings.csv --lang fr
    rempart report run.json -o board.html --template executive --earlier last-quarter.json
    rempart report run.json -o client.html --template our/report.html.j2
    """
    from rempart import export, summary
    from rempart.results import load

    for path in outputs:
        export.format_of(path)
    run = load(run_file)
    if overlay:
        run = _reviewed(run, overlay)
    if earlier:
        from rempart.trend import with_earlier

        run = with_earlier(run, [load(path) for path in earlier])
    for path in outputs:
        export.write(run, path, template=template, language=lang or "")
        click.echo(str(path))
    if not outputs:
        summary.show(run, language=lang or "")


def _reviewed(run: "Run", overlay: Path) -> "Run":
    """The run under an overlay; what did not fit is said on stderr."""
    from rempart.cli.overlay import remarks, reviewed

    done = reviewed(run, overlay)
    for text in remarks(done, overlay):
        click.echo(text, err=True)
    return done.run
