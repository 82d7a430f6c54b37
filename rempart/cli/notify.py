"""`rempart notify`: drafts for those who must be told of a breach."""

from pathlib import Path

import click

from rempart.card import LANGUAGES
from rempart.errors import UsageError

SUFFIXES = (".md", ".html", ".pdf", ".docx")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="notify")
@click.argument("run_file", metavar="RUN.json", type=FILE, required=False)
@click.argument("facts", metavar="FACTS.yaml", type=FILE, required=False)
@click.option(
    "--to",
    "addressee",
    type=click.Choice(["authority", "people", "clients", "nis2", "dora"]),
    default="authority",
    show_default=True,
    help="For whom the draft is.",
)
@click.option("--client", default="", help="Which client, when the facts name several.")
@click.option("--population", default="", help="Which population, when the facts name several.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; the run's by default.")
@click.option("--overlay", type=FILE, help="What a person adds to the run; see rempart overlay.")
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="Write to this file instead of printing: .md, .html, .pdf or .docx.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of facts files and leave.")
def command(
    run_file: Path | None,
    facts: Path | None,
    *,
    addressee: str,
    client: str,
    population: str,
    lang: str | None,
    overlay: Path | None,
    output: Path | None,
    schema: bool,
) -> None:
    """Draft what is due after a breach, from RUN.json and the facts a person typed.

    Each draft is for a person to complete, sign and send: it is not legal advice, sends nothing,
    and never makes up a number. It is printed as Markdown, or written as the name of -o says.

    \b
    rempart notify run.json facts.yaml --to authority --lang fr -o cnil.docx
    rempart notify run.json facts.yaml --to clients --client "Mutuelle A"
    """
    import json

    from rempart import dossier

    if schema:
        click.echo(json.dumps(dossier.schema(), indent=1, sort_keys=True, ensure_ascii=False))
        return
    if run_file is None or facts is None:
        raise UsageError("expected a run and the facts: rempart notify RUN.json FACTS.yaml")
    suffix = ".md" if output is None else output.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{output}: expected a name that ends in one of {', '.join(SUFFIXES)}")
    text, spoken = _paper(run_file, facts, overlay, (addressee, client, population), lang or "")
    if output is None:
        click.echo(text, nl=False)
        return
    from rempart.dossier.sheets import written
    from rempart.results import not_written, write_private

    try:
        write_private(output, written(text, suffix, spoken))
    except OSError as error:
        raise UsageError(not_written(output, error)) from None
    click.echo(str(output))


def _paper(
    run_file: Path, facts: Path, overlay: Path | None, order: tuple[str, str, str], lang: str
) -> tuple[str, str]:
    """The draft, and its language."""
    import hashlib
    from datetime import UTC, datetime
    from typing import cast

    from rempart import dossier, notification, results
    from rempart.catalogue import built_in, content
    from rempart.dossier.paper import To

    run = results.load(run_file)
    digest = hashlib.sha256(run_file.read_bytes()).hexdigest()
    if overlay is not None:
        from rempart.cli.overlay import reviewed

        run = reviewed(run, overlay).run
    file = content("audits", "frameworks/notification.yaml")
    if file is None:
        raise UsageError("audits/frameworks/notification.yaml: expected the duties, found none")
    spoken = lang or run.language
    words = dossier.wording(built_in() / "reports", spoken)
    sources = dossier.Sources(run, dossier.load(facts), words, digest)
    to, client, population = order
    wanted = dossier.Order(cast("To", to), datetime.now(UTC), client, population)
    return dossier.paper(wanted, sources, notification.load(file)), spoken
