"""`rempart verify`: whether a delivery is the one that was sealed, and by whom."""

import sys
from pathlib import Path

import click

PATH = click.Path(path_type=Path)
BROKEN = 4


@click.command(name="verify")
@click.argument("bundle", type=PATH)
@click.option(
    "--signer",
    type=PATH,
    help="The auditor's public key: a .pub or allowed_signers file you trust.",
)
@click.option(
    "--identity", type=PATH, help="Opens an encrypted delivery: age identity or SSH private key."
)
@click.option(
    "--previous", type=PATH, help="The delivery, or its run.json, that this one must follow."
)
def command(
    bundle: Path, signer: Path | None, identity: Path | None, previous: Path | None
) -> None:
    """Verify a delivery: every file, the signature, the place in the chain. Exit code 4: broken.

    \b
    rempart verify delivery/ --signer auditor.pub
    rempart verify delivery.tar.age --identity key.txt --signer auditor.pub
    """
    from rempart import delivery, integrity, sshsig
    from rempart.errors import IntegrityError

    keys = sshsig.public_keys(signer) if signer else ()
    before = integrity.run_file_digest(previous) if previous else ""
    try:
        seal = integrity.verified(delivery.opened(bundle, identity), keys, before)
    except IntegrityError as error:
        click.echo(f"rempart: {bundle}: broken\n{error}", err=True)
        sys.exit(BROKEN)
    click.echo(f"run {seal.run}: {len(seal.files)} files as they were sealed")
    if seal.key is None:
        click.echo("not signed: the digests show an accident, not a forgery")
    elif keys:
        click.echo(f"signed by {seal.key.fingerprint}, a key of {signer}")
    else:
        click.echo(f"signed by {seal.key.fingerprint}: compare it with the key you know (--signer)")
