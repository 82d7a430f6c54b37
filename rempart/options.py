"""Options that several commands share, each written once."""

from pathlib import Path

import click

from rempart.card import LANGUAGES

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
SPOKEN = click.Choice(LANGUAGES)
SEVERITIES = click.Choice(["low", "medium", "high", "critical"])

OUTPUT = click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=FILE,
    help="Where to write; the suffix names the format. May be given several times.",
)
FAIL_ON = click.option(
    "--fail-on", type=SEVERITIES, help="Least severity that fails (the audit's own: high)."
)
CONTENT = click.option(
    "--content", type=FOLDER, help="A workspace with checks/, audits/ or reports/ of your own."
)
TRUST = click.option(
    "--trust-content",
    is_flag=True,
    help="Run Python from that folder; it has your rights, so read it first.",
)
STATE = click.option("--state", type=FOLDER, help="Where the journal is kept (XDG state folder).")
TEMPLATE = click.option(
    "--template", default="", metavar="NAME|PATH", help="Template of HTML pages."
)
