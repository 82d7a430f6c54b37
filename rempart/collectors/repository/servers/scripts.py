"""Shell scripts and crontabs: keys and passwords in commands, peers nobody verifies."""

import re
from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.repository.commands import told
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.servers.lines import Text

_SCHEDULE = re.compile(
    r"\s*(?:@\w+|(?:[\d*,/A-Za-z#L?-]+\s+){5})\s*(?:(?:root|www-data|postgres|[a-z_][\w-]{0,31})\s+(?=[/\w.]))?(.*)"
)


def script(text: Text) -> Iterator[Observation]:
    """What a shell script gives away."""
    content = "\n".join(line.text for line in text.lines)
    yield from given_away(told(content), text.path, text.place())


def crontab(text: Text) -> Iterator[Observation]:
    """What the commands of a crontab give away."""
    lines: list[str] = []
    for line in text.lines:
        match = None if line.text.lstrip().startswith("#") else _SCHEDULE.fullmatch(line.text)
        lines.append(match[1] if match else line.text)
    yield from given_away(told("\n".join(lines)), text.path, text.place())
