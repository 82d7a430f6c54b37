"""`rempart gate`: a repository judged alone, by the checks that judge live systems."""

from pathlib import Path

import click

from rempart.card import LANGUAGES
from rempart.options import FAIL_ON, FILE, OUTPUT


@click.command(name="gate")
@click.argument("path", type=click.Path(path_type=Path, file_okay=False), default=Path())
@OUTPUT
@click.option(
    "--audit", "against", default="gate", metavar="NAME|FILE", help="What to judge against."
)
@FAIL_ON
@click.option("--only", multiple=True, metavar="PATTERN", help="Only these checks.")
@click.option("--skip", multiple=True, metavar="PATTERN", help="Not these checks.")
@click.option(
    "--waivers", type=FILE, help="Accepted failures; not taken from the repository itself."
)
@click.option("--id", "id_", default="repository", show_default=True, help="Name of the subject.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the output.")
def command(
    path: Path,
    *,
    outputs: tuple[Path, ...],
    against: str,
    fail_on: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    waivers: Path | None,
    id_: str,
    lang: str,
) -> None:
    """Judge the infrastructure repository at PATH; nobody is contacted, nothing of it is run.

    \b
    rempart gate . -o gate.sarif
    rempart gate infra/ --only 'iac.*' --fail-on critical
    """
    from dataclasses import replace

    from rempart import outputs as files
    from rempart.auditing import Conduct, audited
    from rempart.case import Choices, case
    from rempart.check import Severity
    from rempart.inventory.single import of_repository

    files.demand_writable(outputs)
    source = replace(of_repository(path, id_, lang), waivers=waivers)
    one = case(source, Choices(against, only, skip, language=lang))
    keeper = files.Keeper(one, outputs)
    done = audited(one, source, Conduct(whole=keeper.whole), keeper)
    files.ended(done, Severity(fail_on) if fail_on else one.audit.fail_on)
