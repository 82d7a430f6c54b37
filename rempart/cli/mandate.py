"""`rempart mandate`: the papers an audit begins with."""

from pathlib import Path

import click


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--lang",
    type=click.Choice(["fr", "en", "de"]),
    help="Language of the papers; the inventory's own without it.",
)
@click.option(
    "--part",
    type=click.Choice(["letter", "notice", "canaries"]),
    multiple=True,
    help="Only this paper: the letter to sign, the notice to the operations centre, the sheet "
    "for creating canary accounts. All three without it.",
)
@click.option("--auditor", default="", help="Who audits; a line to fill in without it.")
@click.option(
    "--source", "sources", multiple=True, help="An address the audit comes from; may be repeated."
)
def command(
    inventory: Path,
    lang: str | None,
    part: tuple[str, ...],
    auditor: str,
    sources: tuple[str, ...],
) -> None:
    """Print what the payer signs and what its operations centre should know, as Markdown.

    The mandate's document may still be missing: this is what it is made from.
    """
    from rempart.assess import THREADS
    from rempart.catalogue import built_in
    from rempart.inventory import load
    from rempart.mandate import PARTS, paper, words

    found = load(inventory, signed=False)
    chosen = lang or found.language
    spoken = words(built_in() / "reports", chosen)
    papers = (
        paper(one, found, spoken, chosen, auditor=auditor, sources=sources, threads=THREADS)
        for one in PARTS
        if not part or one in part
    )
    click.echo("\n---\n\n".join(papers), nl=False)
