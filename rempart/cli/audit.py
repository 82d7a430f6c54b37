"""`rempart audit`: look at what an inventory names, judge it, write the run and its reports."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.card import LANGUAGES
from rempart.errors import UsageError
from rempart.options import CONTENT, FAIL_ON, FILE, OUTPUT, STATE, TEMPLATE, TRUST

if TYPE_CHECKING:
    from rempart.waivers import Waiver


_ONE_QUESTION = threading.Lock()


@click.command(name="audit")
@click.argument("inventory", required=False, type=FILE)
@click.option(
    "--audit", "against", default="payer", metavar="NAME|FILE", help="What to judge against."
)
@OUTPUT
@FAIL_ON
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Only these checks or subjects.",
)
@click.option("--skip", multiple=True, metavar="PATTERN", help="Not these checks or subjects.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of reports.")
@TEMPLATE
@click.option("--resume", is_flag=True, help="Continue the latest unfinished run.")
@STATE
@click.option("--threads", type=click.IntRange(1, 128), default=32, show_default=True)
@click.option(
    "--gentle",
    is_flag=True,
    help="Open one connection a second to each subject, for servers that ban who asks often.",
)
@click.option(
    "--from-observations",
    "saved",
    type=FILE,
    help="Judge saved observations again; nobody is contacted. INVENTORY only gives waivers.",
)
@click.option(
    "--alarm-proof",
    "alarms",
    multiple=True,
    metavar="PORTAL=TIME,TICKET",
    help="With --from-observations: the alarm that the canaries' burst raised, by your own record.",
)
@click.option("--ask", is_flag=True, help="Ask here for one-time codes of canaries without totp.")
@click.option(
    "--resolve",
    type=FILE,
    help="Write which account stands behind each pseudonym of read logs; keep it to yourself.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A Wazuh SCA policy of your own, run on every host. May be given several times.",
)
@click.option(
    "--policy-version",
    type=click.Choice(["4", "5"]),
    help="The format of policies, where their file does not show it.",
)
@click.option(
    "--policy-as-executed",
    is_flag=True,
    help="Compare numbers as Wazuh 4 executes them (=> is ==), not as they are meant.",
)
@click.option(
    "--allow-policy-commands",
    is_flag=True,
    help="Run all commands of policies, not only those that read; they may have root's rights.",
)
@CONTENT
@TRUST
@click.option("--schema", is_flag=True, help="Print the JSON Schema of audit files and leave.")
def command(
    inventory: Path | None,
    *,
    against: str,
    outputs: tuple[Path, ...],
    fail_on: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    lang: str | None,
    template: str,
    resume: bool,
    state: Path | None,
    threads: int,
    gentle: bool,
    saved: Path | None,
    alarms: tuple[str, ...],
    ask: bool,
    resolve: Path | None,
    policies: tuple[Path, ...],
    policy_version: str | None,
    policy_as_executed: bool,
    allow_policy_commands: bool,
    content: Path | None,
    trust_content: bool,
    schema: bool,
) -> None:
    """Audit what INVENTORY names, within its mandate.

    Files are written where -o says; the summary goes to stdout, progress to stderr. Exit: 0 nothing
    at or above --fail-on, 1 findings, 2 usage or content error, 3 incomplete, 4 expired waiver.

    \b
    rempart audit inventories/mine.yaml -o report.html -o run.json
    rempart audit inventories/mine.yaml --only 'ssh.*' --only claims-1   # these, of this one
    """
    if schema:
        _print_schema()
        return
    from rempart import archive
    from rempart import outputs as files
    from rempart.alarm_proof import AlarmProof, proved
    from rempart.auditing import Conduct, audited, judged_again
    from rempart.case import Choices, case, opened
    from rempart.check import Severity
    from rempart.progress import shown
    from rempart.resolution import kept

    files.demand_writable(outputs)
    choices = Choices(
        *(against, only, skip, content, trust_content, lang or ""),
        policies=policies,
        policy_version=int(policy_version) if policy_version else None,
        policy_executed=policy_as_executed,
        policy_commands=allow_policy_commands,
    )
    if saved is not None:
        if resolve is not None:
            raise UsageError("--resolve: saved observations hold no account to resolve")
        context, looked = archive.load(saved)
        one = case(context, choices, _accepted(inventory))
        done = judged_again(one, proved(looked, map(AlarmProof.parse, alarms)))
        files.Keeper(one, outputs, template)(done)
    elif alarms:
        raise UsageError("--alarm-proof goes with --from-observations")
    elif inventory is None:
        usage = "rempart audit INVENTORY (see rempart inventory new)"
        raise UsageError(f"expected an inventory: {usage}")
    else:
        source = opened(inventory)
        one = case(source, choices)
        keeper = files.Keeper(one, outputs, template)
        with shown(len(one.plan.tasks)) as tell, kept(resolve, resumed=resume) as register:
            how = Conduct(
                *(state, resume, threads, tell, keeper.whole, register, gentle),
                ask=_asked if ask else None,
            )
            done = audited(one, source, how, keeper)
        if resume and done.resumed is None:
            click.echo("rempart: there was nothing to resume; this is a new run", err=True)
    files.ended(done, Severity(fail_on) if fail_on else one.audit.fail_on)


def _asked(what: str) -> str:
    """An answer from the terminal, one question at a time."""
    with _ONE_QUESTION:
        return str(click.prompt(what, err=True))


def _accepted(inventory: Path | None) -> "tuple[Waiver, ...]":
    """The waivers an inventory names, for observations that are judged again beside it."""
    from rempart import inventory as inventories
    from rempart import waivers

    if inventory is None or not (found := inventories.load(inventory)).waivers:
        return ()
    return waivers.load(found.waivers)


def _print_schema() -> None:
    from rempart.audit import schema

    click.echo(json.dumps(schema(), indent=2))
