"""`rempart inventory`: start one, check one, and see what it would contact."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.errors import UsageError

if TYPE_CHECKING:
    from rempart.collectors import Collector
    from rempart.inventory import Inventory, Subject
    from rempart.scope import Scope

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def command() -> None:
    """Start, check and describe an inventory: what is audited, and who allowed it."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("inventory.yaml"))
def new(file: Path) -> None:
    """Write a commented starter to FILE (inventory.yaml)."""
    from rempart.catalogue import content
    from rempart.results import write_private

    if file.exists() or file.is_symlink():
        raise UsageError(f"{file}: is there already; rempart does not overwrite it")
    starter = content("inventories", "starter.yaml")
    if starter is None or not file.parent.is_dir():
        raise UsageError(f"{file.parent}: expected a folder to write to")
    write_private(file, starter.read_bytes())
    click.echo(f"{file}: fill it in, then: rempart inventory check {file}")


@command.command()
def schema() -> None:
    """Print the JSON Schema, for editors that complete as you type."""
    import json

    from rempart import inventory

    click.echo(json.dumps(inventory.schema(), indent=1, sort_keys=True, ensure_ascii=False))


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--policy",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also the reading commands of a Wazuh SCA policy that need root.",
)
def sudoers(file: Path | None, files: tuple[Path, ...]) -> None:
    """Print the sudoers fragment for the account the collector signs in with.

    The account is the one FILE's hosts name; `audit` without a FILE. Databases of FILE that are
    asked on their host by their own client add the statements their owner is asked.
    """
    from rempart.collectors.database.credentials.sudoers import asked_there, lines
    from rempart.collectors.host.sudoers import fragment
    from rempart.collectors.sca.policy import load as policy
    from rempart.collectors.sca.sudoers import lines as of_policies
    from rempart.inventory import load

    asked = list(asked_there(load(file))) if file else []
    policies = [policy(one) for one in files]
    for user in _users(file) if file else ("audit",):
        click.echo(fragment(user))
        theirs = [database for whose, database in asked if whose == user]
        for line in (*lines(user, theirs), *of_policies(user, policies)):
            click.echo(line)


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def grants(file: Path | None) -> None:
    """Print the SQL that makes the audit's account in a database: it reads, and nothing beside.

    For the servers and accounts that FILE names; for both kinds of server without a FILE.
    """
    from rempart import inventory
    from rempart.collectors.database.grants import DEFAULT, script, scripts

    if file is None:
        texts = [script(scheme, DEFAULT, "") for scheme in ("postgresql", "mysql")]
    else:
        subjects = inventory.load(file).subjects
        texts = list(scripts(one for one in subjects if isinstance(one, inventory.Database)))
    for text in texts or ["-- the inventory names no database server"]:
        click.echo(text)


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--run", "run_file", metavar="RUN.json", type=click.Path(path_type=Path))
@click.option("--audit", "against", default="payer", metavar="NAME|FILE", help="Judged against.")
@click.option("--lang", type=click.Choice(["en", "fr", "de"]), help="Language of the questions.")
@click.option("--format", "form", type=click.Choice(["md", "yaml"]), default="md")
def questions(
    file: Path | None, run_file: Path | None, against: str, lang: str | None, form: str
) -> None:
    """Print what to ask at the interview: controls that no check can observe.

    For FILE, those no check will look at; with --run, those that run has no observation of. As
    YAML, `statements:` to complete and to put into the inventory.
    """
    from datetime import UTC, datetime

    from rempart import questionnaire, results
    from rempart.case import Choices, case, known_frameworks
    from rempart.catalogue import built_in
    from rempart.inventory import load

    today = datetime.now(UTC).date()
    if run_file is not None:
        run, books = results.load(run_file), known_frameworks()
        asked, told = questionnaire.of_run(run, books), lang or run.language
    elif file is not None:
        one = case(load(file, signed=False), Choices(against))
        asked, books = questionnaire.of_case(one, today), one.frameworks
        told = lang or one.context.language
    else:
        raise UsageError("expected an inventory, or --run RUN.json")
    spoken = questionnaire.words(built_in() / "reports", told)
    if form == "yaml":
        click.echo(questionnaire.skeleton(asked, spoken, today), nl=False)
    else:
        click.echo(questionnaire.markdown(asked, books, spoken, told), nl=False)


