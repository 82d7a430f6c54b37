"""sshd in templates and in lines that tasks write; whole files are read with what they include."""

from collections.abc import Iterator
from dataclasses import replace

from rempart.check import Observation
from rempart.collectors.repository.servers.lines import Text
from rempart.collectors.sshd_config import settings


def sshd(text: Text) -> Iterator[Observation]:
    """What an sshd_config decides; a line under a template's condition decides nothing."""
    lines = [
        line.text if line.sure else f"{line.text} {{{{ condition }}}}" if line.text.strip() else ""
        for line in text.lines
    ]
    folder = "sshd_config.d/" if "sshd_config.d" in text.path or text.open else ""
    for one in settings("\n".join(lines), f"{folder}{text.name}" if folder else text.path):
        decided = {name: replace(place, source=text.path) for name, place in one.decided.items()}
        yield replace(one, key=f"{text.path} {one.key}".strip(), source=text.path, decided=decided)
