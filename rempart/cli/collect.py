"""`rempart collect`: a host that cannot be reached answers the collector's script itself."""

import sys
from pathlib import Path

import click

SECONDS = 300


@click.command()
@click.option(
    "--script", "as_script", is_flag=True, help="Print the pure sh for a host without Python."
)
@click.option("--windows", is_flag=True, help="Print the PowerShell script for a Windows host.")
@click.option(
    "--database",
    type=click.Choice(["sqlserver", "oracle"]),
    help="Print the queries whose answers are read as a database's export.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also what a Wazuh SCA policy asks; audit with the same --policy.",
)
@click.option("--sudo", is_flag=True, help="Become root by sudo -n for the listed commands.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the bundle there, readable by you alone, instead of to stdout.",
)
def command(
    *,
    as_script: bool,
    windows: bool,
    database: str | None,
    policies: tuple[Path, ...],
    sudo: bool,
    output: Path | None,
) -> None:
    """Look at this machine and print a bundle: `rempart collect > host.bundle`.

    It only reads. Run it as root to see everything, carry the bundle over and name it in the
    inventory (`bundle: file:host.bundle`). Where there is no Python, print the script with
    --script here and run it there: `sh script > host.bundle`. On Windows, run there as
    administrator what --windows prints: `rempart collect --windows -o rempart.ps1`. For SQL Server
    and Oracle, --database prints the queries their administrator runs.
    """
    from rempart.collectors.host import script
    from rempart.errors import Truncated
    from rempart.transport.local import here

    if database:
        from rempart.collectors.database.exports import queries

        _give(queries(database), output)
        return
    if windows:
        from rempart.collectors.windows import script as powershell

        _give(powershell(), output)
        return
    become = "sudo" if sudo else ""
    asked = script.script(script.SECTIONS, script.new_nonce(), become=become)
    if policies:
        from rempart.collectors.sca.policy import load
        from rempart.collectors.sca.questions import Questions

        questions = Questions.of(load(file) for file in policies)
        asked += questions.script(script.new_nonce(), become=become)
    bundle = asked if as_script else here(asked, SECONDS)
    if not as_script and not whole(bundle):
        raise Truncated("the answer of this machine is not whole")
    _give(bundle, output)


def _give(content: bytes, output: Path | None) -> None:
    from rempart.results import write_private

    if output is None:
        sys.stdout.buffer.write(content)
    else:
        write_private(output, content)
        click.echo(f"{output}: carry it over as it is", err=True)


def whole(bundle: bytes) -> bool:
    """Whether the last line is the end marker."""
    return b" done " in bundle.rstrip(b"\n").rpartition(b"\n")[2]
