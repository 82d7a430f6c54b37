"""`rempart schedule`: units for an audit every night, printed for you to read and install."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from rempart import __version__
from rempart.errors import UsageError

WHEEL = f"rempart-{__version__}-py3-none-any.whl"


@click.command()
@click.argument("inventory", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--systemd", "scheduler", flag_value="systemd", help="Sandboxed service and timer.")
@click.option("--cron", "scheduler", flag_value="cron", help="A file for /etc/cron.d.")
@click.option("--github", "scheduler", flag_value="github", help="A workflow that uploads SARIF.")
@click.option("--gitlab", "scheduler", flag_value="gitlab", help="A job for .gitlab-ci.yml.")
@click.option("--at", default="02:30", show_default=True, help="Time of day.")
@click.option("--zone", default="Europe/Paris", show_default=True, help="Its time zone.")
@click.option("--user", default="rempart", show_default=True, help="The account that audits.")
@click.option("--program", help="The rempart to run.  [default: this one]")
@click.option("--source", default=WHEEL, show_default=True, help="What pip installs in a pipeline.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files into this folder instead of printing them.",
)
def command(
    *,
    inventory: Path | None,
    scheduler: str | None,
    at: str,
    zone: str,
    user: str,
    program: str | None,
    source: str,
    output: Path | None,
) -> None:
    """Print units that audit INVENTORY every night; nothing is installed.

    Secrets the inventory names as `env:NAME` become credentials by reference. In a pipeline
    without an INVENTORY the repository itself is judged (`rempart gate .`).
    """
    from rempart.schedule import Night, Scheduler, moment, secrets, units

    if scheduler is None:
        raise UsageError("expected one of --systemd, --cron, --github, --gitlab")
    pipeline = scheduler in (Scheduler.GITHUB, Scheduler.GITLAB)
    night = Night(
        at=moment(at),
        zone=zone,
        user=user,
        program=program or str(Path(sys.executable).with_name("rempart")),
        inventory=str(inventory if pipeline else inventory.resolve()) if inventory else "",
        secrets=secrets(inventory) if inventory and inventory.exists() else (),
        source=source,
    )
    found = units(Scheduler(scheduler), night, datetime.now(UTC).date())
    if output is None:
        click.echo("\n".join(found.values()), nl=False)
        return
    _write(found, output)


def _write(found: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        path = folder / name
        path.write_text(content, "utf-8")
        path.chmod(0o755 if name == "nightly" else 0o644)
        click.echo(f"written: {path}", err=True)