@command.command()
@FILE
@click.option(
    "--ask-tables", is_flag=True, help="Ask servers for the columns of the tables of read logs."
)
def check(file: Path, *, ask_tables: bool) -> None:
    """Validate FILE and say what an audit would contact and ask.

    No packet is sent, unless --ask-tables is given: then each database server with a table of reads
    is asked for the names of its columns, within the mandate.
    """
    from rempart import inventory, waivers
    from rempart.case import catalogues, demand_controls
    from rempart.catalogue import collectors, layers
    from rempart.plain import line
    from rempart.scope import Scope

    found = inventory.load(file)
    accepted = waivers.load(found.waivers) if found.waivers else ()
    if found.statements:
        demand_controls(found, catalogues(layers()))
    for text in _mandate(found):
        click.echo(text)
    scope = Scope.of(found.authorisation)
    known = collectors()
    for kind in dict.fromkeys(subject.kind for subject in found.subjects):
        click.echo("")
        for text in _questions(kind, known, found):
            click.echo(text)
        for subject in found.subjects:
            if subject.kind == kind:
                for text in _subject(subject, found, scope, ask=ask_tables):
                    click.echo(text)
    click.echo("")
    for text in _closing(found, len(accepted), asked=ask_tables):
        click.echo(line(text))


def _users(file: Path) -> tuple[str, ...]:
    from rempart import inventory
    from rempart.inventory.addresses import ssh

    hosts = [one for one in inventory.load(file).subjects if isinstance(one, inventory.Host)]
    users = (ssh(host.ssh).user for host in hosts if host.become and host.ssh not in ("", "local"))
    return tuple(dict.fromkeys(user or "audit" for user in users)) or ("audit",)


def _mandate(found: "Inventory") -> Iterator[str]:
    from datetime import UTC, datetime

    from rempart.plain import line

    mandate = found.authorisation
    window = f"{mandate.valid.from_.isoformat()} to {mandate.valid.until.isoformat()}"
    state = "in force now" if found.in_force(datetime.now(UTC)) else "NOT in force now"
    document = f"{mandate.document} (SHA-256 {found.document_sha256})"
    lines = {
        "organisation": found.organisation,
        "mandate": f"{mandate.reference}, granted by {mandate.granted_by}",
        "contact": mandate.contact,
        "window": f"{window}: {state}",
        "allowed": ", ".join(("passive", *mandate.allow)),
        "transit": mandate.transit,
        "scope": ", ".join(mandate.scope),
        "excluded": ", ".join(mandate.exclude) or "nothing",
        "document": document if mandate.document else "none",
    }
    for label, text in lines.items():
        yield f"{label:<14}{line(text)}"


def _questions(kind: str, known: "tuple[Collector, ...]", found: "Inventory") -> Iterator[str]:
    """What every subject of a kind is asked, each probe with its intensity."""
    from rempart.plain import line

    yield f"{kind.replace('_', ' ')}: what each is asked"
    probes = [probe for collector in known if collector.kind == kind for probe in collector.probes]
    if not probes:
        yield "  nothing: no collector is installed for this kind"
    for probe in probes:
        allowed = found.authorisation.allows(probe.intensity)
        mark = "" if allowed else "  [not allowed by the mandate: not sent]"
        yield f"  {probe.intensity:<10} {line(probe.sends)}{mark}"


def _subject(subject: "Subject", found: "Inventory", scope: "Scope", *, ask: bool) -> Iterator[str]:
    """Where one subject is contacted, and how hard at most."""
    from rempart.inventory.contacts import contacts, outside
    from rempart.plain import line

    budget = subject.budget
    yield line(
        f"{subject.id}: at most {budget.connections} connections, {budget.requests} requests, "
        f"{budget.per_second} new connections a second, {budget.seconds} s"
    )
    for contact in contacts(subject, found):
        refusal = outside(contact, scope)
        yield f"  {line(contact.words)}{f'  [not contacted: {line(refusal)}]' if refusal else ''}"
    if subject.kind == "read_log":
        from rempart.collectors.read_logs.preview import told

        for text in told(subject, found, ask=ask):
            yield f"  {line(text)}"


def _closing(found: "Inventory", accepted: int, *, asked: bool) -> Iterator[str]:
    wanting: dict[Path, list[str]] = {}
    for subject, key, path in found.missing():
        wanting.setdefault(path, []).append(f"{key} of {subject}")
    for path, users in wanting.items():
        more = f" and {len(users) - 1} more" if len(users) > 1 else ""
        yield f"not there: {path} ({users[0]}{more})"
    counts = f"Subjects: {len(found.subjects)}, statements: {len(found.statements)}"
    contacted = "Nothing was contacted" if not asked else "Only servers of tables were contacted"
    yield f"{found.file} is valid. {counts}, waivers: {accepted}. {contacted}."
