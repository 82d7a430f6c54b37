"""The command line. One module a command beside this file, found by its place, loaded when used.

Nothing heavy is imported here: `rempart --help` must answer before a person looks up.
"""

import importlib
import logging
import os
import pkgutil
import resource
import signal
import sys

import click

from rempart import __version__
from rempart.errors import RempartError

USAGE = 2
INTERRUPTED = 130
LEVELS = click.Choice(["debug", "info", "warning", "error"], case_sensitive=False)


def _take_level(command: click.Command) -> None:
    """Let a command take `--log-level` too: that is where a person adds it to the last line."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _take_level(inner)
    elif not any(option.name == "log_level" for option in command.params):
        option = click.Option(
            ["--log-level"], type=LEVELS, hidden=True, expose_value=False, callback=_set_level
        )
        command.params.append(option)


def _set_level(_context: click.Context, _option: click.Parameter, level: str | None) -> None:
    if level:
        logging.getLogger().setLevel(level.upper())


class Commands(click.Group):
    """A group whose commands are the modules of this package; each has a click `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(info.name for info in pkgutil.iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"rempart.cli.{cmd_name}").command
        _take_level(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(error.message + hint, ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rempart")
@click.option(
    "--log-level",
    type=LEVELS,
    default="warning",
    help="What goes to stderr beside messages: INFO is a line a subject, DEBUG a line a request.",
)
def cli(log_level: str) -> None:
    """Audit third-party health payers and render hardening reports.

    Start with `rempart demo`, then `rempart inventory new`.
    """
    from rempart.plain import Discreet

    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=log_level.upper(), handlers=[to_stderr])
    # paramiko logs what a hostile server says, at levels of its own
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    # weasyprint names every rule of a style sheet that is for screens
    logging.getLogger("weasyprint").setLevel(logging.ERROR)


def main() -> None:
    """Run the command line; what rempart says in words leaves with exit code 2.

    A request to stop (SIGTERM, as systemd and pipelines send) is taken like Ctrl-C: what is known
    is saved.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold what was read
    os.umask(0o077)  # every file rempart writes is its owner's alone
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(prog_name="rempart", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("rempart: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except RempartError as error:
        click.echo(f"rempart: {error}", err=True)
        sys.exit(USAGE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # its text may hold a secret: only shown when asked for
        logging.getLogger(__name__).debug("unexpected", exc_info=error)
        kind = type(error).__name__
        click.echo(f"rempart: unexpected {kind}; --log-level debug shows where", err=True)
        sys.exit(USAGE)
    sys.exit(code if isinstance(code, int) else 0)
