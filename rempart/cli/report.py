"""`rempart report`: a saved run written again, in another language or format, without auditing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.card import LANGUAGES
from rempart.options import FILE, OUTPUT

if TYPE_CHECKING:
    from rempart.results import Run

PATH = click.Path(path_type=Path)


@click.command(name="report")
@click.argument("run_file", metavar="RUN.json", type=FILE)
@OUTPUT
@click.option(
    "--template",
    default="report",
    metavar="NAME|PATH",
    help="Template of pages: report, executive, technical, compliance, team:NAME, another name in"
    " a reports/ folder, or a .j2 file of yours.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default=None, help="Language; the run's by default."
)
@click.option(
    "--earlier",
    multiple=True,
    type=FILE,
    metavar="OLD.json",
    help="A run before this one, for the trend. May be given several times.",
)
@click.option("--overlay", type=FILE, help="What a person adds to the run; see rempart overlay.")
@click.option(
    "--for",
    "recipient",
    default="",
    metavar="RECIPIENT",
    help="Who it is for: technical (whole), executive, regulator, client-insurer or team:NAME.",
)
@click.option(
    "--bundle",
    type=PATH,
    metavar="DIR|FILE.tar.age",
    help="Deliver into a new folder or encrypted file, with a manifest; -o names what is in it.",
)
@click.option("--sign", type=FILE, metavar="KEY", help="Ed25519 SSH key that signs the bundle.")
@click.option("--passphrase", metavar="REFERENCE", help="Of that key: env:NAME, file:path ...")
@click.option(
    "--signer", default="", metavar="NAME", help="Who signs; the organisation by default."
)
@click.option(
    "--age",
    "readers",
    multiple=True,
    metavar="RECIPIENT|FILE",
    help="Who may open FILE.tar.age: age1..., ssh-ed25519 ... or a file of those.",
)
@click.option(
    "--previous", type=PATH, help="The delivery before this one, or its run.json: a chain."
)
def command(  # noqa: PLR0917  (one parameter an option)
    run_file: Path,
    outputs: tuple[Path, ...],
    template: str,
    lang: str | None,
    earlier: tuple[Path, ...],
    overlay: Path | None,
    recipient: str,
    bundle: Path | None,
    sign: Path | None,
    passphrase: str | None,
    signer: str,
    readers: tuple[str, ...],
    previous: Path | None,
) -> None:
    """Render a saved run again; without -o, print its summary.

    \b
    rempart report run.json -o client.html -o findings.csv --lang fr
    rempart report run.json -o board.html --template executive --earlier last-quarter.json
    rempart report run.json -o client.html --template our/report.html.j2
    rempart report run.json --bundle cnil/ --for regulator --sign ~/.ssh/id_ed25519 -o report.html
    """
    from rempart import export
    from rempart.report import summary
    from rempart.results import load

    for path in outputs:
        export.format_of(path)
    if bundle is None and (sign or readers or previous):
        raise click.UsageError("--sign, --age and --previous need --bundle")
    run = load(run_file)
    if overlay:
        run = _reviewed(run, overlay)
    if earlier:
        from rempart.report.trend import with_earlier

        run = with_earlier(run, [load(path) for path in earlier])
    if recipient:
        from rempart.redaction import view

        run = view(run, recipient, lang or "")
    if bundle:
        from rempart import delivery, integrity, sshsig

        key = sshsig.private_key(sign, _secret(passphrase)) if sign else None
        if previous:
            run = delivery.following(run, integrity.run_file_digest(previous))
        names = tuple(map(str, outputs)) or delivery.CONTENTS
        order = delivery.Order(names, template, lang or "", key, signer)
        delivery.delivered(run, bundle, order, readers)
        click.echo(str(bundle))
        return
    for path in export.write_all(run, outputs, template=template, language=lang or ""):
        click.echo(str(path))
    if not outputs:
        summary.show(run, language=lang or "")


def _reviewed(run: "Run", overlay: Path) -> "Run":
    """The run under an overlay; what did not fit is said on stderr."""
    from rempart.cli.overlay import remarks, reviewed

    done = reviewed(run, overlay)
    for text in remarks(done, overlay):
        click.echo(text, err=True)
    return done.run


def _secret(reference: str | None) -> str:
    """What a reference on the command line points to; empty for none."""
    if reference is None:
        return ""
    from rempart.secrets import Reference

    try:
        return Reference.parse(reference).resolve()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--passphrase") from None
