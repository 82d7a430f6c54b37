"""`rempart gate`: a repository judged alone, by the checks that judge live systems."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from rempart.card import LANGUAGES
from rempart.errors import UsageError
from rempart.options import FAIL_ON, FILE, OUTPUT

if TYPE_CHECKING:
    from rempart.auditing import Audited
    from rempart.check import Severity
    from rempart.gate.conduct import Asked, Gate

REVISION = "REV"


@click.command(name="gate")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, metavar="[PATH|FILE...]")
@OUTPUT
@click.option(
    "--audit", "against", default="gate", metavar="NAME|FILE", help="What to judge against."
)
@FAIL_ON
@click.option("--only", multiple=True, metavar="PATTERN", help="Only these checks.")
@click.option("--skip", multiple=True, metavar="PATTERN", help="Not these checks.")
@click.option(
    "--since", default="", metavar=REVISION, help="Only what is worse than in this git revision."
)
@click.option(
    "--policy-from",
    default="",
    metavar=REVISION,
    help="Take exceptions, baseline and rempart.yaml from this protected git revision.",
)
@click.option("--waivers", type=FILE, help="Accepted failures (waivers.yaml of PATH).")
@click.option("--baseline", type=FILE, help="Findings that stood before and do not fail.")
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew.")
@click.option("--advise", is_flag=True, help="Tell, and leave with 0 whatever is found.")
@click.option("--strict-unknown", is_flag=True, help="Fail what the repository does not decide.")
@click.option(
    "--secret-rules", type=FILE, help="More rules for secrets, in the TOML schema of Gitleaks."
)
@click.option("--fix-diff", is_flag=True, help="Print a diff of safe repairs instead of findings.")
@click.option("--id", "id_", default="repository", show_default=True, help="Name of the subject.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the output.")
def command(
    paths: tuple[Path, ...],
    *,
    outputs: tuple[Path, ...],
    against: str,
    fail_on: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    since: str,
    policy_from: str,
    waivers: Path | None,
    baseline: Path | None,
    update_baseline: bool,
    advise: bool,
    strict_unknown: bool,
    secret_rules: Path | None,
    fix_diff: bool,
    id_: str,
    lang: str,
) -> None:
    """Judge the infrastructure repository at PATH; nobody is contacted, nothing of it is run.

    With FILEs the repository around them is judged whole and what stands beside them is told.
    Exit: 0 nothing at or above --fail-on, 1 findings, 2 usage or content error, 3 something could
    not be read, 4 expired exception.

    \b
    rempart gate . -o gate.sarif
    rempart gate . --policy-from origin/main --since origin/main
    rempart gate . --baseline .rempart-baseline --update-baseline
    rempart gate . --fix-diff | git apply
    """
    from rempart import outputs as files
    from rempart.case import Choices
    from rempart.check import Severity
    from rempart.gate.conduct import Asked, gate

    files.demand_writable(outputs)
    if update_baseline and (baseline is None or policy_from or since):
        raise UsageError("--update-baseline: expected --baseline FILE, and no revision beside it")
    root, beside = _asked_about(paths)
    asked = Asked(
        root=root,
        choices=Choices(against, only, skip, language=lang),
        id=id_,
        beside=beside,
        waivers=waivers,
        baseline=baseline,
        update_baseline=update_baseline,
        since=since,
        policy_from=policy_from,
        strict_unknown=strict_unknown,
        advise=advise,
        secret_rules=secret_rules,
    )
    held = gate(asked)
    floor = Severity(fail_on) if fail_on else held.case.audit.fail_on
    _held(held, outputs, floor, fix_diff=fix_diff)


def _asked_about(paths: tuple[Path, ...]) -> tuple[Path, tuple[str, ...]]:
    """The folder to judge, and the folders of the files that were named."""
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0], ()
    root = Path()
    folders = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: expected a folder or file that is there")
        folder = path if path.is_dir() else path.parent
        inside = folder.resolve()
        if not inside.is_relative_to(root.resolve()):
            raise UsageError(f"{path}: expected a folder, or files below the current folder")
        named = inside.relative_to(root.resolve()).as_posix()
        folders.append("" if named == "." else named)
    return root, tuple(sorted(set(folders)))


def _held(held: "Gate", outputs: tuple[Path, ...], floor: "Severity", *, fix_diff: bool) -> None:
    """Judge, show, write, and leave."""
    import os

    from rempart import outputs as files
    from rempart.auditing import Conduct
    from rempart.gate import terminal
    from rempart.gate.excerpts import Excerpts

    keeper = files.Keeper(held.case, outputs, quiet=True)

    def keep(done: "Audited") -> None:
        if fix_diff:
            _show_repairs(done, held)
        else:
            terminal.show(done.run, Excerpts(done.run, held.survey), floor)
        keeper(done)
        if os.environ.get("GITHUB_ACTIONS") == "true" and not fix_diff:
            from rempart.gate import annotations

            for command_ in annotations.annotations(done.run):
                click.echo(command_)
            annotations.summarise(done.run, os.environ)

    done = held.judged(Conduct(whole=keeper.whole), keep)
    _leave(done, held.asked, floor)


def _show_repairs(done: "Audited", held: "Gate") -> None:
    from rempart.gate.remedies import diff

    prefix = held.checkout.prefix if held.checkout else ""
    click.echo(diff(done.run, held.survey, held.judged_elsewhere, prefix), nl=False)


def _leave(done: "Audited", asked: "Asked", floor: "Severity") -> NoReturn:
    import sys

    from rempart import outputs as files
    from rempart.exit_code import exit_code

    if asked.advise and not done.interrupted:
        code = exit_code(done.run, floor)
        if code:
            click.echo(f"rempart: advice only; without --advise the exit code is {code}", err=True)
        sys.exit(0)
    files.ended(done, floor)
