"""What the README shows a reader: its files load, its commands and options exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rempart import waivers
from rempart.cli import cli

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def shown() -> Iterator[str]:
    """Every command line of rempart in the README, without its comment."""
    for line in re.findall(r"^ {4}(?:.*/)?(rempart .*)$", TEXT, re.MULTILINE):
        yield line.split("#")[0].strip()
    yield from re.findall(r"`(rempart [^`]*)`", TEXT)


def test_the_waivers_of_the_readme_are_a_waivers_file(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    file = tmp_path / "waivers.yaml"
    file.write_text(block)
    assert [waiver.id for waiver in waivers.load(file)] == ["W-001"]


@pytest.mark.parametrize("line", dict.fromkeys(shown()))
def test_every_command_of_the_readme_exists(line: str) -> None:
    command: click.Command = cli
    context = click.Context(command, info_name="rempart")
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options, command.name
