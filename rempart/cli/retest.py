"""`rempart retest`: look again at what a run left open, and at nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.card import LANGUAGES
from rempart.options import CONTENT, FAIL_ON, FILE, OUTPUT, STATE, TEMPLATE, TRUST

if TYPE_CHECKING:
    from rempart.auditing import Audited
    from rempart.results import Run


@click.command(name="retest")
@click.argument("run_file", metavar="RUN.json", type=FILE)
@click.argument("inventory", type=FILE)
@click.option("--audit", "against", metavar="NAME|FILE", help="What to judge against; the run's.")
@OUTPUT
@click.option("--overlay", type=FILE, help="The overlay the report was made with.")
@FAIL_ON
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of reports.")
@TEMPLATE
@STATE
@CONTENT
@TRUST
def command(
    run_file: Path,
    inventory: Path,
    *,
    against: str | None,
    outputs: tuple[Path, ...],
    overlay: Path | None,
    fail_on: str | None,
    lang: str | None,
    template: str,
    state: Path | None,
    content: Path | None,
    trust_content: bool,
) -> None:
    """Judge again what RUN.json left open, within the mandate of INVENTORY.

    Each is fixed, still open, partly fixed or not retestable. Exit: 0 all fixed, 1 open at or above
    --fail-on, 3 something could not be retested.

    \b
    rempart retest run.json inventories/mine.yaml -o retest.html -o retest.json
    """
    from rempart import outputs as files
    from rempart import results, retest
    from rempart.auditing import Conduct, audited
    from rempart.case import Choices, case, opened
    from rempart.check import Severity
    from rempart.journal import state_folder
    from rempart.progress import shown
    from rempart.redaction import whole

    files.demand_writable(outputs)
    old = _reviewed(whole(results.load(run_file)), overlay, unrepaired=True)
    source = opened(inventory)
    choices = Choices(against or old.audit.id, (), (), content, trust_content, lang or "")
    one = retest.narrowed(case(source, choices), retest.left_open(old))
    keeper = files.Keeper(one, outputs, template, quiet=True)
    kept: list[Audited] = []

    def keep(done: "Audited") -> None:
        again = retest.retested(old, _reviewed(done.run, overlay))
        kept.append(replace(done, run=again))
        click.echo(retest.text(again, lang or again.language), nl=False)
        keeper(kept[0])

    folder = (state or state_folder()) / "retests"  # apart: no audit is resumed from a retest
    with shown(len(one.plan.tasks)) as tell:
        audited(one, source, Conduct(folder, tell=tell), keep)
    files.ended(kept[0], Severity(fail_on) if fail_on else one.audit.fail_on)


def _reviewed(run: "Run", overlay: Path | None, *, unrepaired: bool = False) -> "Run":
    if overlay is None:
        return run
    from rempart.cli.overlay import reviewed

    return reviewed(run, overlay, unrepaired=unrepaired).run
